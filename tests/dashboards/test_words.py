"""Words: every string of the public pages is marked for translation, and the German translation is whole."""

from __future__ import annotations

import datetime as dt
import re
from functools import partial
from html.parser import HTMLParser
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation

from accounts.models import User
from alerts import services
from alerts.models import Alert
from annotations.models import Annotation
from annotations.services import annotation_contribute
from curation.language import locale_of
from dashboards.charts.app import draw
from edits import figures
from tests.addresses import pages
from tests.catalogues import TRANSLATED, messages, path_of
from tests.dashboards.test_pages import ASKED_OTHERWISE
from tests.factories import make_alert, make_project
from tests.pseudo_languages import BRACKETED, CLOSE, OPEN, speak

GUIDE = settings.BASE_DIR / "docs/adding-a-language.md"
TERMS = re.compile(r"^\| ([^|]+) \| ([^|]+) \|", re.MULTILINE)  # the first two columns of a row
MONTHS = (name for form in ("wide", "abbreviated") for name in locale_of(BRACKETED).months["stand-alone"][form].values())
NO_WORDS = re.compile(rf"\b(?:CSV|JSON|PNG|SVG|UTC|API|Markdown|de|{'|'.join(MONTHS)})\b|https?://")


def test_the_table_of_terms_is_what_the_german_says() -> None:
    said = {each.ids: each.texts for each in messages(path_of("de")) if each.context is None}
    before, _head, rest = GUIDE.read_text(encoding="utf-8").partition("| Word | Language |")  # a table with a row a language
    rows = TERMS.findall(before + rest.partition("\n\n")[2])
    terms = [(english, german) for english, german in rows if english != "English" and "---" not in english]

    assert len(terms) > 10
    assert [(english, german) for english, german in terms if said.get((english,)) != (german,)] == []


def test_the_table_of_terms_is_what_each_catalogue_says() -> None:
    said = [{each.ids: each.texts for each in messages(path_of(code)) if each.context is None} for code in TRANSLATED]
    lines = GUIDE.read_text(encoding="utf-8").split("| English | German | Spanish |")[1]
    rows = [line.strip("| ").split(" | ") for line in lines.split("\n\n")[0].strip().split("\n")[2:]]

    assert len(rows) > 10
    assert rows == [[english, *(words.get((english,), ("",))[0] for words in said)] for english, *_texts in rows]


def test_words_of_the_wikipedias_are_said_in_each_catalogue() -> None:
    """By the beginning of each of their words, since endings change with the sentence."""
    lines = GUIDE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| (village pump|talk page) \| ([a-z-]+) \| ([^|]+) \|", lines, re.MULTILINE)
    assert sorted(code for _english, code, _word in rows) == sorted(2 * TRANSLATED)
    other = [
        (code, word, text)
        for english, code, word in rows
        for each in messages(path_of(code))
        if english in each.ids[0].lower()
        for text in each.texts
        if any(len(part) > 2 and part[:3] not in text.lower() for part in word.lower().split())
    ]
    assert other == []


def test_german_numbers_months_and_plurals(client: Client, peak: Alert) -> None:
    text = client.get("/?month=2022-11", headers={"accept-language": "de"}).content.decode()

    assert 'lang="de"' in text
    assert "Was sich im November 2022 geändert hat" in text
    assert "9.579" in text
    assert "1 Wiki war lebhafter" in " ".join(text.split())
    assert "+218\N{NO-BREAK SPACE}%" in text


def test_the_chart_speaks_the_readers_language(client: Client, peak: Alert) -> None:
    with translation.override("de"):
        figure = draw("/projects/is.wikipedia.org/", "?from=2021-01&to=2022-12")

    assert figure["layout"]["separators"] == ",."
    assert any(text.startswith("Dez") or text.startswith("Mai") for text in figure["layout"]["xaxis"]["ticktext"])
    counts = next(each for each in figure["data"] if each["name"] == "counts")
    assert "9.579 Bearbeitungen" in counts["text"][counts["x"].index("2022-11-01")]


class Unmarked(HTMLParser):
    """Texts of a page with letters outside of the brackets, but for names and words that people wrote (`translate="no"`)."""

    SKIPPED = {"script", "style", "title"}  # the title says the heading again
    VOID = {"meta", "link", "input", "br", "img", "path", "circle", "polyline", "line"}
    SPOKEN = {"aria-label", "placeholder", "alt", "title"}

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[tuple[str, bool]] = []
        self.depth = 0
        self.found: list[str] = []

    @property
    def quiet(self) -> bool:
        return any(silent for _tag, silent in self.stack)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        silent = given.get("translate") == "no" or tag in self.SKIPPED
        if not silent and not self.quiet:
            for name in self.SPOKEN & set(given):
                self.check(given[name] or "")
        if tag not in self.VOID:
            self.stack.append((tag, silent))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.stack.pop()

    def handle_endtag(self, tag: str) -> None:
        while self.stack and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self.quiet:
            self.check(data)

    def outside(self, text: str) -> str:
        """What of `text` stands outside of all brackets; a marked string may run across tags."""
        kept = []
        for letter in text:
            self.depth += (letter == OPEN) - (letter == CLOSE)
            if self.depth == 0 and letter != CLOSE:
                kept.append(letter)
        return "".join(kept)

    def check(self, text: str) -> None:
        bare = NO_WORDS.sub("", self.outside(text))
        if re.search(r"[^\W\d_]{2,}", bare):
            self.found.append(" ".join(text.split()))


@pytest.fixture
def pseudo(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """The language whose every marked string stands in brackets."""
    speak(BRACKETED, monkeypatch, settings)


# Pages not read by this test: of programs and of Django's form, and those that need an event or a group.
NOT_READ = ("/api/", "/accounts/", "/months/2022-11/report/", "/events/{event}/", "/groups/{group}/")


@pytest.mark.parametrize(
    "address", [*ASKED_OTHERWISE, "/alerts/{pk}/card/", *(page for page in pages() if not page.startswith(NOT_READ))]
)
def test_every_string_of_a_page_is_marked(client_for: Any, root: User, peak: Alert, pseudo: None, address: str) -> None:
    Annotation.objects.create(alert=peak, text="What people wrote.", author=root, status="published", headline=True)
    response = client_for(root).get(address.format(pk=peak.pk), headers={"accept-language": BRACKETED})

    parser = Unmarked()
    parser.feed(response.content.decode())

    assert OPEN in response.content.decode()
    assert parser.found == []


@pytest.mark.parametrize(
    ("address", "begin", "end"),
    [("/admin/alerts/alert/{pk}/change/", '<div class="panels">', "</form>"), ("/admin/", '<div class="starts">', "<details")],
)
def test_histories_and_figures_of_moderators_speak_their_language(
    client_for: Any, alice: User, bob: User, peak: Alert, pseudo: None, address: str, begin: str, end: str
) -> None:
    """What happened to an alert, the same month elsewhere and before, and what waits."""
    for other in (make_alert(make_project("fo.wikipedia.org")), make_alert(peak.project, dt.date(2021, 5, 1)), peak):
        for step in (
            partial(services.alert_acknowledge),
            partial(services.alert_assign, assignee=alice),
            partial(services.alert_dismiss, reason="123"),
            partial(services.alert_reopen, reason="123"),
        ):
            step(alert=other, by=alice)
    annotation_contribute(alert=peak, by=bob, text="A contest ran here.")
    page = client_for(alice).get(address.format(pk=peak.pk), headers={"accept-language": BRACKETED}).content.decode()

    parser = Unmarked()
    parser.feed(page.split(begin)[1].split(end)[0])
    german = client_for(alice).get(address.format(pk=peak.pk), headers={"accept-language": "de"}).content.decode()

    assert "9.579" in german.split(begin)[1].split(end)[0]
    assert not re.search(r"\d,\d{3}\b", german.split(begin)[1].split(end)[0])  # English thousands
    assert parser.found == []


def test_a_sign_stays_before_its_number_in_right_to_left_text() -> None:
    with translation.override("ar"):
        assert figures.signed(1_628.0).startswith("\N{LEFT-TO-RIGHT ISOLATE}+")
        assert figures.change(-60.5).endswith("\N{POP DIRECTIONAL ISOLATE}")
    assert figures.signed(1_628.0) == "+1,628"
