"""How often alerts were right, by what moderators decided: explained is right, dismissed is false. The others do not count."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Case, CharField, Count, Min, OuterRef, Subquery, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from alerts.detector_words import detector_label
from alerts.models import Alert, Direction, Severity, Status

MIN_DECISIONS = 20  # a share of fewer says little
NORMAL_95 = 1.959964  # the quantile of the normal distribution for an interval of 95 %
NEWEST = 2_000  # explanations of which the days are counted
SIZES: dict[str, tuple[str | Promise, float]] = {  # label, and the expected count below which it holds
    "10": (_("below 10 expected"), 10),
    "100": (_("10 to 99 expected"), 100),
    "1000": (_("100 to 999 expected"), 1_000),
    "10000": (_("1,000 to 9,999 expected"), 10_000),
    "more": (_("10,000 and more expected"), math.inf),
}


@dataclass(frozen=True, slots=True)
class Precision:
    """Decisions on some alerts. `explained` of them were right."""

    label: str | Promise
    explained: int
    dismissed: int

    @property
    def decided(self) -> int:
        return self.explained + self.dismissed

    @property
    def share(self) -> float | None:
        """Of the decided alerts, those that were right; None without any."""
        return self.explained / self.decided if self.decided else None

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true share lies, at 95 %."""
        return wilson(self.explained, self.decided)

    @property
    def too_few(self) -> bool:
        return self.decided < MIN_DECISIONS


def wilson(right: int, number: int) -> tuple[float, float]:
    """The score interval of a share at 95 % (Wilson 1927, JASA 22:209); (0, 1) where nothing was counted."""
    if not number:
        return 0.0, 1.0
    share, z2 = right / number, NORMAL_95**2
    middle = (share + z2 / (2 * number)) / (1 + z2 / number)
    half = NORMAL_95 * math.sqrt(share * (1 - share) / number + z2 / (4 * number**2)) / (1 + z2 / number)
    return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class PrecisionTable:
    """One way to divide the decisions."""

    name: str
    title: str | Promise
    rows: tuple[Precision, ...]


DIVISIONS: tuple[tuple[str, str | Promise, dict[str, str | Promise]], ...] = (
    ("severity", _("Severity"), dict(Severity.choices)),
    ("size", _("Size"), {name: label for name, (label, _below) in SIZES.items()}),
    ("direction", _("Direction"), dict(Direction.choices)),
)


def precision_tables() -> tuple[Precision, list[PrecisionTable]]:
    """Of all decided alerts, and by detector, severity, size and direction. One query. Rows need a decision."""
    size = Case(
        *(When(expected__lt=below, then=Value(name)) for name, (_label, below) in SIZES.items() if below < math.inf),
        default=Value("more"), output_field=CharField(),
    )  # fmt: skip
    decided = Alert.objects.shown().filter(status__in=(Status.EXPLAINED, Status.DISMISSED)).order_by()
    columns = ("detector", "severity", "size", "direction")
    cells = list(decided.annotate(size=size).values(*columns, "status").annotate(number=Count("pk")))
    counted: dict[str, Counter[tuple[str, str]]] = {column: Counter() for column in columns}
    for cell in cells:
        for column in columns:
            counted[column][cell[column], cell["status"]] += cell["number"]
    detectors: dict[str, str | Promise] = {name: detector_label(name) for name in sorted({row["detector"] for row in cells})}
    divisions = (("detector", _("Detector"), detectors), *DIVISIONS)
    tables = [PrecisionTable(name, title, tuple(_rows(counted[name], labels))) for name, title, labels in divisions]
    by_status = Counter({status: sum(row["number"] for row in cells if row["status"] == status) for status in Status.values})
    return Precision(_("all alerts"), by_status[Status.EXPLAINED], by_status[Status.DISMISSED]), tables


def _rows(counted: Counter[tuple[str, str]], labels: dict[str, str | Promise]) -> Iterator[Precision]:
    for name, label in labels.items():
        row = Precision(label, counted[name, Status.EXPLAINED], counted[name, Status.DISMISSED])
        if row.decided:
            yield row


def days_to_explanation() -> tuple[float | None, int]:
    """The median days from an alert to its first explanation, of the newest explained ones, and their number. One query."""
    explained = Alert.history.model.objects.filter(id=OuterRef("pk"), status=Status.EXPLAINED).order_by()
    first = explained.values("id").annotate(first=Min("history_date")).values("first")
    shown = Alert.objects.shown().filter(status=Status.EXPLAINED).order_by("-month", "-rarity", "pk")
    rows = shown.annotate(explained_at=Subquery(first)).values_list("raised_at", "explained_at")[:NEWEST]
    days = [(then - raised).total_seconds() / 86_400 for raised, then in rows if then is not None and then >= raised]
    return (statistics.median(days) if days else None), len(days)
