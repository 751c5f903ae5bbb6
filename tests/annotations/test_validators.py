"""What counts as words, and how links are shown."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from annotations.validators import shown_link, validate_note
from database.validators import validate_text

UNSEEN = [
    "\u200b",
    "\u2060",
    "\ufeff",
    "\u00ad",
    "\u3164",
    "\u2800",
    "\u115f",
    "\u200d",
    "\ufe0f",
    "\U000e0041",
    "\u034f",
    "\u202e",
]


@pytest.mark.parametrize("character", UNSEEN)
def test_words_that_nobody_sees_are_refused(character: str) -> None:
    for text in (character * 20, f" {character}\n" * 10):
        with pytest.raises(ValidationError, match="cannot be seen"):
            validate_text(text)
    with pytest.raises(ValidationError, match="at least 10"):
        validate_note("Short" + character * 20)


@pytest.mark.parametrize(
    "text",
    [
        "Wiki Loves Monuments",
        "یک مسابقهٔ می\u200cشود",
        "প্রতিযোগিতা হয়েছিল",
        "编辑松活动吸引了许多新的编者",
        "A family 👨\u200d👩\u200d👧 came",
        "מסיבת עריכה\u200f גדולה",
    ],
)
def test_words_of_any_script_are_taken_with_the_joiners_that_they_need(text: str) -> None:
    validate_note(text)


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ("https://meta.wikimedia.org/wiki/Contest", "https://meta.wikimedia.org/wiki/Contest"),
        ("https://uk.wikipedia.org/wiki/Київ", "https://uk.wikipedia.org/wiki/Київ"),
        ("https://wikіpedia.org/x", "https://xn--wikpedia-vhh.org/x"),  # a Cyrillic i
        ("https://аррӏе.com/", "https://xn--80ak6aa92e.com/"),  # Cyrillic all through
        ("https://ᴡikipedia.ρrg:8080/", None),
        ("https://пример.рф/", "https://пример.рф/"),
        ("https://例え.jp/", "https://例え.jp/"),
        ("https://münchen.de/", "https://münchen.de/"),
        ("https://[broken/", "https://[broken/"),
        ("", ""),
    ],
)
def test_hosts_that_could_be_taken_for_others_are_shown_in_punycode(link: str, shown: str | None) -> None:
    assert shown_link(link) == shown if shown is not None else "xn--" in shown_link(link)
