"""Whether the parts of a count moved at one pace, or some of them by themselves."""

from __future__ import annotations

import numpy as np

from causes.attribution.contribution import FloatArray

TYPICAL_GROWTH = 1.0  # natural log: what an event does to what it touches, a factor of e up or down


def one_pace(growth: FloatArray, noise: FloatArray) -> FloatArray:
    """Log odds, (alerts,), that all parts moved at one pace; above 0 when that is likelier than that each went its own way.

    growth: alerts x parts, log(count / expected). noise: the same shape, by how much a part moves in an ordinary month (a
    standard deviation of logs, above 0). NaN where a part is unknown.

    A Bayes factor of two normal models (Kass and Raftery, "Bayes Factors", JASA 90, 1995). At one pace the parts share one
    growth of N(0, TYPICAL_GROWTH^2): their covariance is diag(noise^2) + TYPICAL_GROWTH^2. Else each of them, with a chance of
    one half, has such a growth of its own, or moved by its noise alone. Parts that jump about say little, steady ones much.
    """
    variance, shared = noise**2, TYPICAL_GROWTH**2
    certainty = (1.0 / variance).sum(axis=1)
    # The determinant and the inverse of the covariance by Sherman and Morrison.
    squares = (growth**2 / variance).sum(axis=1)
    squares -= shared * (growth / variance).sum(axis=1) ** 2 / (1.0 + shared * certainty)
    together = -0.5 * (squares + np.log(variance).sum(axis=1) + np.log1p(shared * certainty))
    with np.errstate(invalid="ignore"):  # NaN where a part is unknown
        apart = np.logaddexp(_normal(growth, variance + shared), _normal(growth, variance)) - np.log(2.0)
    return np.asarray(together - apart.sum(axis=1))


def _normal(value: FloatArray, variance: FloatArray) -> FloatArray:
    """The log density of N(0, variance), but for a constant that all models share."""
    return np.asarray(-0.5 * (value**2 / variance + np.log(variance)))
