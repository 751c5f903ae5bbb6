"""What a metric consists of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet, TextChoices
from django.utils.functional import Promise

from edits.models import MonthlyCount
from edits.wikimedia.analytics import Endpoint

Slice = tuple[str, ...]
Text = str | Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One way to count a metric: the counts of its `slices` are added, and a month in which one of them lacks is missing.

    `name` stands in addresses. `measure` names what is counted ("edits to content pages"): definitions with the same measure
    may be compared. `caption` is the sentence below the chart.
    """

    name: str
    measure: Text
    caption: Text
    slices: tuple[Slice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown:
    """How the counts of a metric divide into parts that add up to it: by the values `parts` of the column `field`.

    With `fetched`, the parts are asked of Wikimedia together with the whole; else they are shown where a snapshot has them.
    """

    name: str
    label: Text
    field: str
    parts: type[TextChoices]
    values: tuple[str, ...]
    fetched: bool = False

    def label_of(self, value: str) -> str:
        """The part as people read it."""
        return str(self.parts(value).label)


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotFile:
    """A CSV of monthly counts in a folder of recorded data, with the columns `project`, `month` and `count_column`.

    `slice` has one entry for each of the metric's slice fields: the choices of the column of that name, or the one value that
    all rows of the file have.
    """

    name: str
    count_column: str
    slice: tuple[type[TextChoices] | str, ...]

    def columns(self, slice_fields: tuple[str, ...]) -> tuple[str, ...]:
        """The columns that the file must have."""
        named = [name for name, part in zip(slice_fields, self.slice, strict=True) if not isinstance(part, str)]
        return ("project", *named, "month", self.count_column)

    def slice_of(self, row: Mapping[str, str], slice_fields: tuple[str, ...]) -> Slice:
        """The slice that a row speaks of; ValueError for a value that is none of the choices."""
        parts = zip(slice_fields, self.slice, strict=True)
        return tuple(part if isinstance(part, str) else part(row[name]).value for name, part in parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartOf:
    """What a metric is a part of: it is judged as a series of its own, and shown with the metric `whole`.

    `name` stands in addresses and files, `label` on marks of alerts.
    """

    whole: str
    name: str
    label: Text


@dataclass(frozen=True, eq=False, kw_only=True)
class Metric:
    """What is counted, where it comes from and is stored, and how people read it.

    `definitions` lists the ways to count it, best first; a project's series uses one of them throughout. A metric with an
    `endpoint` is fetched; one without is made of slices that another metric fetches. `description` explains it on the
    methodology page. An alert whose count is `large_excess` or more away from what was expected may be extreme. A metric that
    is `part_of` another shares its alerts: one of them is shown for a wiki and month.
    """

    name: str
    label: Text
    unit: Callable[[int], str]
    description: Text
    model: type[MonthlyCount]
    definitions: tuple[Definition, ...]
    breakdowns: tuple[Breakdown, ...] = ()
    endpoint: Endpoint | None = None
    files: tuple[SnapshotFile, ...] = field(default=())
    large_excess: int = 1_000
    part_of: PartOf | None = None

    def __reduce__(self) -> tuple[Callable[[str], Metric], tuple[str]]:
        """Found again by its name: caches keep what speaks of a metric, and `unit` cannot be pickled."""
        from edits.metrics.registry import get_metric

        return get_metric, (self.name,)

    @property
    def count_field(self) -> str:
        """The column of the count."""
        return self.model.count_field

    @property
    def slice_fields(self) -> tuple[str, ...]:
        """The columns that tell the slices of a month apart, in the order of a `Slice`."""
        return self.model.slice_fields

    @property
    def fetched(self) -> tuple[Slice, ...]:
        """The slices to ask Wikimedia for: those of the best definition, and its parts where they are fetched."""
        best = self.definitions[0]
        parts = [part for each in self.breakdowns if each.fetched for part in self.parts_of(each, best).values()]
        return (*best.slices, *parts) if self.endpoint else ()

    @property
    def has_fetched_parts(self) -> bool:
        """Whether Wikimedia is asked for parts of the counts, too."""
        return any(each.fetched for each in self.breakdowns)

    def parts_of(self, breakdown: Breakdown, definition: Definition) -> dict[str, Slice]:
        """The slice of each part of `definition`, which has one slice that stands for all parts."""
        (whole,) = definition.slices
        at = self.slice_fields.index(breakdown.field)
        return {value: (*whole[:at], value, *whole[at + 1 :]) for value in breakdown.values}

    def breakdown(self, name: str) -> Breakdown | None:
        """The breakdown called `name`; None when the metric has none."""
        return next((each for each in self.breakdowns if each.name == name), None)

    def definition(self, name: str) -> Definition:
        """The definition called `name`; ValueError names those that exist."""
        for each in self.definitions:
            if each.name == name:
                return each
        names = ", ".join(each.name for each in self.definitions)
        raise ValueError(f"{self.name} has no definition {name!r}: choose one of {names}")

    def filter_of(self, slices: Iterable[Slice]) -> dict[str, set[str]]:
        """A filter for `slices`, column by column, so that the unique key can answer it."""
        wanted = list(slices)
        return {f"{name}__in": {values[i] for values in wanted} for i, name in enumerate(self.slice_fields)}

    def rows(self, slice_: Slice) -> QuerySet[Any]:
        """The stored counts of one slice."""
        return self.model.objects.filter(**dict(zip(self.slice_fields, slice_, strict=True)))
