"""Parts of the box "Why": days, figures beside the count, pages, bots. Made from stored evidence, in the reader's language.

Everybody sees these: people are counted, and only bots have names (docs/privacy.md).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from causes.attribution.days import days_of_change
from causes.case_files.contents import CONTENTS
from causes.case_files.names import shown_title
from causes.hypotheses.weighing import BOTS
from causes.words import number, percent
from curation.language import listed
from edits.figures import days_of_month

MAX_PAGES, MAX_BOTS, MAX_TAGS = 5, 3, 3


@dataclass(frozen=True, slots=True)
class Layer:
    """Columns of one colour in the picture of the days, as a path in a square of 100: `kind` is people or bots."""

    kind: str
    inside: bool
    path: str


@dataclass(frozen=True, slots=True)
class Days:
    """The month by days. sentence: on which of them the change was made. usual_top: where the line of a usual day lies."""

    sentence: str
    layers: tuple[Layer, ...]
    usual_top: float
    by_people: bool
    by_bots: bool
    first: str
    last: str


def days_shown(evidence: Mapping[str, Any]) -> Days | None:
    """The days of stored evidence; None where they are not known."""
    counts: list[float] = evidence.get("days") or []
    if not counts:
        return None
    first = dt.date.fromisoformat(f"{evidence['month']}-01")
    last = first.replace(day=len(counts))
    usual = evidence["total"]["expected"] / len(counts)
    bots: list[float] = evidence.get("bot_days") or [0.0] * len(counts)
    people = [count - bot for count, bot in zip(counts, bots, strict=True)]
    run = days_of_change(counts, usual)
    scale = 100 / max(*counts, usual, 1.0)
    inside = set(range(run[0], run[1] + 1)) if run else set()
    layers = [
        Layer(kind, within, _columns(below, above, scale, [i for i in range(len(counts)) if (i in inside) is within]))
        for kind, below, above in (("people", [0.0] * len(counts), people), ("bots", people, bots))
        for within in (False, True)
    ]
    rose = evidence["total"]["count"] >= evidence["total"]["expected"]
    return Days(
        sentence=_sentence(first, run, rose),
        layers=tuple(layer for layer in layers if layer.path),
        usual_top=round(100 - scale * usual, 1),
        by_people=any(people),
        by_bots=any(bots),
        first=days_of_month(first, first),
        last=days_of_month(last, last),
    )


def _columns(below: Sequence[float], height: Sequence[float], scale: float, places: Sequence[int]) -> str:
    """One rectangle for each of the days at `places`: `height` above `below`."""
    width = 100 / len(below)
    return "".join(
        f"M{width * i:.1f} {100 - scale * below[i]:.1f}v{-scale * height[i]:.1f}h{width * 0.8:.1f}v{scale * height[i]:.1f}z"
        for i in places
        if height[i] > 0
    )


def _sentence(month: dt.date, run: tuple[int, int, float] | None, rose: bool) -> str:
    if run is None:
        return _("The rise is spread over the month.") if rose else _("The drop is spread over the month.")
    first, last, share = month.replace(day=run[0] + 1), month.replace(day=run[1] + 1), run[2]
    figures = {"share": percent(share), "days": days_of_month(first, last)}
    # Translators: "days" is one day or several, such as "Mar 4" or "Mar 4 – 9".
    return (_("%(share)s of the rise was on %(days)s.") if rose else _("%(share)s of the drop was on %(days)s.")) % figures


@dataclass(frozen=True, slots=True)
class Figure:
    """A count beside that of the alert, and what is usual for it."""

    label: str | Promise
    count: float
    expected: float


FIGURES: Mapping[str, str | Promise] = {
    "editors": gettext_lazy("Active editors"),
    "registered": gettext_lazy("Registered editors"),
    "very_active": gettext_lazy("Registered editors with 100 or more edits"),
    "newcomers": gettext_lazy("New accounts"),
    "new_pages": gettext_lazy("New pages"),
    "outside_content": gettext_lazy("Edits outside content pages"),
    "bytes_added": gettext_lazy("Bytes added, less those removed"),
    "bytes_changed": gettext_lazy("Bytes added or removed"),
}


def figures_shown(evidence: Mapping[str, Any]) -> tuple[Figure, ...]:
    """The counts beside that of the alert, where they are known."""
    return tuple(
        Figure(label, evidence[name]["count"], evidence[name]["expected"])
        for name, label in FIGURES.items()
        if name in evidence
    )


@dataclass(frozen=True, slots=True)
class Listed:
    """A page or an account, with its edits in the month and in the month before (None: it was not on the list)."""

    name: str
    url: str
    edits: float
    before: float | None


def pages_shown(evidence: Mapping[str, Any], domain: str) -> tuple[Listed, ...]:
    """The most edited pages. Canonical prefixes lead to the page on every wiki."""
    return tuple(
        Listed(shown_title(page["title"]), page_url(domain, page["title"]), page["edits"], page["before"])
        for page in evidence.get("top_pages", [])[:MAX_PAGES]
    )


def bots_shown(evidence: Mapping[str, Any], domain: str) -> tuple[Listed, ...]:
    """The most active bots, by name."""
    return tuple(
        Listed(account["name"], contributions_url(domain, account["name"]), account["edits"], account["before"])
        for account in evidence.get("accounts", [])[:MAX_BOTS]
        if account["kind"] in BOTS and account["name"]
    )


def page_url(domain: str, title: str) -> str:
    return f"https://{domain}/wiki/{quote(title.replace(' ', '_'), safe=':/')}"


def contributions_url(domain: str, name: str) -> str:
    return page_url(domain, f"Special:Contributions/{name}")


def tags_shown(evidence: Mapping[str, Any]) -> str:
    """What a sample of their edits is tagged with; empty where nothing is known."""
    tags = evidence.get("tags", [])[:MAX_TAGS]
    if not tags:
        return ""
    told = listed(f"{tag['name']} ({number(tag['edits'])})" for tag in tags)
    figures = {"sample": number(evidence["sample"]), "tags": told}
    # Translators: "tags" is a list such as "contenttranslation (312), #wpwp (20)".
    return _("Tags of %(sample)s of their edits: %(tags)s.") % figures


def unknown_shown(evidence: Mapping[str, Any]) -> str:
    """What Wikimedia was asked and did not have; empty where nothing is missing."""
    labels = [str(CONTENTS[name].label) for name in evidence.get("unknown", []) if name in CONTENTS]
    # Translators: "parts" is a list such as "most edited pages, new registrations".
    return _("Asked for and not known: %(parts)s.") % {"parts": listed(labels)} if labels else ""
