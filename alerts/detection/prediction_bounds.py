"""Bounds and chances of one predicted count, by the two laws that Farrington flexible knows."""

from __future__ import annotations

import numpy as np
from scipy import special, stats

from alerts.detection.types import FloatArray

MAX_EXACT_MEAN = 1e4  # above it the negative binomial's quantile is the gamma law's to 4 digits, and quick

Bounds = tuple[FloatArray, FloatArray, FloatArray, FloatArray]


def _delta_bounds(count: FloatArray, mean: FloatArray, error: FloatArray, phi: FloatArray, level: float) -> Bounds:
    """Lower, upper, p_upper, p_lower from the normal law of the 2/3 power (Farrington et al. 1996)."""
    reach = -special.ndtri(level)
    variance = phi + error**2 * mean
    spread = np.sqrt(4.0 / 9.0 * mean ** (1.0 / 3.0) * variance)
    root = mean ** (2.0 / 3.0)
    z = (count ** (2.0 / 3.0) - root) / spread
    lower = np.maximum(root - reach * spread, 0.0) ** 1.5
    return lower, (root + reach * spread) ** 1.5, special.ndtr(-z), special.ndtr(z)


def _nb_bounds(count: FloatArray, mean: FloatArray, error: FloatArray, phi: FloatArray, level: float) -> Bounds:
    """Lower, upper, P(Y >= y), P(Y <= y) of the negative binomial with that mean and variance phi x mean."""
    size = mean / np.maximum(phi - 1.0, 1e-12)
    over = phi > 1.0
    p_upper = np.where(over, stats.nbinom.sf(count - 1.0, size, 1.0 / phi), stats.poisson.sf(count - 1.0, mean))
    p_lower = np.where(over, stats.nbinom.cdf(count, size, 1.0 / phi), stats.poisson.cdf(count, mean))
    return _quantile(level, mean, phi), _quantile(1.0 - level, mean, phi), p_upper, p_lower


def _quantile(level: float, mean: FloatArray, phi: FloatArray) -> FloatArray:
    """Quantile of the negative binomial (Poisson where phi = 1); of its gamma limit where the mean is large."""
    result = np.full(mean.shape, np.nan)
    large = mean > MAX_EXACT_MEAN
    poisson, over = ~large & (phi <= 1.0), ~large & (phi > 1.0)
    result[poisson] = stats.poisson.ppf(level, mean[poisson])
    result[over] = stats.nbinom.ppf(level, mean[over] / (phi[over] - 1.0), 1.0 / phi[over])
    scale = np.maximum(phi[large], 1.0)
    result[large] = stats.gamma.ppf(level, mean[large] / scale, scale=scale)
    return result


BOUNDS = {"delta": _delta_bounds, "nb_plugin": _nb_bounds}
