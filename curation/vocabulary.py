"""Why a row changed: stored as a code with its parameters, said in the reader's language.

The history of a row keeps `["dismissed", {"because": "A glitch"}]`. What is no such list is what a person typed, or what an
importer took over, and is shown as it stands.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

MAX_LENGTH = 500  # of the column
BECAUSE = "because"  # the parameter that a person typed; it follows the words
# By code. The placeholders are the parameters. A code once stored keeps its meaning.
WORDS: Mapping[str, str | Promise] = {
    # People, with alerts.
    "taken-up": _("Taken up"),
    "explained": _("Explained: %(category)s"),
    "dismissed": _("Dismissed"),
    "reopened": _("Reopened"),
    "labelled": _("Labelled"),
    "assigned": _("Assigned to %(name)s"),
    "assigned-to-nobody": _("Assigned to nobody"),
    # People, with notes and events.
    "written": _("Written"),
    "edited": _("Edited"),
    "approve": _("Approved"),
    "reject": _("Rejected"),
    "remove": _("Removed"),
    "publish": _("Published"),
    "headline": _("Made the headline"),
    "no-headline": _("No longer the headline"),
    # People, with rules and expectations.
    "created": _("Created"),
    "changed": _("Changed"),
    "deleted": _("Deleted"),
    "as-it-stood": _("As it stood"),
    "begun": _("Begun"),
    "ended": _("Ended"),
    # The detector.
    "raised": _("Raised by %(detector)s, policy %(policy)s, with a count of %(count)s"),
    "confirmed": _("Confirmed: the month is over, with a count of %(count)s"),
    "restored": _("Restored: the month stands out again"),
    "moved-on": _("Reopened: the count moved on from %(old)s to %(new)s"),
    "escalated": _("Escalated: severity went from %(before)s to %(after)s"),
    "severity": _("Revised: severity went from %(before)s to %(after)s"),
    "worst-month": _("Revised: the worst month is %(month)s, with a count of %(count)s"),
    "count": _("Revised: the count went from %(old)s to %(new)s"),
    "lasted": _("Revised: lasted until %(month)s"),
    "figures": _("Revised: the figures around the same count changed"),
    "still-withdrawn": _("Revised: still withdrawn, with a count of %(count)s"),
    "fell": _("Withdrawn: the count went from %(old)s to %(new)s, which does not stand out"),
    "baseline": _("Withdrawn: %(new)s no longer stands out from what is expected"),
    "rule": _("Withdrawn: %(new)s does not stand out by the policy %(policy)s"),
    "episode": _("Withdrawn: the month belongs to an episode that began earlier"),
    "untestable": _("Withdrawn: the month can no longer be tested (%(reason)s)"),
}

# Why a month cannot be tested: names of alerts.detection.types.Reason.
UNTESTABLE: Mapping[str, str | Promise] = {
    "missing": _("its count is missing"),
    "insufficient_history": _("too little history"),
    "gaps": _("too many gaps"),
    "no_baseline_activity": _("nothing but zeros before it"),
    "incomplete": _("it is not over"),
    "unstable": _("no model fits the months before it"),
}


def _month(value: Any) -> str:
    return date_format(dt.date.fromisoformat(f"{value}-01"), "YEAR_MONTH_FORMAT")


def _translated(value: Any) -> str:
    return gettext(str(value)) if value else ""


# How a parameter is written, by its name; numbers by the reader's locale, all others as they are.
WRITTEN: Mapping[str, Callable[[Any], str]] = {
    "month": _month, "category": _translated, "before": _translated, "after": _translated,
    "reason": lambda value: str(UNTESTABLE.get(value, value)),
}  # fmt: skip


def reason(code: str, **parameters: object) -> str:
    """As it is stored: at most MAX_LENGTH characters, for which the words that a person typed are cut.

    Raises KeyError for a code that has no words.
    """
    WORDS[code]
    given = {name: value.strip() if isinstance(value, str) else value for name, value in parameters.items()}
    given = {name: value for name, value in given.items() if value != ""}
    stored = _stored(code, given)
    while len(stored) > MAX_LENGTH:
        typed = str(given[BECAUSE])
        given[BECAUSE] = typed[: len(typed) - max(1, (len(stored) - MAX_LENGTH) // 2)]
        stored = _stored(code, given)
    return stored


def _stored(code: str, parameters: Mapping[str, object]) -> str:
    return json.dumps([code, parameters] if parameters else [code], ensure_ascii=False)


def reason_in_words(stored: str) -> str:
    """What `stored` says to the reader; what a person typed stays as it was typed."""
    read = _read(stored)
    if read is None:
        return stored
    code, parameters = read
    words = str(WORDS[code]) % {name: _written(name, value) for name, value in parameters.items()}
    because = parameters.get(BECAUSE)
    return f"{words}: {because}" if because else words


def _read(stored: str) -> tuple[str, dict[str, Any]] | None:
    """Code and parameters; None for words."""
    if not stored.startswith("["):
        return None
    try:
        code, *rest = json.loads(stored)
        parameters = rest[0] if rest else {}
        known = code in WORDS and isinstance(parameters, dict)
        return (code, parameters) if known else None
    except (ValueError, TypeError):
        return None


def _written(name: str, value: Any) -> str:
    if name in WRITTEN:
        return WRITTEN[name](value)
    if isinstance(value, int):
        return str(number_format(value, use_l10n=True, force_grouping=True))
    return str(value)
