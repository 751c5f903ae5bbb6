"""The expected band once more: one series, plain loops, no arrays. Slow and obvious on purpose.

`judge(counts)` returns what alerts.detection.expected_band says about every month, computed step by step from
the description in docs/methodology.md. The two share no code and no constants; the tests hold them to each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cbrt, exp, inf, isnan, log, nan, sqrt
from statistics import median

from scipy import stats


@dataclass
class Month:
    expected: float = nan
    upper: float = nan
    lower: float = nan
    p_upper: float = nan
    p_lower: float = nan
    score: float = nan
    alpha: float = nan
    season: float = 0.0
    verdict: str = "not_testable"
    reason: str = "none"


def known(values: list[float]) -> list[float]:
    return [v for v in values if not isnan(v)]


def deviations(x: list[float]) -> list[float]:
    """Each month less the median of the 13 months around it."""
    return [nan if isnan(v) else v - median(known(x[max(0, s - 6) : s + 7])) for s, v in enumerate(x)]


def season(deviation: list[float], t: int) -> tuple[list[float], float]:
    """Effects of calendar months t, t + 1, ... t + 11 as known before month t, and the variance of the first."""
    classes = []  # (calendar month relative to t, mean of the middle half, deviations)
    for newest in range(t - 18, t - 6):
        values = sorted(known([deviation[newest - 12 * k] for k in range(8) if newest - 12 * k >= 0]))
        middle = values[len(values) // 4 : len(values) - len(values) // 4]
        classes.append(((newest - t) % 12, sum(middle) / len(middle) if middle else 0.0, values))
    repeats = sum(max(len(values) - 1, 0) for _, _, values in classes)
    total = sum(len(values) for _, _, values in classes)
    spread = sum(abs(v - effect) for _, effect, values in classes for v in values)
    size = sum(abs(v) for _, _, values in classes for v in values)
    within = 1.25 * spread / max(repeats, 1)
    overall = 1.25 * size / max(total, 1)
    noise2 = max((repeats * within**2 + 6 * overall**2) / (repeats + 6), 0.02**2)
    seen = [(effect, noise2 / len(values)) for _, effect, values in classes if len(values) > 1]
    tau2 = max(sum(e * e - error2 for e, error2 in seen) / max(len(seen), 1), 0.01**2)
    effects, variances = [0.0] * 12, [0.0] * 12
    for calendar, effect, values in classes:
        if len(values) > 1:
            error2 = noise2 / len(values)
            kept = max(tau2 / (tau2 + error2), 1 - 4 * error2 / max(effect**2, 1e-12))
            effects[calendar] = effect * kept
            variances[calendar] = error2 * kept + (effect - effects[calendar]) ** 2
    return effects, variances[0]


def level(z: list[float], half_life: float, months: int, prior_slope: float, start: float, noise: float) -> float:
    """Robust weighted level (with a slope when prior_slope > 0) one month after the end of z; nan without any month."""
    points = [(-(len(z) - i), v) for i, v in enumerate(z) if not isnan(v) and len(z) - i <= months]
    if not points:
        return nan
    at, slope = start, 0.0
    for _ in range(3):
        s0 = s1 = s2 = r0 = r1 = 0.0
        for offset, v in points:
            years = offset / 12
            distance = abs(v - at - slope * years)
            trust = 1.0 if distance <= 2 * noise else (2 * noise / distance) ** 2
            w = 0.5 ** ((-offset - 1) / half_life) * trust
            s0, s1, s2 = s0 + w, s1 + w * years, s2 + w * years**2
            r0, r1 = r0 + w * v, r1 + w * v * years
        if prior_slope:
            s2 += (noise / prior_slope) ** 2
            determinant = s0 * s2 - s1 * s1
            at, slope = (s2 * r0 - s1 * r1) / determinant, (s0 * r1 - s1 * r0) / determinant
        else:
            at = r0 / s0
    return at


def three_levels(z: list[float]) -> tuple[list[float], float, list[float]]:
    """The recent, steady and trend level after z, the noise of one month, and the medians of one and two years."""
    last24, last5 = known(z[-24:]), known(z[-5:])
    if len(last24) < 4:
        return [nan] * 3, 0.3, [nan] * 2
    wide = median(last24)
    changes = known([abs(b - a) for a, b in zip(z[-25:], z[-24:] if len(z) > 24 else z[1:], strict=False)])
    about = 1.4826 * median(abs(v - wide) for v in last24)
    noise = max(min(about, 1.4826 / sqrt(2) * median(changes) if changes else inf), 0.03)
    start = median(last5) if len(last5) >= 3 else wide
    recent = level(z, 2.5, 12, 0.0, start, noise)
    start = start if isnan(recent) else recent
    former = [median(known(z[-12:])) if known(z[-12:]) else nan, wide]
    return [recent, level(z, 60, 84, 0.0, start, noise), level(z, 60, 84, 0.3, start, noise)], noise, former


def blend(levels: list[list[float]], losses: list[list[float]], t: int) -> tuple[float, float]:
    """Weighted mean of this month's levels by the losses of the 60 months before, and the share of the recent level."""
    weights = []
    for k in range(3):
        total, number = 3 * 0.7, 3.0
        for s in range(max(0, t - 60), t):
            if not isnan(losses[s][k]):
                d = 0.5 ** ((t - 1 - s) / 36)
                total, number = total + d * losses[s][k], number + d
        weights.append(number / total)
    best = max(weights)
    shares = [0.0 if isnan(v) else (w / best) ** 16 for w, v in zip(weights, levels[t], strict=True)]
    mean = sum(w * v for w, v in zip(shares, levels[t], strict=True) if w) / sum(shares)
    return mean, shares[0] / sum(shares)


def spread(errors: list[tuple[float, float]], t: int) -> tuple[float, float]:
    """alpha and the effective number of errors among the 60 months before t; errors are (e, its variance by chance)."""
    past = [(e, c, 0.5 ** ((t - 1 - s) / 24)) for s, (e, c) in enumerate(errors[:t]) if s >= t - 60 and not isnan(e)]
    if not past:
        return 0.05, 0.0
    guess = min(max((1.4826 * median(abs(e) for e, _, _ in past)) ** 2, 1e-3), 1.0)
    n = min(len(past), 24)
    centre = exp((n * log(guess) + 2 * log(0.05)) / (n + 2))
    kept = [(e, c, d) for e, c, d in past if e * e <= 9 * (c + guess)]
    total = max(sum(d for _, _, d in kept), 1e-9)
    chance = sum(d * c for _, c, d in kept) / total
    measured = min(max(1.0277 * sum(d * e * e for e, _, d in kept) / total - chance, 0.0), 4.0)
    informative = sum(d for _, _, d in kept) * min(max(centre / (centre + chance), 0.05), 1.0)
    alpha = (informative * measured + 2 * centre) / (informative + 2)
    return max(alpha, 1e-5), sum(d for _, _, d in past)


def judge(counts: list[float]) -> list[Month]:
    """Every month of one series with the default parameters."""
    x = [nan if isnan(y) else log(y + 0.5) for y in counts]
    deviation = deviations(x)
    levels: list[list[float]] = []
    losses: list[list[float]] = []
    errors: list[tuple[float, float]] = []
    deviates: list[float] = []
    result = []
    for t, y in enumerate(counts):
        g, season_variance = season(deviation, t)
        z = [v - g[(s - t) % 12] for s, v in enumerate(x[:t])]
        at, noise, former = three_levels(z)
        levels.append([v + g[0] for v in at])
        losses.append([min(abs(x[t] - v) / noise, 4.0) ** 2 if not isnan(x[t] - v) else nan for v in levels[t]])
        month = Month(season=g[0])
        if not all(isnan(v) for v in at):
            mean, recent = blend(levels, losses, t)
            mu = exp(mean)
            month.alpha, number = spread(errors, t)
            in_band = band(month, y, [mu, *(exp(v + g[0]) for v in former)], number, recent, season_variance)
            month.score = 0.9 * in_band + 0.1 * from_last_year(x, t, in_band) + following(deviates, in_band, recent, mu)
        deviates.append(deviate(month.p_upper, month.p_lower))
        shifted = month.expected + 0.5
        errors.append((3 * (cbrt((y + 0.5) / shifted) - 1), month.expected / shifted**2))
        month.reason = reason(counts, t, month.expected)
        if month.reason in ("insufficient_history", "gaps"):
            month.expected = month.upper = month.lower = nan
        if month.reason != "none" and not (month.reason == "no_baseline_activity" and month.verdict == "peak"):
            month.verdict = "not_testable"
        result.append(month)
    return result


def band(month: Month, y: float, means: list[float], n: float, recent: float, season_variance: float) -> float:
    """Bounds, p-values and verdict of one month, and its normal deviate in the band.

    `means` are the expected one and those of the last one and two years, n the number of errors, recent that level's weight.
    """
    mu, year, two_years = means
    v = month.alpha, season_variance
    most = sum(0.5 ** (k / 24) for k in range(60))
    high = 2.4 + (1 - recent * (1 - 0.1 * mu / (mu + 40))) * n**2 / 33 * mu / (mu + 800 * (1 - n / most))
    low = 2.6 + (1 - 0.6 * recent) * n / 1.75 * mu / (mu + 5)
    up = [mu, year] if year > 1.7 * mu else [mu]
    down = [mu, two_years] if 1.2 * two_years < mu else [mu]
    month.expected = mu
    month.p_upper = max(stats.t(high).sf(z(y, each, *v, 0.75, 0.5)) for each in up)
    month.p_lower = max(stats.t(low).cdf(z(y + 0.05, each, *v, 0.6, 0.5)) for each in down)
    month.upper = max(max(mean_of(each, *v, 0.75, 0.5, stats.t(high).isf(0.01)), each) for each in up)
    lowest = min(mean_of(each, *v, 0.6, 0.5, -stats.t(low).isf(0.01)) for each in down) - 0.05
    month.lower = max(lowest, 0.0)
    month.verdict = "ordinary"
    if y >= month.upper:
        month.verdict = "peak"
    if y <= lowest:
        month.verdict = "drop"
    return deviate(max(stats.t(2.4 + n**2 / 33).sf(z(y, each, *v, 0.75, 0.5)) for each in up), month.p_lower)


def variances(mu: float, alpha: float, season_variance: float, quiet: float, season: float) -> tuple[float, float]:
    """Of all months, and the standard deviation of quiet ones."""
    past = 1 / mu + alpha
    return past + season_variance, sqrt(quiet * past + season * season_variance)


def z(y: float, mu: float, alpha: float, season_variance: float, quiet: float, season: float) -> float:
    v, sd = variances(mu, alpha, season_variance, quiet, season)
    return (3 * (cbrt(y / mu) - 1) + v / 3) / sd


def mean_of(mu: float, alpha: float, season_variance: float, quiet: float, season: float, reach: float) -> float:
    """The count that is `reach` away."""
    v, sd = variances(mu, alpha, season_variance, quiet, season)
    return mu * max(0.0, 1 - v / 9 + reach * sd / 3) ** 3


def deviate(p_upper: float, p_lower: float) -> float:
    """Standard deviations above (or below, negative) what is expected."""
    if isnan(p_upper):
        return nan
    p = max(min(p_upper, p_lower, 0.5), 1e-300)
    return float(stats.norm.isf(p)) if p_upper <= p_lower else float(stats.norm.ppf(p))


def from_last_year(x: list[float], t: int, otherwise: float) -> float:
    """How far the month is from the twelve before it."""
    year = known(x[max(0, t - 12) : t])
    if len(year) < 2:
        return otherwise
    mean = sum(year) / len(year)
    variance = (11 * sum((v - mean) ** 2 for v in year) / (len(year) - 1) + 4 * 0.15**2) / 15
    return min(max((x[t] - mean) / sqrt(variance + 1 / max(exp(mean), 0.5)), -10.0), 10.0)


def following(deviates: list[float], in_band: float, recent: float, mu: float) -> float:
    """What a high month before adds to a month above expectation, unless the two before that were high as well."""
    third, second, last = [nan] * max(0, 3 - len(deviates)) + deviates[-3:]
    if not in_band > 0 or isnan(last) or (second > 2 and third > 2):
        return 0.0
    return 0.5 * (1 - 0.9 * recent) * mu / (mu + 20) * min(max(last, 0.0), 2.5)


def reason(counts: list[float], t: int, expected: float) -> str:
    if isnan(counts[t]):
        return "missing"
    if len(known(counts[:t])) < 6:
        return "insufficient_history"
    if isnan(expected):
        return "gaps"
    return "none" if any(y > 0 for y in counts[max(0, t - 24) : t]) else "no_baseline_activity"
