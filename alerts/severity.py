"""How far out an alert is, given that a thousand wikis were judged in the same month."""

from __future__ import annotations

from alerts.detection.severity import EXTREME_RATIO, HIGH_Q
from alerts.models import Direction, Severity


def severity_of(*, q: float | None, count: float, expected: float | None, direction: str) -> Severity:
    """The severity of one alert, as `alerts.detection.severity.severities` has it for arrays.

    A detector that makes no claim about chance (q is None) never says more than notable.
    """
    if q is None or q >= HIGH_Q:
        return Severity.NOTABLE
    far = expected is not None and (
        count >= EXTREME_RATIO * expected if direction == Direction.PEAK else EXTREME_RATIO * count <= expected
    )
    return Severity.EXTREME if far else Severity.HIGH
