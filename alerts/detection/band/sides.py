"""What a month is held against, upwards and downwards: the chance of its count, and the bound with a given chance."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.polynomial import Chebyshev
from scipy import special

from alerts.detection.band.spread import cube_root_error
from alerts.detection.band.tail import DROPS, PEAKS
from alerts.detection.types import FloatArray

LOWER_CORRECTION = 0.05  # counts are whole: P(Y <= y) reaches a little beyond y
LEAST_DEGREES = 2.0  # fewer than any tail has
FALLEN, RISEN = 1.7, 1.2  # a factor between the former level and what is expected that tells that the level has moved


@cache
def quantile(level: float) -> Chebyshev:
    """The `level` quantile of Student's t as a polynomial of 1 / degrees, for 2 degrees and more: to 13 digits the same as
    `special.stdtrit`, in a fifth of the time."""
    return Chebyshev.interpolate(lambda inverse: special.stdtrit(1.0 / inverse, level), 32, domain=[0.0, 1.0 / LEAST_DEGREES])


def chance(distance: FloatArray, degrees: FloatArray) -> FloatArray:
    """Chance of a month at least so far beyond its mean, in sd; arrays of one shape."""
    return np.asarray(special.stdtr(degrees, -distance))


@dataclass(frozen=True, slots=True, eq=False)
class Means:
    """The means that a month is held against on one side, stacked (2, months, series), and what is known of errors about each.

    The first is what is expected; the second the former level, or the first again where the level has not moved.
    variation: V, that of all months. variance: that of quiet ones, whose cube-root errors are centred at -V/3.
    """

    mean: FloatArray
    variation: FloatArray
    variance: FloatArray

    def distance(self, count: FloatArray, *, upwards: bool) -> FloatArray:
        """How far each month is beyond the mean that makes it the least unusual, in sd of quiet months; (months, series)."""
        shifted = count if upwards else count + LOWER_CORRECTION
        z = (cube_root_error(shifted, self.mean) + self.variation / 3.0) / np.sqrt(self.variance)
        return np.asarray(z.min(axis=0) if upwards else -z.max(axis=0))

    def bound(self, degrees: FloatArray, level: float, *, upwards: bool) -> FloatArray:
        """The count whose chance is `level`: mu max(0, 1 - V/9 + reach sqrt(variance) / 3)^3; below 0 where there is none.

        Upwards at least mu: the approximation falls below it where months differ by factors of thousands (V > 170).
        """
        reach = -quantile(level)(1.0 / degrees)
        width = np.sqrt(self.variance) / 3.0
        root = 1.0 - self.variation / 9.0 + (reach if upwards else -reach) * width
        root = np.maximum(root, 0.0)
        bounds = self.mean * (root * root * root)
        return np.asarray(np.maximum(bounds, self.mean).max(axis=0) if upwards else bounds.min(axis=0) - LOWER_CORRECTION)


def both_sides(
    mean: FloatArray, former: FloatArray, alpha: FloatArray, season_variance: FloatArray, share: FloatArray
) -> tuple[Means, Means]:
    """What high months are held against (the year's median, where the level has fallen far from it), and low ones (the
    median of two years, where it has risen).

    mean, alpha, season_variance: (months, series); former: (2, months, series), the medians of one and two years; share:
    (months, 1), how much of each month has passed.
    """
    year, two_years = former
    high = np.where(year > FALLEN * mean, year, mean)
    low = np.where(RISEN * two_years < mean, two_years, mean)
    sides = []  # alpha of a share of the month is as much larger
    for other, tail in ((high, PEAKS), (low, DROPS)):
        means = np.stack([mean, other]) * share
        past = 1.0 / means + alpha / share
        sides.append(Means(means, past + season_variance, tail.quiet * past + tail.season * season_variance))
    return sides[0], sides[1]
