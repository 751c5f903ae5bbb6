"""The metrics that we follow, in the order in which people see them. Adding one: docs/adding-a-metric.md."""

from __future__ import annotations

from dataclasses import replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from edits.metrics.types import Breakdown, Definition, Metric, PartOf, SnapshotFile
from edits.models import ActivityLevel, EditCount, EditorCount, EditorType, MonthlyCount, NewPageCount, PageType
from edits.wikimedia.analytics import Endpoint

BY_EDITOR_TYPE = Breakdown(
    name="editor_type",
    label=_("By editor type"),
    field="editor_type",
    parts=EditorType,
    values=(EditorType.USER.value, EditorType.ANONYMOUS.value, EditorType.GROUP_BOT.value, EditorType.NAME_BOT.value),
)
BY_EDITOR_TYPE_FETCHED = replace(BY_EDITOR_TYPE, fetched=True)

EDITS = Metric(
    name="edits",
    label=_("Edits"),
    unit=lambda count: ngettext("%(count)s edit", "%(count)s edits", count),
    description=_(
        "Edits to content pages (articles and their like) in a calendar month, UTC, by people and bots, with or without an "
        "account; edits to pages that have been deleted since are left out. Where only edits to all pages are known, those "
        "are counted, and the page says so."
    ),
    model=EditCount,
    definitions=(
        Definition(
            name=PageType.CONTENT.value,
            measure=_("edits to content pages"),
            caption=_("This chart counts edits to content pages."),
            slices=((PageType.CONTENT.value, EditorType.ALL.value),),
        ),
        Definition(
            name=PageType.ALL.value,
            measure=_("edits to all pages"),
            caption=_("This chart counts edits to all pages."),
            slices=((PageType.ALL.value, EditorType.ALL.value),),
        ),
    ),
    breakdowns=(BY_EDITOR_TYPE_FETCHED,),
    endpoint=Endpoint(
        path="edits/aggregate/{project}/{editor-type}/{page-type}/monthly",
        slice_names=("page-type", "editor-type"),
        value_field="edits",
    ),
    files=(
        SnapshotFile(name="monthly-edits.csv", count_column="edits", slice=(PageType, EditorType.ALL.value)),
        SnapshotFile(
            name="monthly-edits-by-editor-type.csv", count_column="edits", slice=(PageType.CONTENT.value, EditorType)
        ),
    ),
)

ACTIVE_EDITORS = Metric(
    name="active_editors",
    label=_("Active editors"),
    unit=lambda count: ngettext("%(count)s active editor", "%(count)s active editors", count),
    description=_(
        "Accounts and IP addresses, bots among them, that made 5 or more edits to content pages in a calendar month, UTC: "
        "the sum of those with 5 to 24, 25 to 99, and 100 or more edits."
    ),
    large_excess=50,
    model=EditorCount,
    definitions=(
        Definition(
            name="by-level",
            measure=_("editors with 5 or more edits"),
            caption=_("This chart counts editors with 5 or more edits to content pages in the month."),
            slices=(
                (ActivityLevel.FROM_5.value,),
                (ActivityLevel.FROM_25.value,),
                (ActivityLevel.FROM_100.value,),
            ),
        ),
        Definition(
            name="total",
            measure=_("editors with 5 or more edits"),
            caption=_("This chart counts editors with 5 or more edits in the month, as recorded in one sum."),
            slices=((ActivityLevel.TOTAL.value,),),
        ),
    ),
    endpoint=Endpoint(
        path="editors/aggregate/{project}/{editor-type}/{page-type}/{activity-level}/monthly",
        slice_names=("activity-level",),
        value_field="editors",
        fixed=(("editor-type", "all-editor-types"), ("page-type", "content")),
    ),
    files=(SnapshotFile(name="monthly-active-editors.csv", count_column="editors", slice=(ActivityLevel.TOTAL.value,)),),
)

NEW_PAGES = Metric(
    name="new_pages",
    label=_("New pages"),
    unit=lambda count: ngettext("%(count)s new page", "%(count)s new pages", count),
    description=_(
        "Content pages created in a calendar month, UTC, by people and bots: dated by their first edit, without redirects and "
        "without pages that have been deleted since."
    ),
    model=NewPageCount,
    definitions=(
        Definition(
            name=PageType.CONTENT.value,
            measure=_("new content pages"),
            caption=_("This chart counts new content pages."),
            slices=((PageType.CONTENT.value, EditorType.ALL.value),),
        ),
    ),
    breakdowns=(BY_EDITOR_TYPE,),
    endpoint=Endpoint(
        path="edited-pages/new/{project}/{editor-type}/{page-type}/monthly",
        slice_names=("page-type", "editor-type"),
        value_field="new_pages",
    ),
    files=(SnapshotFile(name="monthly-new-pages.csv", count_column="new_pages", slice=(PageType, EditorType)),),
)

PEOPLE_EDITS = Metric(
    name="people_edits",
    label=_("Edits by people"),
    unit=lambda count: ngettext("%(count)s edit by people", "%(count)s edits by people", count),
    description=_(
        "Edits to content pages in a calendar month, UTC, by people with and without an account. Wikimedia counts temporary "
        "accounts, which have replaced IP addresses since November 2024, among those without. Accounts with a bot flag today, "
        "and those that are called bots, are left out in all months."
    ),
    model=EditCount,
    part_of=PartOf(whole=EDITS.name, name="people", label=_("people")),
    definitions=(
        Definition(
            name="by-editor-type",
            measure=_("edits by people to content pages"),
            caption=_("This chart counts edits to content pages by people with or without an account."),
            slices=(
                (PageType.CONTENT.value, EditorType.USER.value),
                (PageType.CONTENT.value, EditorType.ANONYMOUS.value),
            ),
        ),
    ),
)

BOT_EDITS = Metric(
    name="bot_edits",
    label=_("Edits by bots"),
    unit=lambda count: ngettext("%(count)s edit by bots", "%(count)s edits by bots", count),
    description=_(
        "Edits to content pages in a calendar month, UTC, by accounts that have a bot flag today and by those without that "
        "are called bots. An account that gets the flag is counted as a bot in all earlier months, too."
    ),
    model=EditCount,
    part_of=PartOf(whole=EDITS.name, name="bots", label=_("bots")),
    definitions=(
        Definition(
            name="by-editor-type",
            measure=_("edits by bots to content pages"),
            caption=_("This chart counts edits to content pages by bots: those with a bot flag, and those by name."),
            slices=(
                (PageType.CONTENT.value, EditorType.GROUP_BOT.value),
                (PageType.CONTENT.value, EditorType.NAME_BOT.value),
            ),
        ),
    ),
)

_ALL = (EDITS, PEOPLE_EDITS, BOT_EDITS, ACTIVE_EDITORS, NEW_PAGES)
METRICS: dict[str, Metric] = {metric.name: metric for metric in _ALL}
PARTS: dict[str, Metric] = {metric.part_of.name: metric for metric in _ALL if metric.part_of}
FIRST_PART = next(iter(PARTS))  # what the overview shows when the address does not say
DEFAULT_METRIC = next(iter(METRICS))  # what pages show when the address does not say, and what a first start fetches first


def get_metric(name: str) -> Metric:
    """The metric called `name`; ValueError names those that exist."""
    try:
        return METRICS[name]
    except KeyError:
        raise ValueError(f"There is no metric {name!r}: choose one of {', '.join(METRICS)}") from None


def together(name: str) -> tuple[str, ...]:
    """The metrics that are shown with the metric `name`, itself among them: the whole, then its parts. One of a newer version
    stands alone."""
    part_of = METRICS[name].part_of if name in METRICS else None
    whole = part_of.whole if part_of else name
    return (whole, *(part.name for part in PARTS.values() if part.part_of and part.part_of.whole == whole))


def metric_choices() -> list[tuple[str, str | Promise]]:
    """(name, label) of each metric. Models and forms take this function: a new metric needs no migration."""
    return [(metric.name, metric.label) for metric in METRICS.values()]


def fetched_metrics() -> tuple[str, ...]:
    """The names of the metrics that Wikimedia is asked for."""
    return tuple(metric.name for metric in METRICS.values() if metric.endpoint)


def count_models() -> tuple[type[MonthlyCount], ...]:
    """The tables of monthly counts."""
    return tuple({metric.model: None for metric in METRICS.values()})
