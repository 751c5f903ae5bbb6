"""Many people worked on few pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from causes.evidence import Evidence
from causes.findings import Finding, Hypothesis, Strength
from causes.hypotheses.few_accounts import PART as FEW
from causes.hypotheses.few_accounts import share_of_few
from causes.hypotheses.weighing import BOTS, PEOPLE, at_most
from causes.words import number, percent

MAX_PAGES = 10
PEOPLE_LEAD = ("people", *PEOPLE)
CLEAR, PART = 1 / 3, 1 / 10  # share of the rise; the ten most edited articles usually hold 3 % of all edits
MANY_EDITORS = 10  # for each page, on average


def weigh(evidence: Evidence) -> Finding | None:
    """What the most edited pages have beyond the month before, in relation to the rise. A topic needs many editors: as they
    are counted for each page, or where people made the change and it is known that no few accounts did.
    """
    pages = [page for page in evidence.top_pages[:MAX_PAGES] if page.edits > page.before]
    if not pages or not evidence.rose or evidence.total.difference <= 0:
        return None
    share = min(sum(page.edits - page.before for page in pages) / evidence.total.difference, 1.0)
    editors = [page.editors for page in pages if page.editors is not None]
    broad = sum(editors) / len(editors) if editors else None
    if share < PART or (broad is not None and broad < MANY_EDITORS) or _few_or_bots(evidence):
        return None
    people = evidence.kinds is not None and evidence.kinds.leader in PEOPLE_LEAD and bool(evidence.accounts)
    strength = Strength.POSSIBLE if share >= CLEAR and (broad is not None or people) else Strength.WEAK
    values = {"pages": len(pages), "share": share, "editors": broad, "titles": [page.title for page in pages[:3]]}
    return Finding("one_topic", at_most(strength, evidence), values)


def _few_or_bots(evidence: Evidence) -> bool:
    return share_of_few(evidence)[1] >= FEW or (evidence.kinds is not None and evidence.kinds.leader in ("bots", *BOTS))


def tell(values: Mapping[str, Any]) -> str:
    text = ngettext(
        "The most edited page gained as many edits as %(share)s of the rise.",
        "The %(pages)s most edited pages gained as many edits as %(share)s of the rise.",
        values["pages"],
    )
    return text % {"pages": number(values["pages"]), "share": percent(values["share"])}


def lines(values: Mapping[str, Any]) -> list[str]:
    if values["editors"] is None:
        return []
    return [_("Editors for each of them: %(count)s on average.") % {"count": number(values["editors"])}]


HYPOTHESIS = Hypothesis(
    name="one_topic",
    label=gettext_lazy("One topic"),
    cause=None,
    category="world-event",
    weigh=weigh,
    tell=tell,
    lines=lines,
)
