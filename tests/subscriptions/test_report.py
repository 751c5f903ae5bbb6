"""The report for a village pump: on the page, as JSON and by command, the same text."""

from __future__ import annotations

import datetime as dt
import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from alerts.choices import Status
from alerts.models import Alert
from edits.models import Project
from subscriptions.models import Group
from subscriptions.report import MAX_LINES
from tests.factories import make_alert, make_project
from tests.subscriptions.conftest import MONTH

pytestmark = pytest.mark.django_db
PLACE = "/months/2022-11/report"


def wikitext(client: Client, query: str) -> str:
    return client.get(f"{PLACE}.json?{query}").json()["wikitext"]


def test_one_text_for_page_api_and_command(client: Client, peak: Alert, settings: object) -> None:
    settings.SITE_URL = "http://testserver"
    text = wikitext(client, "project=hi.wikipedia.org&in=en")
    assert text.splitlines() == [
        "What stood out on Hindi Wikipedia in November 2022:",
        f"* [http://testserver/alerts/{peak.pk}/ Hindi Wikipedia, November 2022]: 14,220 edits, expected 3,000 (+374%)",
        "",
        "<small>Counts of the Wikimedia Analytics API, compared with what each wiki's own history makes likely. "
        "[http://testserver/methodology/ How this was made]</small>",
    ]
    page = client.get(f"{PLACE}/?project=hi.wikipedia.org&in=en").content.decode()
    assert "What stood out on Hindi Wikipedia in November 2022:" in page
    out = StringIO()
    call_command("month_report", "2022-11", "--project", "hi.wikipedia.org", "--in", "en", stdout=out)
    assert out.getvalue() == text + "\n"
    answer = client.get("/api/v1/months/2022-11/report?project=hi.wikipedia.org&in=en")
    assert answer.json()["wikitext"] == text
    assert "/months/2022-11/report/" in client.get("/months/2022-11/").content.decode()


def test_a_language_that_the_site_does_not_speak_gets_english_and_says_so(client: Client, peak: Alert) -> None:
    assert wikitext(client, "language=hi").startswith("नवंबर 2022 में हिन्दी पर")
    make_alert(make_project("mi.wikipedia.org", language_code="mi", language_name_en="Māori"), MONTH)
    text = wikitext(client, "language=mi")
    assert text.startswith('<div lang="en" dir="ltr">\nWhat stood out on Māori')
    assert text.endswith("</div>")


def test_german_readers_get_their_numbers(client: Client, peak: Alert) -> None:
    text = wikitext(client, "project=hi.wikipedia.org&in=de-formal")
    assert "14.220" in text
    assert "<div" not in text


def test_worst_first_and_no_more_than_seven(client: Client, hindi: Project) -> None:
    for number in range(12):
        wiki = make_project(f"x{number}.wikipedia.org", language_code="hi", language_name_en="Hindi")
        make_alert(wiki, MONTH, score=float(number), severity="high" if number == 3 else "notable")
    lines = [line for line in wikitext(client, "language=hi&in=en").splitlines() if line.startswith("*")]
    assert len(lines) == MAX_LINES + 1
    assert "5 more months stood out" in lines[-1]
    first = Alert.objects.get(severity="high")
    assert f"/alerts/{first.pk}/" in lines[0]


def test_nothing_stood_out(client: Client, peak: Alert) -> None:
    Alert.objects.update(status=Status.WITHDRAWN)
    assert "Nothing stood out on Hindi Wikipedia in November 2022." in wikitext(client, "project=hi.wikipedia.org&in=en")


def test_what_people_wrote_is_inert(client: Client, peak: Alert) -> None:
    Alert.objects.update(label="[[Evil]] {{subst:x}} <!-- ~~~~ '''")
    text = wikitext(client, "project=hi.wikipedia.org&in=en").splitlines()[1]
    for markup in ("[[", "{{", "<!", "~~", "'''"):
        assert markup not in text


def test_targets_are_open_wikis(client: Client, peak: Alert) -> None:
    make_project("hi.wiktionary.org", language_code="hi")
    make_project("hi.wikinews.org", language_code="hi", closed=True)
    targets = client.get(f"{PLACE}.json?language=hi").json()["targets"]
    assert targets.splitlines() == [
        "* {{#target:Project:Village pump|hi.wikipedia.org}}",
        "* {{#target:Project:Village pump|hi.wiktionary.org}}",
    ]
    out = StringIO()
    call_command("month_report", "2022-11", "--language=hi", "--targets", stdout=out)
    assert out.getvalue() == targets + "\n"
    # As MassMessage reads a list: a title in the namespace of the project, where it posts, and a bare host.
    for line in targets.splitlines():
        assert re.fullmatch(r"\* \{\{#target:Project:[^|{}\[\]<>#]+\|[a-z0-9-]+(\.[a-z0-9-]+)+\}\}", line)


def test_targets_of_a_region_name_each_wiki_once(client: Client, peak: Alert) -> None:
    group = Group.objects.create(slug="twice", name="Twice", published=True)
    group.rules.create(kind="language", value="hi")
    group.rules.create(kind="wiki", value="hi.wikipedia.org")
    targets = client.get(f"{PLACE}.json?group=twice").json()["targets"]
    assert targets == "* {{#target:Project:Village pump|hi.wikipedia.org}}"


@pytest.mark.parametrize("query", ["", "project=nowhere.org", "project=hi.wikipedia.org&language=hi", "group=nothing"])
def test_what_names_no_wikis_is_refused(client: Client, peak: Alert, query: str) -> None:
    assert client.get(f"{PLACE}.json?{query}").status_code == 400
    assert client.get(f"/api/v1/months/2022-11/report?{query}").status_code in (400, 404)
    with pytest.raises(CommandError):
        call_command("month_report", "2022-11", *[f"--{part}" for part in query.split("&") if part], stdout=StringIO())


def test_months_that_are_none(client: Client, peak: Alert) -> None:
    assert client.get("/months/2022-13/report/").status_code == 404
    with pytest.raises(CommandError):
        call_command("month_report", "2022-13", "--project=hi.wikipedia.org", stdout=StringIO())
    assert dt.date(2022, 11, 1) == MONTH
