"""The parts of a case file: what each asks of Wikimedia, in at most 24 requests together, and what is kept of the answers."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from causes.case_files.names import is_public_title, named_accounts
from edits.models import ActivityLevel, EditorType, PageType
from edits.months import add_months, days_in, month_range
from edits.wikimedia.action import MAX_ACCOUNTS, fetch_wiki_facts
from edits.wikimedia.analytics import Answer, Endpoint, fetch_counts
from edits.wikimedia.session import Session
from edits.wikimedia.tops import EDITORS, MAX_ROWS, PAGES, TopList, TopRow, fetch_top

MAX_REQUESTS = 24  # for one file, the accounts' own wiki included
MONTHS_BEFORE = 12  # of a series: what is usual is their median
MAX_KEPT = 10  # rows of a list
MATTERS = 0.1  # share of the change
KINDS = (EditorType.USER.value, EditorType.ANONYMOUS.value, EditorType.GROUP_BOT.value, EditorType.NAME_BOT.value)
NON_CONTENT = "non-content"
Data = dict[str, Any]


class EmptyPart(Exception):
    """Wikimedia has nothing of this part, or not yet."""


class PartDiffers(Exception):
    """The cells of a part do not add up to the alert's count: they are of another fetch. They are not kept."""


@dataclass(frozen=True, slots=True)
class Case:
    """An alert as its file is asked for: `month` is that of its figures, `page_type` what its count is of.

    editors: the kind of editors whose most active accounts are asked for: the one that made most of the change.
    excess: what the count has beyond its expectation. known: the data of the parts that the file has already.
    """

    domain: str
    metric: str
    month: dt.date
    count: int
    page_type: str
    editors: str
    excess: float
    known: Mapping[str, Data]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part. ask: the data to keep, as JSON; raises WikimediaError, EmptyPart or PartDiffers.

    concerns: whether an alert of this metric has the part at all. requests: how many `ask` makes at most.
    shared: it is of the wiki and the month, whatever the alert is about.
    """

    name: str
    label: str | Promise
    requests: int
    ask: Callable[[Session, Case], Data]
    concerns: Callable[[str], bool] = lambda metric: True
    shared: bool = False


def _by_month(path: str, *slice_names: str, value_field: str, signed: bool = False) -> Endpoint:
    return Endpoint(path=f"{path}/monthly", slice_names=slice_names, value_field=value_field, signed=signed)


EDITS_BY_DAY = Endpoint(
    path="edits/aggregate/{project}/{editor-type}/{page-type}/daily",
    slice_names=("page-type", "editor-type"),
    value_field="edits",
)
KIND_AND_PAGES = "{project}/{editor-type}/{page-type}"
EDITS = _by_month(f"edits/aggregate/{KIND_AND_PAGES}", "page-type", "editor-type", value_field="edits")
NEW_PAGES = _by_month(f"edited-pages/new/{KIND_AND_PAGES}", "page-type", "editor-type", value_field="new_pages")
ACTIVE = _by_month(
    f"editors/aggregate/{KIND_AND_PAGES}/{{activity-level}}",
    "page-type",
    "editor-type",
    "activity-level",
    value_field="editors",
)
NEWCOMERS = _by_month("registered-users/new/{project}", value_field="new_registered_users")
NET_BYTES = _by_month(
    f"bytes-difference/net/aggregate/{KIND_AND_PAGES}", "page-type", "editor-type", value_field="net_bytes_diff", signed=True
)
ALL_BYTES = _by_month(
    f"bytes-difference/absolute/aggregate/{KIND_AND_PAGES}", "page-type", "editor-type", value_field="abs_bytes_diff"
)
ENDPOINTS = (EDITS_BY_DAY, EDITS, NEW_PAGES, ACTIVE, NEWCOMERS, NET_BYTES, ALL_BYTES)
KINDS_OF = {"edits": KINDS, "people_edits": KINDS[:2], "bot_edits": KINDS[2:]}

# --- Series ----------------------------------------------------------------------------------------------------------------


def ask_days(session: Session, case: Case) -> Data:
    """Edits of each day of the month by editor type, which must add up to the count of the alert."""
    first, last = case.month, case.month.replace(day=days_in(case.month))
    slices = {kind: (case.page_type, kind) for kind in KINDS_OF[case.metric]}
    answers = {kind: _answer(session, EDITS_BY_DAY, case, slice_, first, last) for kind, slice_ in slices.items()}
    if not any(answer.loaded for answer in answers.values()):
        raise EmptyPart
    days = [first + dt.timedelta(days=i) for i in range(days_in(case.month))]
    cells = {kind: [answer.counts.get(day, 0) for day in days] for kind, answer in answers.items()}
    found = sum(map(sum, cells.values()))
    if found != case.count:
        raise PartDiffers(f"the days add up to {found}, the alert has {case.count}")
    return {"cells": cells, "pages": case.page_type}


def ask_months(session: Session, case: Case, cells: Sequence[tuple[str, Endpoint, tuple[str, ...]]]) -> Data:
    """Each cell (name, endpoint, slice) in the month and the twelve before. Months that are left out between others are zero.

    A cell of which Wikimedia has nothing at all is `silent`: it may be zero, or not loaded.
    """
    first = add_months(case.month, -MONTHS_BEFORE)
    answers = {name: _answer(session, endpoint, case, slice_, first, case.month).counts for name, endpoint, slice_ in cells}
    if not any(case.month in counts for counts in answers.values()):
        raise EmptyPart
    known = {name: _filled(counts, first, case.month) for name, counts in answers.items() if counts}
    return {"cells": known, "silent": [name for name, counts in answers.items() if not counts]}


def _filled(counts: Mapping[dt.date, int], first: dt.date, last: dt.date) -> list[int | None]:
    """The months from `first` to `last`; None before the first that is named."""
    begun = min(counts)
    return [counts.get(month, 0) if month >= begun else None for month in month_range(first, last)]


def _answer(
    session: Session, endpoint: Endpoint, case: Case, slice_: tuple[str, ...], first: dt.date, last: dt.date
) -> Answer:
    return fetch_counts(session, endpoint=endpoint, domain=case.domain, slice_=slice_, first=first, last=last)


def _months(name: str, label: str | Promise, *cells: tuple[str, Endpoint, tuple[str, ...]]) -> Part:
    """A part that is one or more series by month."""
    return Part(name=name, label=label, requests=len(cells), ask=partial(ask_months, cells=cells), shared=True)


# --- Lists -----------------------------------------------------------------------------------------------------------------


def ask_editors(session: Session, case: Case) -> Data:
    """The most active accounts of the kind that made the change, with their edits of the month before.

    Those without an account, and temporary accounts, are dropped at once. `before` of an account that was not among the first
    hundred is unknown: less than `floor`.
    """
    now, before = _two_months(session, case, lambda month: _top(session, EDITORS, case, case.editors, month))
    rows, earlier = named_accounts(now), {row.name: row.edits for row in before}
    if not rows:
        raise EmptyPart
    accounts = [[row.name, row.edits, earlier.get(row.name)] for row in rows[:MAX_KEPT]]
    return {"kind": case.editors, "accounts": accounts, "floor": _floor(before)}


def ask_pages(session: Session, case: Case) -> Data:
    """The most edited pages, with their edits of the month before; without pages of people (`is_public_title`)."""
    all_kinds = EditorType.ALL.value
    now, before = _two_months(session, case, lambda month: _top(session, PAGES, case, all_kinds, month))
    rows, earlier = [row for row in now if row.name and is_public_title(row.name)], {row.name: row.edits for row in before}
    if not rows:
        raise EmptyPart
    return {"pages": [[row.name, row.edits, earlier.get(row.name)] for row in rows[:MAX_KEPT]], "floor": _floor(before)}


def _two_months(
    session: Session, case: Case, ask: Callable[[dt.date], tuple[TopRow, ...]]
) -> tuple[tuple[TopRow, ...], tuple[TopRow, ...]]:
    now = ask(case.month)
    return (now, ask(add_months(case.month, -1))) if now else (now, ())


def _top(session: Session, top: TopList, case: Case, editors: str, month: dt.date) -> tuple[TopRow, ...]:
    return fetch_top(session, top=top, domain=case.domain, editor_type=editors, page_type=case.page_type, month=month)


def _floor(rows: Sequence[TopRow]) -> int | None:
    """The edits of the last row of a full list: whoever is not on it has no more. None for a list that names everybody."""
    return rows[-1].edits if len(rows) >= MAX_ROWS else None


# --- The wiki itself -------------------------------------------------------------------------------------------------------


def ask_wiki(session: Session, case: Case) -> Data:
    """What the wiki says of the accounts that made most of the change, of what they did, and of its logs.

    Accounts are told apart by their place on the list of the most active ones: their names are kept there alone.
    """
    names = accounts_that_matter(case)
    last = case.month.replace(day=days_in(case.month))
    facts = fetch_wiki_facts(session, domain=case.domain, names=list(names), first=case.month, last=last)
    lately = add_months(case.month, -1)
    return {
        "accounts": {
            str(names[name]): {
                "groups": list(account.groups[:MAX_KEPT]),
                "recent": account.registered is not None and account.registered >= lately,
            }
            for name, account in facts.accounts.items()
        },
        "sample": facts.sample,
        "tags": Counter(facts.tags).most_common(MAX_KEPT),
        "hashtags": Counter(facts.hashtags).most_common(MAX_KEPT),
        "reverts": facts.reverts,
        "imports": facts.imports,
        "rights": facts.rights,
    }


def accounts_that_matter(case: Case) -> dict[str, int]:
    """The one to three accounts that made a tenth of the change or more, with their places; the largest first."""
    listed = case.known.get("accounts")
    if listed is None or not case.excess:
        return {}
    floor = listed["floor"] or 0
    gains = [
        ((edits - (floor if before is None else before)) / case.excess, name, place)
        for place, (name, edits, before) in enumerate(listed["accounts"])
        if name and "|" not in name
    ]
    return {name: place for share, name, place in sorted(gains, reverse=True)[:MAX_ACCOUNTS] if share >= MATTERS}


CONTENT, EVERYBODY = PageType.CONTENT.value, EditorType.ALL.value
USER, ANYBODY, OFTEN = EditorType.USER.value, "all-activity-levels", ActivityLevel.FROM_100.value
CONTENTS: Mapping[str, Part] = {
    part.name: part
    for part in (
        Part(
            name="days",
            label=_("edits of each day by kind of editors"),
            requests=len(KINDS),
            ask=ask_days,
            concerns=KINDS_OF.__contains__,
        ),
        Part(
            name="accounts",
            label=_("most active accounts"),
            requests=2,
            ask=ask_editors,
            concerns=KINDS_OF.__contains__,
        ),
        Part(name="pages", label=_("most edited pages"), requests=2, ask=ask_pages, concerns=KINDS_OF.__contains__),
        _months(
            "editors",
            _("editors by kind and activity"),
            ("user", ACTIVE, (CONTENT, USER, ANYBODY)),
            ("anonymous", ACTIVE, (CONTENT, EditorType.ANONYMOUS.value, ANYBODY)),
            ("user-100", ACTIVE, (CONTENT, USER, OFTEN)),
        ),
        _months("newcomers", _("new registrations"), ("all", NEWCOMERS, ())),
        _months("new_pages", _("new pages by kind of editors"), *((kind, NEW_PAGES, (CONTENT, kind)) for kind in KINDS)),
        _months("outside", _("edits outside content pages"), *((kind, EDITS, (NON_CONTENT, kind)) for kind in KINDS)),
        _months(
            "bytes",
            _("text added and changed, in bytes"),
            ("net", NET_BYTES, (CONTENT, EVERYBODY)),
            ("absolute", ALL_BYTES, (CONTENT, EVERYBODY)),
        ),
        Part(
            name="wiki",
            label=_("accounts and logs on the wiki itself"),
            requests=2,
            ask=ask_wiki,
            concerns=lambda metric: metric in KINDS_OF and settings.CASE_FILE_ASK_WIKI,
        ),
    )
}
