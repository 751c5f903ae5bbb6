"""Histories written before reasons were codes: what the sentences of that time mean. Read once, by migrations.

It goes with the migrations that use it, when they are squashed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from curation.vocabulary import reason

ROWS_AT_ONCE = 2_000
COUNT = r"[\d,]+"
# In the order in which they are tried; each names the code and the parameters that its groups hold.
SENTENCES = (
    (r"Taken up", "taken-up"),
    (r"Explained: (?P<category>.+)", "explained"),
    (r"Dismissed: (?P<because>.+)", "dismissed"),
    (rf"Reopened: the count moved on from (?P<old>{COUNT}) to (?P<new>{COUNT})", "moved-on"),
    (r"Reopened(?:: (?P<because>.+))?", "reopened"),
    (r"Labelled", "labelled"),
    (r"Assigned to nobody", "assigned-to-nobody"),
    (r"Assigned to (?P<name>.+)", "assigned"),
    (r"Written", "written"),
    (r"Edited(?:: (?P<because>.+))?", "edited"),
    (r"Made the headline", "headline"),
    (r"No longer the headline", "no-headline"),
    (r"approve(?:: (?P<because>.+))?", "approve"),
    (r"publish(?:: (?P<because>.+))?", "publish"),
    (r"reject(?:: (?P<because>.+))?", "reject"),
    (r"remove(?:: (?P<because>.+))?", "remove"),
    (rf"Raised by (?P<detector>\S+ \S+), policy (?P<policy>\S+), with a count of (?P<count>{COUNT})", "raised"),
    (rf"Confirmed: the month is over, with a count of (?P<count>{COUNT})", "confirmed"),
    (r"Restored: the month stands out again", "restored"),
    (r"Escalated: severity went from (?P<before>\w+) to (?P<after>\w+)", "escalated"),
    (r"Revised: severity went from (?P<before>\w+) to (?P<after>\w+)", "severity"),
    (rf"Revised: the worst month(?: so far)? is (?P<month>\d{{4}}-\d\d), with a count of (?P<count>{COUNT})", "worst-month"),
    (rf"Revised: the count went from (?P<old>{COUNT}) to (?P<new>{COUNT})", "count"),
    (r"Revised: lasted until (?P<month>\d{4}-\d\d)", "lasted"),
    (r"Revised: the figures around the same count changed", "figures"),
    (rf"Revised: still withdrawn, with a count of (?P<count>{COUNT})", "still-withdrawn"),
    (rf"Withdrawn: the count went from (?P<old>{COUNT}) to (?P<new>{COUNT}), which does not stand out", "fell"),
    (rf"Withdrawn: (?P<new>{COUNT}) no longer stands out from what is expected", "baseline"),
    (rf"Withdrawn: (?P<new>{COUNT}) does not stand out by the policy (?P<policy>\S+)", "rule"),
    (r"Withdrawn: the month belongs to an episode that began earlier", "episode"),
    (r"Withdrawn: the month can no longer be tested \((?P<reason>\w+)\)", "untestable"),
)
PATTERNS = tuple((re.compile(pattern, re.DOTALL), code) for pattern, code in SENTENCES)
NUMBERS = {"count", "old", "new"}


def as_code(sentence: str) -> str | None:
    """The reason as it is stored today; None for what is no sentence of ours."""
    for pattern, code in PATTERNS:
        if found := pattern.fullmatch(sentence):
            given = {name: value for name, value in found.groupdict().items() if value}
            numbers = {name: int(value.replace(",", "")) for name, value in given.items() if name in NUMBERS}
            return reason(code, **given | numbers)
    return None


def rewrite(history: Any) -> None:
    """Rewrite the reasons of a history, some thousand rows at a time."""
    changed = _rewritten(history)
    while rows := list(islice(changed, ROWS_AT_ONCE)):
        history.objects.bulk_update(rows, ["history_change_reason"], batch_size=ROWS_AT_ONCE // 4)


def _rewritten(history: Any) -> Iterator[Any]:
    rows = history.objects.exclude(history_change_reason=None).only("history_id", "history_change_reason")
    for row in rows.order_by("history_id").iterator(ROWS_AT_ONCE):
        if (code := as_code(row.history_change_reason)) is not None:
            row.history_change_reason = code
            yield row
