"""Every public page answers, for everybody, with what it promises."""

from __future__ import annotations

import datetime as dt
import re
from urllib.parse import quote

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from alerts.detection.registry import DETECTORS
from alerts.models import Alert, Withdrawal
from edits.models import FetchRun, PageType, Project
from tests.address_rows import rows_of
from tests.addresses import pages
from tests.factories import make_alert, make_edit_counts, make_project

# Pages that say something else when they are asked otherwise.
ASKED_OTHERWISE = (
    "/?month=2020-06",
    "/?month=2030-01",
    "/?month=2022-11&family=wiktionary",
    "/projects/?q=islandic",
    "/projects/is.wikipedia.org/?metric=active_editors",
    "/alerts/?month=2022-11&status=open&sort=worst",
    "/alerts/?status=withdrawn",
    "/compare/",
    "/compare/?p=is.wikipedia.org&scale=indexed",
    "/months/2022-11/?family=wikipedia",
    "/months/2001-01/",
)
PAGES = (*pages(), *ASKED_OTHERWISE)


@pytest.mark.parametrize("address", PAGES)
def test_page_answers(client: Client, peak: Alert, bob: User, address: str) -> None:
    response = client.get(address.format(**rows_of(peak, bob)))

    assert response.status_code == 200
    shown = re.sub(r"<(pre|textarea)\b.*?</\1>", "", response.content.decode().split("<main")[1], flags=re.DOTALL)  # code
    assert not re.search(r"(?<!If-)None|\{\{|\{%", shown)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/", "/?month=2022-11", "/alerts/", "/compare/", "/projects/", "/months/2022-11/", "/methodology/"]
)
def test_page_answers_on_an_empty_database(client: Client, address: str) -> None:
    assert client.get(address).status_code == 200


@pytest.mark.django_db
def test_overview_without_data_says_so(client: Client) -> None:
    assert "No data yet" in client.get("/").content.decode()


def test_overview_shows_the_newest_month_that_most_projects_reported(client: Client, peak: Alert) -> None:
    late = make_project("fo.wikipedia.org")
    make_edit_counts(late, {dt.date(2023, 3, 1): 10})

    text = client.get("/").content.decode()

    # One of the two projects has March 2023, which is half; the other reported to December 2022.
    assert "What changed in March 2023" in text
    make_project("fr.wikipedia.org")


def test_overview_lists_the_worst_first(client: Client, iceland: Project) -> None:
    other = make_project("fo.wikipedia.org", language_name_en="Faroese")
    make_alert(iceland, score=3.0)
    make_alert(other, score=-8.0, direction="drop", count=3, excess=-50.0, percentage_difference=-94.0)

    text = client.get("/?month=2022-11").content.decode()

    assert text.index("Faroese Wikipedia") < text.index("Icelandic Wikipedia")
    assert "9,579" in text
    assert "expected 3,016" in text


def test_alert_page_says_why(client: Client, peak: Alert) -> None:
    text = client.get(f"/alerts/{peak.pk}/").content.decode()

    assert "9,579 edits in November 2022, expected about 3,016 (normal up to 5,023)." in text
    assert "Only here" in text


@pytest.mark.parametrize("why", Withdrawal)
def test_alert_page_says_why_it_was_withdrawn(client: Client, peak: Alert, why: Withdrawal) -> None:
    Alert.objects.filter(pk=peak.pk).update(status="withdrawn", withdrawn_because=why)

    assert f"This alert was withdrawn: {why.label}." in client.get(f"/alerts/{peak.pk}/").content.decode()


def test_alert_page_counts_its_neighbours(client: Client, peak: Alert) -> None:
    for number in range(6):
        make_alert(make_project(f"x{number}.wikipedia.org"))

    text = client.get(f"/alerts/{peak.pk}/").content.decode()

    assert "7 wikis of the Wikipedia family rose in November 2022, this one included." in text
    assert "one cause behind them all" in text


def test_explorer_tables_every_peak(client: Client, peak: Alert) -> None:
    text = client.get("/projects/is.wikipedia.org/").content.decode()

    assert "Nov 2022" in text
    assert "+218%" in text
    assert f'data-alert="{peak.pk}"' in text


def test_explorer_with_a_chosen_alert_needs_no_script(client: Client, peak: Alert) -> None:
    text = client.get(f"/projects/is.wikipedia.org/?alert={peak.pk}").content.decode()

    assert "Everything about this alert" in text
    assert 'aria-current="true"' in text


def test_card_is_a_fragment(client: Client, peak: Alert) -> None:
    text = client.get(f"/alerts/{peak.pk}/card/").content.decode()

    assert "<html" not in text
    assert "9,579" in text
    assert "Sign in" in text


@pytest.mark.parametrize(
    "address",
    [
        "/projects/xx.wikipedia.org/",
        "/alerts/999999/",
        "/languages/xx/",
        "/months/2010-13/",
        "/months/soon/",
        "/months/9999-12/",
        "/months/0001-01/",
        "/months/1999-05/",
        "/months/2200-01/",
        "/alerts/999/card/",
    ],
)
@pytest.mark.django_db
def test_what_does_not_exist_is_404(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_former_domain_leads_to_the_present_one(client: Client, iceland: Project) -> None:
    iceland.aliases.create(domain="old.wikipedia.org")

    response = client.get("/projects/old.wikipedia.org/")

    assert (response.status_code, response["Location"]) == (301, "/projects/is.wikipedia.org/")


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example/", "/\\evil.example"])
@pytest.mark.django_db
def test_language_page_leads_nowhere_else(client: Client, wanted: str) -> None:
    text = client.get(f"/language/?next={quote(wanted, safe='')}").content.decode()

    assert 'name="next" value="/"' in text


def test_the_page_of_languages_has_them_all(client: Client, peak: Alert) -> None:
    text = client.get("/language/").content.decode()
    main = text[text.index("<main") :]

    assert re.findall(r'name="language"\s+value="([\w-]+)"', main) == [code for code, _name in settings.LANGUAGES]


def test_what_is_remembered_for_one_reader_is_said_in_the_language_of_the_next(client: Client, peak: Alert) -> None:
    FetchRun.objects.create(source=FetchRun.Source.SNAPSHOT, state=FetchRun.State.SUCCEEDED)
    german = client.get("/methodology/", headers={"accept-language": "de"}).content.decode()
    english = client.get("/methodology/", headers={"accept-language": "en"}).content.decode()

    assert "aufgezeichnete Daten" in german
    assert "Erwartungsband" in german
    assert "recorded data" in english
    assert "Erwartungsband" not in english


def test_months_keep_the_choice_when_leafing(client: Client, iceland: Project) -> None:
    make_edit_counts(make_project("fo.wikipedia.org"), {dt.date(2022, 12, 1): 5})
    text = client.get("/months/2022-11/?metric=edits&family=wikipedia").content.decode()

    assert 'href="/months/2022-10/?metric=edits&amp;family=wikipedia"' in text
    assert 'href="/months/2022-12/?metric=edits&amp;family=wikipedia"' in text


def test_former_domain_keeps_the_query(client: Client, iceland: Project) -> None:
    iceland.aliases.create(domain="old.wikipedia.org")

    response = client.get("/projects/old.wikipedia.org/?metric=edits&range=3")

    assert response["Location"] == "/projects/is.wikipedia.org/?metric=edits&range=3"


def test_worked_example_says_how_each_detector_got_there(client: Client, peak: Alert) -> None:
    text = client.get("/methodology/").content.decode()

    assert "The mean of the months before (35 of them) is 3,07" in text  # one of 36 is missing
    assert "usually strays from such an expectation" in text
    assert text.count("<dt>") == len(DETECTORS)


@pytest.mark.parametrize(
    ("address", "left"),
    [
        ("/alerts/?family=wikipedia&month=soon&sort=worst", "/alerts/?family=wikipedia&amp;sort=worst"),
        ("/alerts/?status=asleep", "/alerts/"),
        ("/months/2022-11/?family=wikipets&metric=edits", "/months/2022-11/?metric=edits"),
    ],
)
def test_a_bad_address_loses_only_what_is_bad(client: Client, db: None, address: str, left: str) -> None:
    response = client.get(address)

    assert response.status_code == 400
    assert f'<a class="btn" href="{left}">' in response.content.decode()


def test_error_pages_lead_on(client: Client, db: None) -> None:
    text = client.get("/nowhere/").content.decode()

    assert 'rel="icon"' in text
    assert 'href="/alerts/"' in text
    assert 'action="/projects/"' in text


def test_every_filter_in_the_address_has_a_control_that_keeps_it(client: Client, peak: Alert) -> None:
    query = "month=2022-11&project=is.wikipedia.org&severity=extreme&category=contest&cause=bots"
    for page in ("/", "/alerts/"):
        text = client.get(f"{page}?{query}").content.decode()
        assert '<input type="text" name="project" value="is.wikipedia.org"' in text
        assert '<option value="extreme" selected>' in text
        assert '<option value="bots" selected>' in text
        assert '<option value="contest" selected>' in text


def test_heat_map_says_in_words_what_its_colours_show(client: Client, peak: Alert) -> None:
    make_edit_counts(make_project("fo.wikipedia.org"), {dt.date(2022, 11, 1): 10})
    heat = client.get("/months/2022-11/").content.decode().split('class="heat"')[1]

    assert re.search(
        r'<td class="p4 of-alert" title="Nov 2022: 9,579, far above expected">\s*'
        rf'<a href="/projects/is.wikipedia.org/\?metric=edits&amp;from=2021-11&amp;to=2023-11&amp;alert={peak.pk}">',
        heat,
    )
    assert '<span class="hush">Nov 2022: 10, too little history</span>' in heat
    assert '<span class="hush">Oct 2022: missing</span>' in heat
    assert heat.count("<td") == 48 == heat.count('class="hush">') - 1  # the caption


def test_small_pictures_say_what_they_show(client: Client, peak: Alert) -> None:
    make_alert(peak.project, dt.date(2022, 6, 1), direction="drop")
    language, overview = (client.get(address).content.decode() for address in ("/languages/is/", "/?month=2022-11"))

    assert "Two years to Nov 2022: from 3,000 to 9,579 a month, the newest 9,579" in overview
    assert "Jan 2019 to Dec 2022: from 3,000 to 9,579 a month, the newest 3,080" in language
    cell = language.split('class="multiples"')[1].split("</ul>")[0]
    assert cell.count('class="peak"') == cell.count('class="drop"') == 1


def test_languages_stand_under_their_letters_with_their_own_names(client: Client, iceland: Project) -> None:
    make_project("is.wiktionary.org", language_code="is", language_name="íslenska", language_name_en="Icelandic")
    make_project("ru.wikipedia.org", language_name="русский", language_name_en="Russian")
    for address in ("/languages/", "/projects/"):
        text = client.get(address).content.decode().split("<main")[1]
        letters = re.findall(r'<h3 id="letter-\d+">(\w)</h3>', text)
        assert letters == ["I", "R"]
        assert 'lang="ru"' in text
        assert "русский" in text
        assert "2 wikis" in " ".join(text.split())


def test_wikis_without_a_count_are_folded_away(client: Client, iceland: Project) -> None:
    make_project("is.wiktionary.org", language_code="is", language_name="íslenska", language_name_en="Icelandic")
    text = client.get("/languages/is/").content.decode().split('class="multiples"')[1]
    cells, fold = text.split("</ul>", 1)
    assert "is.wikipedia.org" in cells
    assert "is.wiktionary.org" not in cells
    assert "1 wiki without a count" in " ".join(fold.split("</summary>")[0].split())
    assert "is.wiktionary.org" in fold.split("</details>")[0]


def test_a_month_is_cited_by_its_whole_address(client: Client, iceland: Project) -> None:
    page = client.get("/months/2022-11/?family=wikipedia").content.decode()
    field, button = page.split('<p class="cite">')[1].split("</p>")[0].split("<button")
    assert 'value="http://testserver/months/2022-11/"' in field
    assert "data-copy " in button


def test_the_order_of_alerts_is_named_and_can_be_changed(client: Client, peak: Alert) -> None:
    make_alert(make_project("fo.wikipedia.org"), dt.date(2022, 12, 1), severity="notable")
    for query, order, first in (("", "Newest first", "fo.wikipedia.org"), ("?sort=worst", "Worst first", "is.wikipedia.org")):
        page = client.get(f"/alerts/{query}").content.decode()
        assert re.search(rf'aria-current="true">\s*{order}', page.split('aria-label="Order"')[1])
        assert page.split('class="alerts"')[1].index(first) == page.split('class="alerts"')[1].index("wikipedia.org") - 3
    assert "?family=wikipedia&amp;sort=worst" in client.get("/alerts/?family=wikipedia").content.decode()


def test_a_list_names_what_is_counted_where_it_is_not_the_same(client: Client, iceland: Project, peak: Alert) -> None:
    other = make_project("fo.wikipedia.org", language_code="is", language_name_en="Icelandic")
    make_edit_counts(other, {dt.date(2020, 1, 1): 10})
    make_edit_counts(other, {dt.date(2022, 11, 1): 900, dt.date(2022, 12, 1): 100}, PageType.ALL)
    make_alert(other)
    for address in ("/alerts/", "/?month=2022-11", "/languages/is/", "/months/2022-11/"):
        text = client.get(address).content.decode().split("<main")[1]
        assert text.count("edits to all pages") >= 1, address
        assert "edits to content pages" not in text, address
