"""What pages say of how much has been reported and judged: never that all is well where nothing is known."""

from __future__ import annotations

import datetime as dt

from django.test import Client

from alerts.models import Alert
from edits.models import FetchRun, Project
from tests.factories import make_alert, make_edit_counts, make_project


def test_only_here_says_when_few_have_reported(client: Client, peak: Alert) -> None:
    for number in range(3):
        make_edit_counts(make_project(f"x{number}.wikipedia.org"), {dt.date(2022, 10, 1): 10})

    text = client.get(f"/alerts/{peak.pk}/").content.decode()

    assert "just 1 of 4 wikis has reported this month" in text
    assert "own is likely" not in text


def test_completeness_is_that_of_the_filter(client: Client, peak: Alert) -> None:
    for domain in ("fo.wikipedia.org", "fo.wiktionary.org"):
        make_edit_counts(make_project(domain), {dt.date(2022, 10, 1): 10, dt.date(2022, 12, 1): 10})

    def said(address: str) -> str:
        return " ".join(client.get(address).content.decode().split())

    assert "1 of 3 wikis have reported." in said("/?month=2022-11")
    for page in ("/?month=2022-11&", "/months/2022-11/?"):
        assert "1 of the 2 wikis that you chose have reported." in said(f"{page}family=wikipedia")
        nothing = said(f"{page}family=wiktionary")
        assert "0 of the 1 wiki that you chose has reported." in nothing
        assert "No wiki of this choice has a count for November 2022" in nothing
        assert "Nothing unusual" not in nothing
        assert "No data yet" in said(f"{page}family=wikinews")
    assert "1 of the 1 wiki that you chose has reported." in said("/?month=2022-11&language=is")


def test_a_filter_by_direction_says_what_it_shows(client: Client, peak: Alert) -> None:
    text = " ".join(client.get("/?month=2022-11&direction=drop").content.decode().split())

    assert "0 wikis were quieter than their own history makes likely." in text
    assert "busier" not in text


def test_a_month_without_alerts_says_how_many_could_be_judged(client: Client, iceland: Project) -> None:
    make_edit_counts(make_project("fo.wikipedia.org"), {dt.date(2022, 10, 1): 10})

    def said(address: str) -> str:
        return " ".join(client.get(address).content.decode().split())

    assert "1 wiki has reported January 2019, and it has too little history" in said("/?month=2019-01")
    assert "Too early to judge" in said("/months/2019-01/")
    assert "2 have reported October 2022. 1 of them has enough history to be judged" in said("/?month=2022-10")
    assert "Nothing unusual" in said("/months/2022-10/")
    assert "Nothing unusual" not in said("/months/2030-01/")


def test_banner_overview_and_status_count_alike(client: Client, iceland: Project) -> None:
    """A closed wiki that stopped, one that began later, and a gap: wherever the numbers stand, they are the same."""
    last = dt.date(2022, 12, 1)
    make_edit_counts(make_project("aa.wikipedia.org", closed=True), {dt.date(2019, 1, 1): 5})
    make_edit_counts(make_project("bb.wikipedia.org", closed=True), {dt.date(2019, 1, 1): 5, last: 5})
    make_edit_counts(make_project("cc.wikipedia.org"), {dt.date(2022, 10, 1): 5})
    make_edit_counts(make_project("dd.wikipedia.org"), {dt.date(2023, 1, 1): 5})
    run = FetchRun.objects.create(source=FetchRun.Source.WIKIMEDIA, state=FetchRun.State.SUCCEEDED)
    run.outcomes.create(project=iceland, metric="edits", state="stored")

    overview, status = client.get("/").content.decode(), client.get("/status/").content.decode()

    assert "December 2022 is not complete: 2 of 3 wikis reported." in overview
    assert "2 of 3 wikis have reported." in overview
    assert "2 of 3 wikis reported" in status


def test_what_began_earlier_is_listed_while_it_goes_on(client: Client, iceland: Project) -> None:
    Alert.objects.filter(pk=make_alert(iceland, dt.date(2022, 10, 1), count=4000).pk).update(episode_end=dt.date(2022, 11, 1))

    def main(month: str) -> str:
        return client.get(f"/?month={month}").content.decode().split("<main")[1]

    assert "Still going on" not in main("2022-10")
    assert "No peak or drop began in November 2022." in main("2022-11")
    rises = client.get("/months/2022-11/").content.decode().split("Largest rises")[1].split("Two years at a glance")[0]
    assert "since Oct 2022" in rises
    assert "9,579" in rises  # the month's own count, not that of the worst month
    text = main("2022-11").split("Still going on")[1]
    assert "9,579" in text
    assert "since Oct 2022" in text
    assert "Still going on" not in main("2022-12")
