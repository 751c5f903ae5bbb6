"""The metrics we follow. Adding one is one entry here (and a table, where it needs one)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from edits.models import ActivityLevel, EditCount, EditorCount, EditorType, MonthlyCount, PageType

Slice = tuple[str, ...]


@dataclass(frozen=True)
class Metric:
    """What is counted, where it is stored, and which slices make up the series that people see.

    `slice_fields` names the columns that tell slices of a month apart. `series` lists the ways to make the series, best first;
    each is a tuple of slices whose counts are added, and the first of which the project has any count is used alone: two
    definitions never make one series.
    """

    name: str
    label: str | Promise
    unit: Callable[[int], str]
    model: type[MonthlyCount]
    count_field: str
    slice_fields: tuple[str, ...]
    series: tuple[tuple[Slice, ...], ...]

    def __reduce__(self) -> tuple[Callable[[str], Metric], tuple[str]]:
        """Found again by its name: caches keep what speaks of a metric, and `unit` cannot be pickled."""
        return get_metric, (self.name,)

    def filter_of(self, slices: Iterable[Slice]) -> dict[str, set[str]]:
        """A filter for `slices`, column by column, so that the unique key can answer it."""
        wanted = list(slices)
        return {f"{name}__in": {values[i] for values in wanted} for i, name in enumerate(self.slice_fields)}

    @property
    def fetched(self) -> tuple[Slice, ...]:
        """The slices to ask Wikimedia for: those of the best definition."""
        return self.series[0]


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric(
            name="edits",
            label=_("Edits"),
            unit=lambda count: ngettext("%(count)s edit", "%(count)s edits", count),
            model=EditCount,
            count_field="edit_count",
            slice_fields=("page_type", "editor_type"),
            series=(
                ((PageType.CONTENT.value, EditorType.ALL.value),),
                ((PageType.ALL.value, EditorType.ALL.value),),
            ),
        ),
        Metric(
            name="active_editors",
            label=_("Active editors"),
            unit=lambda count: ngettext("%(count)s active editor", "%(count)s active editors", count),
            model=EditorCount,
            count_field="editor_count",
            slice_fields=("activity_level",),
            series=(
                (
                    (ActivityLevel.FROM_5.value,),
                    (ActivityLevel.FROM_25.value,),
                    (ActivityLevel.FROM_100.value,),
                ),
                ((ActivityLevel.TOTAL.value,),),
            ),
        ),
    )
}
METRIC_CHOICES = [(metric.name, metric.label) for metric in METRICS.values()]


def get_metric(name: str) -> Metric:
    """The metric called `name`; ValueError names those that exist."""
    try:
        return METRICS[name]
    except KeyError:
        raise ValueError(f"There is no metric {name!r}: choose one of {', '.join(METRICS)}") from None
