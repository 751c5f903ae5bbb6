"""What each hypothesis says of evidence made for it, and that it stays silent without any."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.utils import translation

from alerts.models import Category
from causes.evidence import (
    Account,
    Change,
    EarlierYear,
    Elsewhere,
    Evidence,
    KnownEvent,
    LogEntries,
    Page,
    Revised,
)
from causes.findings import Cause, Strength
from causes.hypotheses.registry import HYPOTHESES, explain
from tests.causes.evidence import breakdown, evidence

BOTS = breakdown("bots", group_bot=31_900)
REGISTERED = breakdown("user", user=37_000)
NON_CONTENT = replace(breakdown("non-content", surprise=0.3), dimension="page_type")
STRONG_FOR: dict[str, Evidence] = {
    "flagged_bots": evidence(BOTS),
    "name_bots": evidence(breakdown("bots", name_bot=30_100)),
    "general_change": evidence(breakdown(None, alike=True, user=21_000, anonymous=3000, group_bot=5700, name_bot=300)),
    "few_accounts": evidence(REGISTERED, accounts=(Account("Alice", 28_000, 100, "user"),)),
    "many_people": evidence(REGISTERED, editors=Change(2000, 500)),
    "page_creation": evidence(REGISTERED, new_pages=Change(13_000, 200)),
    "outside_content": evidence(
        BOTS,
        pages=replace(
            NON_CONTENT,
            parts=tuple(
                replace(part, name=name) for part, name in zip(BOTS.parts[1:3], ("content", "non-content"), strict=True)
            ),
        ),
    ),
    "reverting": evidence(REGISTERED, reverts=Change(14_000, 100)),
    "recording_gap": evidence(total=Change(5000, 10_000), departure=-6.0, days=(400.0,) * 12 + (0.0,) * 18, missing_days=15),
    "same_month_elsewhere": evidence(elsewhere=(Elsewhere("all", "", 60, 200, 1e-30),)),
    "known_break": evidence(breaks=(KnownEvent("Wikidata links", "2013-02-01", "2013-03-31", weight="strong"),)),
    "revised_past": evidence(revised=Revised(100, 120, 2.5, "2022-12-05")),
}
OTHERS: dict[str, Evidence] = {
    "people": evidence(REGISTERED),
    "mixed": evidence(breakdown(None, user=17_000, group_bot=11_900)),
    "import_log": evidence(log=LogEntries(imports=400)),
    "one_topic": evidence(REGISTERED, top_pages=tuple(Page(f"Page {i}", 1500, 40) for i in range(10))),
    "every_year": evidence(years=(EarlierYear(1, "2020-11", "Contest", "contest"), EarlierYear(2, "2021-11")), years_known=3),
    "known_event": evidence(events=(KnownEvent("Asian Month", "2022-11-01", "2022-11-30", weight="strong"),)),
}


def test_every_hypothesis_is_tried_here() -> None:
    assert set(STRONG_FOR) | set(OTHERS) == set(HYPOTHESES)


@pytest.mark.parametrize("name", STRONG_FOR)
def test_clear_evidence_makes_it_the_first_and_strong(name: str) -> None:
    first = explain(STRONG_FOR[name]).first
    assert first is not None
    assert (first.hypothesis, first.strength) == (name, Strength.STRONG)


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_never_sure_is_said_as_a_possibility_at_most(name: str) -> None:
    found = next(finding for finding in explain(OTHERS[name]).findings if finding.hypothesis == name)
    assert found.strength < Strength.STRONG


@pytest.mark.parametrize("name", HYPOTHESES)
def test_it_is_silent_without_evidence(name: str) -> None:
    assert HYPOTHESES[name].weigh(evidence()) is None


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("name", HYPOTHESES)
def test_it_says_sentences_that_never_name_a_cause(name: str, language: str) -> None:
    found = next(f for f in explain((STRONG_FOR | OTHERS)[name]).findings if f.hypothesis == name)
    with translation.override(language):
        said = [HYPOTHESES[name].tell(found.values), *HYPOTHESES[name].lines(found.values)]
    for sentence in said:
        assert sentence
        assert "caused by" not in sentence
        assert "%(" not in sentence


@pytest.mark.django_db
@pytest.mark.parametrize("name", HYPOTHESES)
def test_the_category_that_it_suggests_exists(name: str) -> None:
    assert Category.objects.filter(slug=HYPOTHESES[name].category).exists()


@pytest.mark.parametrize("name", STRONG_FOR | OTHERS)
def test_evidence_survives_being_stored(name: str) -> None:
    made = (STRONG_FOR | OTHERS)[name]
    assert Evidence.from_json(made.as_json()) == made


def test_the_sentence_on_top() -> None:
    found = explain(evidence(BOTS)).first
    assert found is not None
    said = HYPOTHESES["flagged_bots"].tell(found.values)
    assert said == "Bots made 100% of the rise: 32,000 edits, 2,000 usual; people edited as usual."


@pytest.mark.parametrize(
    ("made", "cause"),
    [
        (evidence(BOTS), Cause.BOTS),
        (STRONG_FOR["few_accounts"], Cause.FEW_ACCOUNTS),
        (STRONG_FOR["many_people"], Cause.MANY_PEOPLE),
        (STRONG_FOR["general_change"], Cause.EVERYBODY),
        (evidence(REGISTERED), Cause.PEOPLE),
        (OTHERS["mixed"], Cause.MIXED),
        (evidence(), Cause.NOT_EXPLAINED),
        # Something larger stands first, and yet the chip says who did it.
        (replace(evidence(BOTS), elsewhere=(Elsewhere("all", "", 60, 200, 1e-30),)), Cause.BOTS),
    ],
)
def test_the_chip_says_who_made_the_change(made: Evidence, cause: Cause) -> None:
    assert explain(made).cause == cause


@pytest.mark.parametrize("kinds", [BOTS, REGISTERED])
def test_a_month_that_is_hardly_unusual_is_explained_weakly(kinds: object) -> None:
    ordinary = replace(evidence(kinds), departure=1.0)  # type: ignore[arg-type]
    assert all(finding.strength == Strength.WEAK for finding in explain(ordinary).findings)
    assert explain(ordinary).cause == Cause.NOT_EXPLAINED


def test_everybody_is_not_said_where_new_pages_stayed_behind() -> None:
    everybody = replace(STRONG_FOR["general_change"], editors=Change(2000, 500))
    for pages, first in ((590, "general_change"), (200, "many_people")):
        found = explain(replace(everybody, new_pages=Change(pages, 200))).first
        assert found is not None
        assert found.hypothesis == first


def test_everybody_is_said_with_care_where_bots_hardly_moved() -> None:
    found = explain(evidence(breakdown("user", alike=True, user=21_000, anonymous=3000, group_bot=2000))).first
    assert found is not None
    assert (found.hypothesis, found.strength) == ("general_change", Strength.POSSIBLE)
    assert HYPOTHESES["general_change"].tell(found.values) == "Almost everybody edited more: 2.6 times as much as usual."


@pytest.mark.parametrize(("edits", "reverts", "sample", "said"), [
    (28_000, 300, 500, True),
    (28_000, 100, 500, False),  # they did something else
    (9000, 300, 500, False),  # others made the rise
    (28_000, 30, 40, False),  # too small a sample
    (28_000, None, 500, False),
])  # fmt: skip
def test_reverts_are_told_from_a_sample_of_those_who_made_the_rise(
    edits: int, reverts: int | None, sample: int, said: bool
) -> None:
    accounts = (Account(None, edits, 100, "user"),)
    made = evidence(REGISTERED, accounts=accounts, sample=sample, sampled_reverts=reverts)
    found = [finding for finding in explain(made).findings if finding.hypothesis == "reverting"]
    assert bool(found) is said
    for finding in found:
        assert finding.strength == Strength.POSSIBLE
        told = HYPOTHESES["reverting"].tell(finding.values)
        assert told == "Of the sampled edits by the most active accounts, 60% undid another edit or were undone."


def test_a_drop_is_told_as_a_drop() -> None:
    gone = evidence(breakdown("bots", group_bot=0, name_bot=0))
    found = explain(gone).first
    assert found is not None
    assert "of the drop" in HYPOTHESES["flagged_bots"].tell(found.values)


def test_people_who_are_known_not_to_be_few() -> None:
    known = evidence(REGISTERED, accounts=tuple(Account(None, 900, 100, "user") for _ in range(10)))
    found = next(finding for finding in explain(known).findings if finding.hypothesis == "people")
    assert HYPOTHESES["people"].lines(found.values) == ["No few accounts did it: the most active ones made 13%."]
    found = next(finding for finding in explain(evidence(REGISTERED)).findings if finding.hypothesis == "people")
    assert HYPOTHESES["people"].lines(found.values) == ["Whether they were few or many is not known."]


@pytest.mark.parametrize(("seen", "told"), [(True, 0), (False, 1)])
def test_where_no_bot_was_ever_counted_bots_may_be_among_registered_editors(seen: bool, told: int) -> None:
    found = explain(evidence(replace(REGISTERED, bots_seen=seen))).first
    assert found is not None
    lines = HYPOTHESES["people"].lines(found.values)
    assert lines.count("No edit of a bot is counted here up to that month: bots may be among the registered editors.") == told


def test_accounts_are_counted_and_not_named() -> None:
    found = explain(STRONG_FOR["few_accounts"]).first
    assert found is not None
    assert "Alice" not in str(found.values)
    assert HYPOTHESES["few_accounts"].tell(found.values) == "1 account made 93% of the rise."
