"""Log-linear Poisson regression of many short series at once, with the reweighting of Farrington and others.

A batch holds one fit per row: counts Y and weights W are (fits x months), all fits share the design X (months x terms).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alerts.detection.types import BoolArray, FloatArray

TOLERANCE = 1e-9  # relative change of the deviance at which the iteration stops
MAX_STEPS = 60
RIDGE = 1e-12  # keeps terms without data from making the matrix singular


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """coefficients (fits, terms); mean (fits, months); inverse information (fits, terms, terms), not yet times phi.

    phi: overdispersion, at least 1 (fits,). weights: Anscombe weights (fits, months). degrees of freedom (fits,).
    """

    coefficients: FloatArray
    mean: FloatArray
    inverse: FloatArray
    converged: BoolArray
    phi: FloatArray
    weights: FloatArray
    degrees: FloatArray


def reweighted_fit(design: FloatArray, counts: FloatArray, known: BoolArray, threshold: float) -> Fit:
    """Quasi-Poisson fit, then a second one in which past outbreaks count less (Noufaily et al. 2013, section 3.3).

    Months whose standardised Anscombe residual s exceeds `threshold` get the weight gamma s^-2, all others gamma, such
    that the weights sum to the number of months.
    """
    weights = known.astype(np.float64)
    degrees = np.maximum(known.sum(axis=1) - design.shape[1], 1).astype(np.float64)
    _, mean, inverse, first = _regress(design, counts, weights)
    phi = _overdispersion(counts, mean, weights, degrees)
    leverage = weights * mean * np.einsum("mp,fpq,mq->fm", design, inverse, design)
    with np.errstate(divide="ignore", invalid="ignore"):
        residual = 1.5 * (counts ** (2 / 3) * mean ** (-1 / 6) - np.sqrt(mean))
        residual /= np.sqrt(phi[:, None] * np.maximum(1.0 - leverage, 1e-12))
    out = (residual > threshold) & known
    weights = np.where(out, np.where(out, residual, 1.0) ** -2.0, 1.0) * known
    weights *= (known.sum(axis=1) / weights.sum(axis=1))[:, None]
    coefficients, mean, inverse, second = _regress(design, counts, weights)
    phi = _overdispersion(counts, mean, weights, degrees)
    return Fit(coefficients, mean, inverse, first & second, phi, weights, degrees)


def _overdispersion(counts: FloatArray, mean: FloatArray, weights: FloatArray, degrees: FloatArray) -> FloatArray:
    """Pearson's statistic over its degrees of freedom, at least 1."""
    return np.asarray(np.maximum((weights * (counts - mean) ** 2 / mean).sum(axis=1) / degrees, 1.0))


def _each(rows: FloatArray, matrix: FloatArray) -> FloatArray:
    """rows @ matrix, one row at a time.

    A product of whole matrices adds up in an order that depends on how many rows there are, and a month judged alone must
    come out the same to the last bit.
    """
    return np.asarray((rows[:, None, :] @ matrix)[:, 0])


def _information(design: FloatArray, weights: FloatArray) -> FloatArray:
    """X' W X of every fit (fits, terms, terms), a trace above singular."""
    terms = design.shape[1]
    pairs = (design[:, :, None] * design[:, None, :]).reshape(len(design), terms * terms)
    matrix = _each(weights, pairs).reshape(-1, terms, terms)
    diagonal = np.arange(terms)
    matrix[:, diagonal, diagonal] += RIDGE * np.maximum(matrix[:, diagonal, diagonal], 1e-10)
    return np.asarray(matrix)


def _regress(
    design: FloatArray, counts: FloatArray, weights: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, BoolArray]:
    """Iteratively reweighted least squares; fits that have converged leave the batch.

    Returns coefficients, mean, inverse information and whether the deviance settled.
    """
    fits, terms = len(counts), design.shape[1]
    mean = counts + 0.1  # as R starts a Poisson glm
    eta = np.log(mean)
    coefficients = np.zeros((fits, terms))
    deviance = np.full(fits, np.inf)
    converged = np.zeros(fits, dtype=bool)
    active = np.arange(fits)
    for _ in range(MAX_STEPS):
        y, w, m = counts[active], weights[active], mean[active]
        working = eta[active] + (y - m) / m
        matrix = _information(design, w * m)
        solved = np.linalg.solve(matrix, _each(w * m * working, design)[..., None])[..., 0].astype(np.float64, copy=False)
        eta[active] = np.clip(_each(solved, design.T), -30.0, 40.0)
        mean[active] = np.exp(eta[active])
        coefficients[active] = solved
        m = mean[active]
        with np.errstate(divide="ignore", invalid="ignore"):
            unit = np.where(y > 0, y * np.log(y / m), 0.0) - (y - m)
        now = 2.0 * (w * unit).sum(axis=1)
        settled = np.abs(now - deviance[active]) / (np.abs(now) + 0.1) < TOLERANCE
        deviance[active] = now
        converged[active[settled]] = True
        active = active[~settled]
        if not active.size:
            break
    inverse: FloatArray = np.asarray(np.linalg.inv(_information(design, weights * mean)), dtype=np.float64)
    done: BoolArray = converged | (np.abs(deviance) < 1e-8)
    return coefficients, mean, inverse, done
