"""The explorer's page and files: the same figures as the chart."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import sys
from html import unescape
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from alerts.models import Alert, Category
from annotations.models import Annotation
from annotations.services import annotation_contribute
from dashboards.charts.app import draw
from edits.models import EditCount, Project
from edits.months import month_range
from tests.factories import make_alert, make_edit_counts, make_project

ADDRESS = "/projects/is.wikipedia.org/"


def table(text: str) -> list[list[str]]:
    """The cells of the table of months, its head first."""
    found = text.split('data-fresh="months"')[1].split("</table>")[0]
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in found.split("<tr>")[1:]]
    return [[re.sub(r"<[^>]*>", "", cell).strip() for cell in row] for row in rows]


def rows_of(client: Client, query: str) -> list[dict[str, str]]:
    text = b"".join(client.get(f"{ADDRESS}counts.csv{query}")).decode("utf-8-sig")  # type: ignore[call-overload]
    return list(csv.DictReader(io.StringIO(text)))


def key(client: Client, query: str) -> str:
    return client.get(ADDRESS + query).content.decode().split("<figcaption")[1].split("</figcaption")[0]


@pytest.fixture
def by_type(iceland: Project) -> None:
    EditCount.objects.bulk_create(
        EditCount(project=iceland, month=dt.date(2022, 1, 1), editor_type=name, edit_count=count)
        for name, count in {"user": 2000, "anonymous": 700}.items()
    )


@pytest.mark.parametrize("query", ["", "?range=1", "?from=2020-01&to=2021-06", "?range=3&show=years", "?show=per30"])
def test_the_table_has_the_months_of_the_file(client: Client, peak: Alert, query: str) -> None:
    _head, *shown = table(client.get(ADDRESS + query).content.decode())
    rows = rows_of(client, query)[::-1]

    assert [f"{dt.date.fromisoformat(row['month'] + '-01'):%b %Y}" for row in rows] == [row[0] for row in shown]
    assert [f"{int(row['count']):,}" if row["count"] else "–" for row in rows] == [row[1] for row in shown]
    assert ("Nov 2022", "Peak · extreme") in [(row[0], row[-1]) for row in shown] or "to=" in query


def test_the_table_has_editor_types_and_30_days_where_they_are_shown(client: Client, peak: Alert, by_type: None) -> None:
    head, *rows = table(client.get(f"{ADDRESS}?range=1&show=editors&show=per30").content.decode())

    january = dict(zip(head, rows[-1], strict=True))
    assert (january["Registered editors"], january["Anonymous editors"]) == ("2,000", "700")
    assert january["Per 30 days"] == f"{round(3040 * 30 / 31):,}"


def test_files_have_editor_types_where_they_are_shown(client: Client, peak: Alert, by_type: None) -> None:
    january = rows_of(client, "?range=1&show=editors")[0]

    assert (january["edits_user"], january["edits_anonymous"]) == ("2000", "700")
    assert "edits_user" not in rows_of(client, "?range=1")[0]
    listed: Any = client.get(f"{ADDRESS}counts.json?range=1&show=editors").json()
    assert listed["rows"][0]["edits_user"] == 2000


def test_files_have_cause_note_episode_and_the_classic_threshold(client: Client, peak: Alert, bob: User) -> None:
    Annotation.objects.create(alert=peak, text="An edit-a-thon.", author=bob, status="published", headline=True)
    Alert.objects.update(category=Category.objects.get(slug="contest"), episode_end=dt.date(2022, 12, 1))

    *_before, november, december = rows_of(client, "?range=1")

    assert (november["category"], november["note"]) == ("contest", "An edit-a-thon.")
    assert (november["part_of_alert_since"], december["part_of_alert_since"]) == ("", "2022-11")
    assert float(november["classic_threshold"]) == pytest.approx(1.3 * float(november["rolling_mean"]), abs=0.01)
    assert "threshold" not in november


def test_the_key_names_what_is_drawn_and_nothing_else(client: Client, peak: Alert, by_type: None) -> None:
    assert "Expected range" in key(client, "")
    assert "3-year mean + 30 %" not in key(client, "")
    assert "3-year mean + 30 %" in key(client, "?show=mean")
    assert "Expected range" not in key(client, "?show=mean")
    assert "Expected range" not in key(client, "?show=band&show=editors")
    assert "Expected range" not in key(client, "?show=band&show=years")


def test_closing_the_card_keeps_what_is_shown(client: Client, peak: Alert) -> None:
    text = client.get(f"{ADDRESS}?range=3&show=mean&alert={peak.pk}").content.decode()

    assert f'href="{ADDRESS}?range=3&amp;show=mean" data-close' in text


def test_a_former_domain_keeps_what_is_shown(client: Client, iceland: Project) -> None:
    iceland.aliases.create(domain="old.wikipedia.org")

    response = client.get("/projects/old.wikipedia.org/?range=3&show=mean")

    assert response["Location"] == f"{ADDRESS}?range=3&show=mean"


def test_the_alerts_chart_opens_in_the_explorer_as_it_is(client: Client, peak: Alert) -> None:
    link = f"{ADDRESS}?from=2020-05&amp;to=2025-05&amp;alert={peak.pk}"

    assert f'href="{link}"' in client.get(f"/alerts/{peak.pk}/").content.decode()
    drawn = draw(f"/alerts/{peak.pk}/", None)["layout"]["meta"]
    assert drawn == draw(ADDRESS, "?from=2020-05&to=2025-05")["layout"]["meta"]


@pytest.mark.parametrize("address", [ADDRESS, "/compare/?p=is.wikipedia.org", "/alerts/{pk}/"])
def test_every_page_with_a_chart_has_it_drawn_already(client: Client, peak: Alert, address: str) -> None:
    text = client.get(address.format(pk=peak.pk)).content.decode()

    picture = text.split('<div class="still"')[1].split("</div>")[0]
    assert picture.count("<path") >= 1
    assert ">2,000</text>" in picture or ">5,000</text>" in picture


@pytest.mark.parametrize("query", ["?from=2024-01", "?to=2018-01", "?from=2024-01&to=2025-12&show=years"])
def test_a_range_without_counts_is_empty_and_said_to_be(client: Client, peak: Alert, query: str) -> None:
    rows = b"".join(client.get(f"{ADDRESS}counts.csv{query}")).decode("utf-8-sig").splitlines()  # type: ignore[call-overload]
    assert len(rows) == 1
    assert client.get(f"{ADDRESS}counts.json{query}").json()["rows"] == []
    page = client.get(ADDRESS + query)
    assert page.status_code == 200
    assert "Counts of this wiki reach from January 2019 to December 2022." in " ".join(page.content.decode().split())
    assert draw(ADDRESS, query)["data"] == []
    assert client.get(f"/compare/{query}&p=is.wikipedia.org").status_code == 200


def test_a_log_scale_is_offered_where_the_largest_month_hides_the_others(client: Client, iceland: Project) -> None:
    offer = "Show it on a log scale"
    assert offer not in client.get(ADDRESS).content.decode()
    EditCount.objects.filter(month=dt.date(2021, 3, 1)).update(edit_count=200_000)
    cache.clear()
    assert offer in client.get(ADDRESS).content.decode()
    assert offer not in client.get(f"{ADDRESS}?show=log").content.decode()
    assert offer not in client.get(f"{ADDRESS}?range=1").content.decode()


def test_e14_the_page_tells_nothing_of_the_servers_make(client: Client, iceland: Project) -> None:
    page = client.get("/projects/is.wikipedia.org/").content.decode()
    config = page.split('id="_dash-config"')[1].split("</script>")[0]
    assert '"url_base_pathname"' in config
    for told in ("version", "plotly.com", sys.version.split()[0]):
        assert told not in config, told


def test_the_newest_alert_is_open_where_none_is_chosen(client: Client, peak: Alert) -> None:
    older = make_alert(peak.project, dt.date(2021, 5, 1))
    page = client.get("/projects/is.wikipedia.org/").content.decode()
    card = page.split('id="card"')[1].split("</aside>")[0]
    assert "November 2022" in card
    assert "data-close" not in card
    assert 'class="sel"' not in page
    chosen = client.get(f"/projects/is.wikipedia.org/?alert={older.pk}").content.decode().split('id="card"')[1]
    assert "May 2021" in chosen.split("</aside>")[0]
    assert "data-close" in chosen


def test_d7_ones_own_note_is_shown_in_place_until_it_is_reviewed(client_for: Any, peak: Alert, bob: User, carol: User) -> None:
    annotation_contribute(alert=peak, by=bob, text="A contest ran on this wiki.")
    for address in (f"/alerts/{peak.pk}/", f"/alerts/{peak.pk}/card/", f"/projects/is.wikipedia.org/?alert={peak.pk}"):
        mine, theirs = (client_for(person).get(address).content.decode() for person in (bob, carol))
        assert "A contest ran on this wiki." in mine
        assert "Only you see this until a moderator has reviewed it" in mine
        assert "A contest ran on this wiki." not in theirs
        assert "A contest ran on this wiki." not in client_for(None).get(address).content.decode()


def test_others_of_the_month_are_a_link_to_just_these(client: Client, peak: Alert) -> None:
    for domain in ("fo.wikipedia.org", "de.wikipedia.org", "de.wiktionary.org"):
        make_alert(make_project(domain))
    card = client.get(f"/alerts/{peak.pk}/card/").content.decode()
    found = re.search(r'<a href="(/alerts/[^"]*month[^"]*)">(.*?)</a>', card, re.DOTALL)
    assert found
    address, words = found.groups()
    assert "2 other Wikipedia wikis" in " ".join(words.split())
    listed = client.get(unescape(address)).content.decode()
    assert listed.count('class="who"') == 3  # with this one
    assert "de.wiktionary.org" not in listed.split('class="alerts"')[1]


def test_too_little_history_is_said_in_place_of_the_range(client: Client, db: None) -> None:
    make_edit_counts(
        make_project("fo.wikipedia.org"), dict.fromkeys(month_range(dt.date(2022, 1, 1), dt.date(2022, 4, 1)), 10)
    )
    page = client.get("/projects/fo.wikipedia.org/").content.decode()
    assert "Too little history" in page.split('id="view"')[1].split("<figure")[0]
    assert page.split('id="months"')[1].count("too little history") == 4
