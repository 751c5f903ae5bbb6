"""Reasons of histories: codes that are stored, words that are read."""

from __future__ import annotations

import json
import re

import pytest
from django.utils.translation import override

from curation.old_reasons import as_code
from curation.vocabulary import MAX_LENGTH, WORDS, reason, reason_in_words

PARAMETERS = {
    "name": "bob", "category": "Contest", "detector": "expected_band 1.0", "policy": "site:2", "month": "2011-01",
    "count": 7110, "old": 216, "new": 7110, "before": "notable", "after": "extreme", "reason": "gaps",
}  # fmt: skip


def parameters_of(code: str) -> dict[str, object]:
    return {name: PARAMETERS[name] for name in re.findall(r"%\((\w+)\)", str(WORDS[code]))}


@pytest.mark.parametrize("code", WORDS)
def test_every_code_is_stored_without_words_and_has_some(code: str) -> None:
    stored = reason(code, **parameters_of(code))
    assert json.loads(stored)[0] == code
    words = reason_in_words(stored)
    assert "%" not in words
    assert words != stored


def test_numbers_and_months_are_the_readers() -> None:
    stored = reason("worst-month", month="2011-01", count=7110)
    assert reason_in_words(stored) == "Revised: the worst month is January 2011, with a count of 7,110"
    with override("de"):
        assert "Januar 2011" in reason_in_words(stored)
        assert "7.110" in reason_in_words(stored)


@pytest.mark.parametrize("typed", ["A glitch", '["dismissed"', "[]", '["no such code"]', "[1, 2]", "[[]]", "50 % of %(all)s"])
def test_what_a_person_typed_stays_as_it_was_typed(typed: str) -> None:
    assert reason_in_words(typed) == typed
    assert reason_in_words(reason("dismissed", because=typed)) == f"Dismissed: {typed}"


def test_long_words_are_cut_and_the_rest_can_be_read() -> None:
    stored = reason("dismissed", because='"quoted" \\ ' * 100)
    assert len(stored) <= MAX_LENGTH
    assert reason_in_words(stored).startswith('Dismissed: "quoted" \\ "quoted"')


@pytest.mark.parametrize(
    ("sentence", "code"),
    [
        ("Labelled", reason("labelled")),
        ("Reopened: A new source: see the talk page", reason("reopened", because="A new source: see the talk page")),
        ("Reopened: the count moved on from 1,216 to 7,110", reason("moved-on", old=1216, new=7110)),
        ("approve", reason("approve")),
        ("reject: No source", reason("reject", because="No source")),
        ("Raised by expected_band 2.1, policy site:2, with a count of 9,579",
         reason("raised", detector="expected_band 2.1", policy="site:2", count=9579)),
        ("Revised: lasted until 2011-01", reason("lasted", month="2011-01")),
        ("Withdrawn: the month can no longer be tested (gaps)", reason("untestable", reason="gaps")),
        ("Taken over from the original tool, note 7", None),
        ("A contest", None),
    ],
)  # fmt: skip
def test_sentences_of_before_are_read_once(sentence: str, code: str | None) -> None:
    assert as_code(sentence) == code
