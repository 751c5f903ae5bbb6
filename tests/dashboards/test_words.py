"""Words: every string of the public pages is marked for translation, and the German translation is whole."""

from __future__ import annotations

import ast
import gettext
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation
from django.utils.translation import trans_real

from accounts.models import User
from alerts.models import Alert
from annotations.models import Annotation
from dashboards.charts.app import draw
from dashboards.templatetags import figures
from tests.dashboards.test_pages import PAGES

GERMAN = Path(settings.LOCALE_PATHS[0]) / "de/LC_MESSAGES"
PSEUDO = "eo"  # a language that Django knows, and the site has no translation of
OPEN, CLOSE = "⟦", "⟧"


def entries(path: Path) -> Iterator[tuple[list[str], str | None, list[str], str]]:
    """(msgid and plural, context, translations, flags) of each entry of a .po file."""
    for block in path.read_text(encoding="utf-8").split("\n\n")[1:]:
        fields: dict[str, str] = {}
        for name, text in re.findall(r'^(msg\w+(?:\[\d\])?) ((?:".*"\n?)+)', block, re.MULTILINE):
            fields[name] = ast.literal_eval(f"({text})")
        ids = [fields[name] for name in ("msgid", "msgid_plural") if name in fields]
        yield ids, fields.get("msgctxt"), [fields[name] for name in sorted(fields) if name.startswith("msgstr")], block


def test_the_german_translation_is_whole() -> None:
    every = list(entries(GERMAN / "django.po"))

    assert len(every) > 700
    assert [ids for ids, _context, texts, block in every if not all(texts) or "fuzzy" in block.split("msgid")[0]] == []


def test_the_compiled_translation_is_the_written_one() -> None:
    with (GERMAN / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for ids, context, texts, _block in entries(GERMAN / "django.po"):
        if len(ids) == 2:
            found = [compiled.npgettext(context, *ids, n) if context else compiled.ngettext(*ids, n) for n in (1, 2)]
        else:
            found = [compiled.pgettext(context, ids[0]) if context else compiled.gettext(ids[0])]
        assert found == texts, ids


def test_german_numbers_months_and_plurals(client: Client, peak: Alert) -> None:
    text = client.get("/?month=2022-11", headers={"accept-language": "de"}).content.decode()

    assert 'lang="de"' in text
    assert "Was sich im November 2022 geändert hat" in text
    assert "9.579" in text
    assert "1 Wiki war lebhafter" in " ".join(text.split())
    assert "+218 %" in text


def test_the_chart_speaks_the_readers_language(client: Client, peak: Alert) -> None:
    with translation.override("de"):
        figure = draw("/projects/is.wikipedia.org/", "?from=2021-01&to=2022-12")

    assert figure["layout"]["separators"] == ",."
    assert any(text.startswith("Dez") or text.startswith("Mai") for text in figure["layout"]["xaxis"]["ticktext"])
    counts = next(each for each in figure["data"] if each["name"] == "counts")
    assert "9.579 Bearbeitungen" in counts["text"][counts["x"].index("2022-11-01")]


class Pseudo(trans_real.DjangoTranslation):
    """Every marked string, in brackets."""

    FORMATS = {"a percentage"}  # no words

    def __init__(self) -> None:
        super().__init__("en")
        self._DjangoTranslation__language = PSEUDO

    def gettext(self, message: str) -> str:
        context, _separator, text = message.rpartition(trans_real.CONTEXT_SEPARATOR)
        return text if context in self.FORMATS else f"{OPEN}{text}{CLOSE}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


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
        bare = re.sub(r"\b(?:CSV|JSON|PNG|UTC|API)\b|https?://", "", self.outside(text))
        if re.search(r"[^\W\d_]{2,}", bare):
            self.found.append(" ".join(text.split()))


@pytest.fixture
def pseudo(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[None]:
    """The language whose every marked string stands in brackets."""
    settings.LANGUAGES = [("en", "English"), (PSEUDO, "Pseudo")]
    monkeypatch.setitem(trans_real._translations, PSEUDO, Pseudo())
    figures.formatted_date.cache_clear()
    yield
    figures.formatted_date.cache_clear()


@pytest.mark.parametrize(
    "address", [*PAGES, "/alerts/{pk}/", "/alerts/{pk}/card/", "/projects/is.wikipedia.org/?alert={pk}", "/status/"]
)
def test_every_string_of_a_page_is_marked(client_for: Any, root: User, peak: Alert, pseudo: None, address: str) -> None:
    Annotation.objects.create(alert=peak, text="What people wrote.", author=root, status="published", headline=True)
    response = client_for(root).get(address.format(pk=peak.pk), headers={"accept-language": PSEUDO})

    parser = Unmarked()
    parser.feed(response.content.decode())

    assert OPEN in response.content.decode()
    assert parser.found == []


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="needs gettext")
def test_every_marked_string_has_a_german_entry(tmp_path: Path) -> None:
    for app in (app for app in settings.INSTALLED_APPS if (settings.BASE_DIR / app).is_dir()):
        shutil.copytree(settings.BASE_DIR / app, tmp_path / app)
    shutil.copytree(settings.BASE_DIR / "templates", tmp_path / "templates")
    found = tmp_path / "locale/de/LC_MESSAGES/django.po"
    found.parent.mkdir(parents=True)

    command = [sys.executable, "-m", "django", "makemessages", "-l", "de", "--no-location"]
    subprocess.run(command, cwd=tmp_path, env=os.environ | {"DJANGO_SETTINGS_MODULE": ""}, check=True, capture_output=True)

    known = {(tuple(ids), context) for ids, context, _texts, _block in entries(GERMAN / "django.po")}
    marked = [(tuple(ids), context) for ids, context, _texts, _block in entries(found)]
    assert len(marked) > 700
    assert [each for each in marked if each not in known] == []
    assert known - {*marked, (("",), None)} == set(), "translations of strings that are gone"


def test_a_sign_stays_before_its_number_in_right_to_left_text() -> None:
    with translation.override("ar"):
        assert figures.signed(1_628.0).startswith("\N{LEFT-TO-RIGHT ISOLATE}+")
        assert figures.change(-60.5).endswith("\N{POP DIRECTIONAL ISOLATE}")
    assert figures.signed(1_628.0) == "+1,628"
