"""The catalogues: messages that can be translated, and translations that are whole."""

from __future__ import annotations

import gettext
import re
import shutil
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from babel import Locale
from django.conf import settings
from django.core.management import call_command
from django.utils.translation import to_locale

from tests.catalogues import COLLECTED, FOLDER, PLACEHOLDER, TRANSLATED, Message, catalogue, compiled, messages, path_of

COUNTED = re.compile(r"%\(\w+\)[sd] ((?:[a-z]+ )*?[a-z]{3,})s\b")  # a number and, at most some words later, a plural
NUMBERS = (*range(1_001), 1_000_000)


@pytest.fixture(scope="module")
def collected() -> list[Message]:
    return list(messages(COLLECTED))


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="needs gettext")
def test_the_messages_of_the_source_are_collected(tmp_path: Path, monkeypatch: Any, settings: Any) -> None:
    for room in (found.parent for found in settings.BASE_DIR.glob("*/__init__.py") if found.parent.name != "tests"):
        shutil.copytree(room, tmp_path / room.name)
    shutil.copytree(settings.BASE_DIR / "templates", tmp_path / "templates")
    (tmp_path / "locale").mkdir()
    shutil.copy(FOLDER / "placeholders.toml", tmp_path / "locale")
    monkeypatch.chdir(tmp_path)
    settings.LOCALE_PATHS = [tmp_path / "locale"]

    call_command("makemessages", locale=["eo"], verbosity=0)

    assert (tmp_path / "locale/django.pot").read_text() == COLLECTED.read_text(), "run manage.py makemessages"


def test_no_message_has_markup(collected: list[Message]) -> None:
    assert len(collected) > 1_500
    assert [each.ids for each in collected if re.search(r"</?[a-z]|&\w+;", " ".join(each.ids))] == []


def test_each_placeholder_has_a_name(collected: list[Message]) -> None:
    bare = re.compile(r"%[^(% ]|\{\w*\}")
    assert [each.ids for each in collected if bare.search(PLACEHOLDER.sub("", " ".join(each.ids).replace("%%", "")))] == []


def test_translators_are_told_what_each_placeholder_stands_for(collected: list[Message]) -> None:
    silent = [
        (each.ids[0], name)
        for each in collected
        for name in each.placeholders
        if not any(f"%({name})s" in comment for comment in each.comments)
    ]
    assert silent == []


def test_no_placeholder_is_described_that_no_message_has(collected: list[Message]) -> None:
    described = tomllib.loads((FOLDER / "placeholders.toml").read_text(encoding="utf-8"))
    assert set(described) - {name for each in collected for name in each.placeholders} == set()


def test_a_number_before_what_is_counted_has_plural_forms(collected: list[Message]) -> None:
    """The nouns are those that other messages have in singular and plural."""
    plural = [each.ids for each in collected if len(each.ids) == 2]
    nouns = {noun for one, many in plural for noun in COUNTED.findall(many) if re.search(rf"{noun}\b", one)}
    nouns -= {"time"}  # "2.4 times as many" is a factor, and counts nothing
    alone = [each.ids[0] for each in collected if len(each.ids) == 1]

    assert {"edit", "wiki", "month"} <= nouns
    assert [text for text in alone if nouns & set(COUNTED.findall(text))] == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_translation_is_whole(code: str, collected: list[Message]) -> None:
    translated = {each.key: each for each in messages(path_of(code))}

    assert [key for key, each in translated.items() if each.fuzzy or not all(each.texts)] == []
    assert [each.ids for each in collected if each.key not in translated] == []
    assert translated.keys() - {each.key for each in collected} == set(), "translations of messages that are gone"


@pytest.mark.parametrize("code", TRANSLATED)
def test_plural_forms_are_those_of_the_language(code: str) -> None:
    """One form for each that CLDR has of it (but the one for whole millions), by the same rule."""
    written = catalogue(path_of(code))
    form, rule = gettext.c2py(written.plural_expr), Locale.parse(to_locale(code)).plural_form

    pairs = {(rule(number), form(number)) for number in NUMBERS if number < 1_000_000}
    assert len(pairs) == len({name for name, _form in pairs}) == written.num_plurals
    assert {len(each.texts) for each in messages(path_of(code)) if len(each.ids) == 2} == {written.num_plurals}


@pytest.mark.parametrize("code", TRANSLATED)
def test_translations_have_the_placeholders_of_the_message(code: str) -> None:
    """A form that is used for one number alone, such as the Arabic ones for none, one and two, may leave numbers out."""
    uses = Counter(map(gettext.c2py(catalogue(path_of(code)).plural_expr), NUMBERS))
    wrong = []
    for each in messages(path_of(code)):
        for form, text in enumerate(each.texts):
            found = set(PLACEHOLDER.findall(text))
            may_lack = len(each.ids) == 2 and uses[form] == 1
            if found - each.placeholders or (each.placeholders - found and not may_lack):
                wrong.append((each.ids[0], text))
    assert wrong == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_percent_sign_is_doubled_where_the_message_doubles_it(code: str) -> None:
    """In a message with placeholders a single one would be the beginning of a placeholder."""
    bare = re.compile(r"%(?!\(\w+\)[sd]|%)")
    wrong = [
        text
        for each in messages(path_of(code))
        if each.placeholders
        for text in each.texts
        if bare.search(text.replace("%%", ""))
    ]
    assert wrong == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_the_compiled_translation_is_the_written_one(code: str) -> None:
    binary = compiled(code)
    for each in messages(path_of(code)):
        if len(each.ids) == 2:
            said = {
                binary.npgettext(each.context, *each.ids, n) if each.context else binary.ngettext(*each.ids, n)
                for n in NUMBERS
            }
            assert said <= set(each.texts), each.ids
        else:
            said = {binary.pgettext(each.context, each.ids[0]) if each.context else binary.gettext(each.ids[0])}
            assert said == set(each.texts), each.ids


def test_every_language_has_its_catalogue_and_no_catalogue_is_left_over() -> None:
    folders = {path.parent.parent.name for path in FOLDER.glob("*/LC_MESSAGES/django.po")}
    assert folders == {to_locale(code) for code in TRANSLATED}


def test_a_drafted_catalogue_says_so() -> None:
    saying = {
        code for code in TRANSLATED if "drafted and waits for a native reader" in catalogue(path_of(code)).header_comment
    }
    assert saying == settings.DRAFTED_LANGUAGES
