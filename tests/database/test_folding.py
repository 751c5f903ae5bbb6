"""All spellings of a word have one form, in any script; and LIKE says so on both databases."""

from __future__ import annotations

import pytest

from database.folding import APOSTROPHES, fold
from database.like import like
from edits.models import Project
from tests.factories import make_project


@pytest.mark.parametrize("sign", APOSTROPHES)
@pytest.mark.parametrize("word", ["o{}zbekcha", "Hawai{}i", "комп{}ютер", "ז{}רגון", "Qafár{}af", "m{}a"])
def test_every_apostrophe_is_the_same_as_none(word: str, sign: str) -> None:
    assert fold(word.format(sign)) == fold(word.format(""))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("УКРАЇНСЬКА", "українська"),
        ("ÍSLENSKA", "islenska"),
        ("Føroyskt", "foroyskt"),
        ("Łatgalian", "latgalian"),
        ("İstanbul", "istanbul"),
        ("AZƏRBAYCANCA", "azerbaycanca"),
        ("ＦＵＬＬ－ｗｉｄｔｈ", "full-width"),
        ("Ελληνικά", "ΕΛΛΗΝΙΚΑ"),
        ("العَرَبِيَّة", "العربيه"),
        ("فارسي", "فارسی"),
        ("עִבְרִית", "עברית"),
        ("гӀалгӀай", "г1алг1ай"),
        ("гӀалгӀай", "гIалгIай"),
        ("zero\u200bwidth\u00ad", "zerowidth"),
        ("Wikipedia (Usbekisch)", "wikipedia usbekisch"),
        ("Straße", "strasse"),
    ],
)
def test_spellings_of_one_word_have_one_form(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("руський", "русьkии"), ("हिन्दी", "हन्द"), ("и", "й")])
def test_letters_that_differ_stay_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    ("pattern", "value", "fits"),
    [
        ("%ЇНСЬК%", "українська", True),
        ("%50\\%%", "50% more", True),
        ("%50\\%%", "50 more", False),
        ("a_c", "ABC", True),
        ("a\\_c", "abc", False),
        ("%line%", "one\nline", True),
        (None, "x", None),
        ("%", None, None),
    ],
)
def test_like(pattern: str | None, value: str | None, fits: bool | None) -> None:
    assert like(pattern, value) is fits


@pytest.mark.django_db
@pytest.mark.parametrize("word", ["УКРАЇНСЬКА", "українська", "Українська"])
def test_both_databases_search_without_regard_to_case_in_any_script(word: str) -> None:
    make_project("uk.wikipedia.org", language_name="українська")
    assert Project.objects.filter(language_name__icontains=word).count() == 1
