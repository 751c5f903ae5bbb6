"""How much an alert matters: how rare its month is among all wikis of the month, how far out, and how large.

The rule and how it was measured: docs/adr/0038-severity-counts-size-beside-rarity.md.
"""

from __future__ import annotations

from alerts.models import Direction, Severity
from edits.metrics import get_metric

HIGH_Q = 0.05  # share of false alarms to be expected among all wikis of the month that are as far out
EXTREME_Q = 0.001
EXTREME_RATIO = 3.0


def severity_of(*, q: float | None, count: float, expected: float | None, direction: str, metric: str) -> Severity:
    """The severity of one alert.

    notable: a peak or drop. high: q below 0.05. extreme: q below 0.001, three times (or a third of) what was expected, and
    away from it by what is large in the metric. A detector that makes no claim about chance (q is None) never says more
    than notable.
    """
    if q is None or q >= HIGH_Q:
        return Severity.NOTABLE
    if q >= EXTREME_Q or expected is None or abs(count - expected) < get_metric(metric).large_excess:
        return Severity.HIGH
    larger, smaller = (count, expected) if direction == Direction.PEAK else (expected, count)
    return Severity.EXTREME if larger >= EXTREME_RATIO * smaller else Severity.HIGH
