"""How heavy the tail is: degrees of freedom of Student's t, by which a month far out is likely or not.

The less the past says about the far ends, the heavier: a short past, a level that wanders (it follows the last months),
and a small wiki, whose months come in bursts, upwards more than downwards.
"""

from __future__ import annotations

from alerts.detection.types import FloatArray

MIN_DEGREES = 2.5  # of a wiki about which nothing is known
ERRORS_SQUARED = 34.0  # so much of the squared number of past errors makes one degree more
WANDERING = 0.85  # share of them that is lost where the level follows the last months alone
STEADY_PEAKS, STEADY_DROPS = 100.0, 5.0  # expected counts that have half of what a large wiki has


def degrees_of_history(number: FloatArray) -> FloatArray:
    """2.5 + n^2 / 34, n being the effective number of past errors: what a large wiki with a settled level has."""
    return MIN_DEGREES + number**2 / ERRORS_SQUARED


def tail_degrees(number: FloatArray, wandering: FloatArray, mean: FloatArray, steady: float) -> FloatArray:
    """2.5 + (1 - 0.85 w) n^2 / 34 mu / (mu + m), for w the weight of the recent level and m = `steady`; all of one shape."""
    kept = (1.0 - WANDERING * wandering) * mean / (mean + steady)
    return MIN_DEGREES + kept * number**2 / ERRORS_SQUARED
