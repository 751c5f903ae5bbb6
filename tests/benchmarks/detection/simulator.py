"""Seeded months of wiki activity with known peaks.

The design of Noufaily et al. (2013, doi 10.1002/sim.5595) and Bédubourg & Le Strat (2017, doi
10.1371/journal.pone.0181227): negative binomial counts around a log-linear trend with Fourier seasons, and events of
Poisson(k x sd) counts spread over one to three months, moved to months and to the sizes of Wikimedia projects (0.3 to
5,000,000 edits a month). Tiny wikis come and go instead, as recorded ones do (tests/benchmarks/detection/tiny.py).
One seed gives the same data for ever: the order of the draws is part of the benchmark.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import NDArray

CLASSES = (
    "stationary",
    "trend",
    "seasonal",
    "trend+seasonal",
    "tiny",
    "level_shift",
    "contaminated",
    "drift",
    "wandering",
    "missing",
    "short",
)
MONTHS = 132
DEVELOPMENT_SEED = 20240501
PROFILES = {1: (1.0,), 2: (0.6, 0.4), 3: (0.35, 0.45, 0.20)}  # share of an event per month
SIZES = (2, 3, 5, 10)  # of an event, in standard deviations of the month
EVENT_GAP = 24  # mean months between events
LEAST_LOG_MEAN = -5.0
SETTLING = 4  # months after a level shift that count for nothing
SCORED_FROM, SCORED_FROM_SHORT = 60, 12  # months of history before the first scored one
PARTLY_TRENDING = {"level_shift", "contaminated", "missing", "short", "drift", "wandering"}

# Tiny wikis, so that they look like the first 80 months of 41 recorded ones (methodology, table "tiny")
TINY_BEGINS = 0.2  # edits a month at first: four fifths of the first year's months have no edit, or one
TINY_USUAL = (20.0, 200.0)  # edits a month it is drawn to: the medians of the first 80 months are then mostly below 50
TINY_KEEPS = 0.97  # of its distance from there, a month: autocorrelation falls from 0.8 at lag 1 to 0.6 at lag 6
TINY_SD = 1.8  # of the log level in the long run: variance of log(count + 0.5) is 3
TINY_CV = (0.3, 0.5)  # about the level: log(count + 0.5) changes by 0.43 in the median month
TINY_CLOSED = 0.25  # share of wikis that are closed at some time: 10 of 41 are silent in the last year
TINY_OPEN_MONTHS = 24  # and that are open for at least so long


@dataclass(frozen=True, slots=True, eq=False)
class Simulation:
    """Arrays months x series (`classes`: series).

    counts: NaN = missing. mean, sd: of the month without events. event: months with injected counts. number: which event
    of its series (0 = none). ignored: months that count for nothing. scored: months to score a detector on.
    """

    counts: NDArray[np.float64]
    mean: NDArray[np.float64]
    sd: NDArray[np.float64]
    event: NDArray[np.bool_]
    number: NDArray[np.int64]
    ignored: NDArray[np.bool_]
    scored: NDArray[np.bool_]
    classes: NDArray[np.str_]


@dataclass(slots=True, eq=False)
class _Series:
    """One series while it is being made."""

    rng: np.random.Generator
    kind: str
    log_mean: NDArray[np.float64]
    cv: float
    base: float
    ignored: NDArray[np.bool_] = field(init=False)
    mean: NDArray[np.float64] = field(init=False)
    sd: NDArray[np.float64] = field(init=False)
    counts: NDArray[np.float64] = field(init=False)
    event: NDArray[np.bool_] = field(init=False)
    number: NDArray[np.int64] = field(init=False)
    events: int = 0
    first: int = 0

    def __post_init__(self) -> None:
        self.ignored = np.zeros(len(self.log_mean), dtype=bool)

    @property
    def time(self) -> NDArray[np.int64]:
        return np.arange(len(self.log_mean))


def simulate(
    seed: int = DEVELOPMENT_SEED, per_class: int = 100, months: int = MONTHS, *, published: bool = False
) -> Simulation:
    """`per_class` series of each class, in the order of CLASSES.

    published: with tiny wikis as the research prototype has them, for figures to be compared with it: independent months
    around a mean of 0.3 to 10. These are always drawn, so that the other classes are the prototype's to the last bit; the
    tiny wikis that take their place have a generator of their own.
    """
    rng = np.random.default_rng(seed)
    made = [_make(rng, kind, months) for kind in CLASSES for _ in range(per_class)]
    if not published:
        first = CLASSES.index("tiny") * per_class
        own = np.random.default_rng([seed, CLASSES.index("tiny")])
        made[first : first + per_class] = [_make_tiny(own, months) for _ in range(per_class)]
    scored_from = np.array([s.first + SCORED_FROM_SHORT if s.kind == "short" else SCORED_FROM for s in made])
    columns = {name: np.column_stack([getattr(s, name) for s in made]) for name in _COLUMNS}
    return Simulation(
        **columns,
        scored=(np.arange(months)[:, None] >= scored_from) & ~columns["ignored"],
        classes=np.array([s.kind for s in made]),
    )


_COLUMNS = tuple(f.name for f in fields(Simulation) if f.name not in ("scored", "classes"))


def _make(rng: np.random.Generator, kind: str, months: int) -> _Series:
    if kind == "tiny":
        base = np.exp(rng.uniform(np.log(0.3), np.log(10)))
        cv = rng.uniform(0.3, 1.0)
    else:
        base = np.exp(rng.uniform(np.log(10), np.log(5e6)))
        cv = rng.uniform(*((0.2, 0.5) if base < 300 else (0.10, 0.30) if base < 3e4 else (0.03, 0.12)))
    series = _Series(rng, kind, np.full(months, np.log(base)), cv, base)
    _add_trend(series)
    _add_season(series)
    MOVEMENTS.get(kind, _stay)(series)
    _draw_counts(series)
    _add_events(series)
    SPOILERS.get(kind, _stay)(series)
    series.ignored |= np.isnan(series.counts)
    return series


def _make_tiny(rng: np.random.Generator, months: int) -> _Series:
    """Activity that begins with next to nothing, comes and goes, and may end.

    The log of the level is autoregressive of order 1 around its usual value. As in `drift` and `wandering`, mean and sd are
    those about the level, which the oracle knows. The months after a closure count for nothing, as after a level shift.
    """
    base = np.exp(rng.uniform(*np.log(TINY_USUAL)))
    series = _Series(rng, "tiny", np.full(months, np.log(base)), rng.uniform(*TINY_CV), base)
    moves = rng.normal(0, TINY_SD * np.sqrt(1 - TINY_KEEPS**2), months)
    away = np.full(months, np.log(TINY_BEGINS / base))
    for i in range(1, months):
        away[i] = TINY_KEEPS * away[i - 1] + moves[i]
    series.log_mean = series.log_mean + away
    if rng.random() < TINY_CLOSED:
        at = int(rng.integers(TINY_OPEN_MONTHS, months))
        series.log_mean[at:] = LEAST_LOG_MEAN
        series.ignored[at : at + SETTLING] = True
    _draw_counts(series)
    _add_events(series)
    return series


def _stay(series: _Series) -> None:
    """Nothing more happens to this class."""


def _add_trend(series: _Series) -> None:
    rng, t = series.rng, series.time
    strength = 1.0 if series.kind in ("trend", "trend+seasonal") else 0.0
    if series.kind in PARTLY_TRENDING:
        strength = float(rng.random() < 0.3) * 0.5
    if not strength:
        return
    slope = rng.choice([-1, 1], p=[0.35, 0.65]) * rng.uniform(0.004, 0.025) * strength
    if rng.random() < 0.5:  # growth that saturates, decline that slows
        tau = rng.uniform(24, 72)
        series.log_mean = series.log_mean + slope * tau * (1 - np.exp(-t / tau))
    else:
        series.log_mean = series.log_mean + slope * (t - len(t) / 2)


def _add_season(series: _Series) -> None:
    rng, t = series.rng, series.time
    always, never = ("seasonal", "trend+seasonal"), ("stationary", "tiny")
    if series.kind in never or (series.kind not in always and rng.random() >= 0.4):
        return
    amplitude = rng.uniform(0.08, 0.45)
    phase = rng.uniform(0, 2 * np.pi, 2)
    series.log_mean = series.log_mean + amplitude * np.cos(2 * np.pi * t / 12 + phase[0])
    if rng.random() < 0.5:
        series.log_mean = series.log_mean + 0.5 * amplitude * np.cos(4 * np.pi * t / 12 + phase[1])
    if rng.random() < 0.5:  # a yearly campaign
        month = rng.integers(12)
        series.log_mean = series.log_mean + np.where(t % 12 == month, np.log(rng.uniform(1.4, 3.0)), 0.0)


def _shift_level(series: _Series) -> None:
    rng, t = series.rng, series.time
    shifts = rng.integers(1, 3)
    for at in np.sort(rng.choice(np.arange(40, len(t) - 14), shifts, replace=False)):
        jump = np.log(rng.uniform(1.5, 3.0)) * rng.choice([-1, 1])
        series.log_mean = series.log_mean + np.where(t >= at, jump, 0.0)
        series.ignored[at : at + SETTLING] = True


def _drift(series: _Series) -> None:
    """An autoregressive wobble on top of a slow random walk."""
    rng, months = series.rng, len(series.time)
    noise = rng.normal(0, 1, months)
    rho, wobble, walk = rng.uniform(0.4, 0.8), rng.uniform(0.03, 0.12), rng.uniform(0.01, 0.03)
    path = np.zeros(months)
    for i in range(1, months):
        path[i] = rho * path[i - 1] + wobble * np.sqrt(1 - rho**2) * noise[i]
    series.log_mean = series.log_mean + path + np.cumsum(rng.normal(0, walk, months))


def _wander(series: _Series) -> None:
    """A random walk as rough as 289 real series are: sd 0.16 to 0.43 of the log a month, events included."""
    rng, months = series.rng, len(series.time)
    step = (0.08 if series.base > 3e4 else 0.14) * rng.uniform(0.6, 1.8)
    eta = series.log_mean + np.cumsum(rng.normal(0, step, months))
    away = eta - np.log(series.base)
    series.log_mean = eta - 0.5 * away * (np.abs(away) > 3)


def _draw_counts(series: _Series) -> None:
    """Negative binomial with variance mean + (cv mean)^2, as a gamma mixture of Poissons."""
    series.mean = np.exp(np.clip(series.log_mean, LEAST_LOG_MEAN, 17))
    shape = 1.0 / max(series.cv, 1e-6) ** 2
    rate = series.rng.gamma(shape, np.maximum(series.mean, 1e-9) / shape)
    series.counts = series.rng.poisson(np.minimum(rate, 1e15)).astype(float)
    series.sd = np.sqrt(series.mean + (series.cv * series.mean) ** 2)
    series.event = np.zeros(len(series.mean), dtype=bool)
    series.number = np.zeros(len(series.mean), dtype=int)


def _inject(series: _Series, start: int, size: float, profile: tuple[float, ...]) -> None:
    """An event of Poisson(size x sd) counts from month `start` on; a sliver of a tail month is not scored."""
    total = series.rng.poisson(min(size * series.sd[start], 1e15))
    if total < 1:
        return
    series.events += 1
    parts = series.rng.multinomial(total, profile) if total < 1e9 else np.round(total * np.asarray(profile))
    for at, part in enumerate(parts, start=start):
        if at < len(series.counts) and part > 0:
            series.counts[at] += part
            series.event[at] = True
            series.number[at] = series.events
            series.ignored[at] |= part < 0.5 * series.sd[at] and at > start


def _add_events(series: _Series) -> None:
    rng, months = series.rng, len(series.time)
    at = int(rng.exponential(EVENT_GAP)) + 3
    while at < months:
        length = int(rng.choice([1, 2, 3], p=[0.5, 0.3, 0.2]))
        _inject(series, at, rng.choice(SIZES), PROFILES[length])
        at += length + 4 + int(rng.exponential(EVENT_GAP - 6))


def _contaminate(series: _Series) -> None:
    """Giant campaigns and one bot run of two to six months in the past."""
    rng, months = series.rng, len(series.time)
    for _ in range(rng.integers(2, 4)):
        at = int(rng.integers(6, months - 6))
        if not series.event[at - 2 : at + 4].any():
            size = rng.uniform(15, 60)
            _inject(series, at, size, PROFILES[int(rng.choice([1, 2, 3]))])
    at = int(rng.integers(20, months - 14))
    length = int(rng.integers(2, 7))
    if not series.event[at - 1 : at + length + 1].any():
        run = slice(at, at + length)
        series.events += 1
        series.counts[run] += np.round(series.mean[run] * rng.uniform(2, 19) * rng.uniform(0.7, 1.3, length))
        series.event[run] = True
        series.number[run] = series.events


def _lose_months(series: _Series) -> None:
    rng, months = series.rng, len(series.time)
    gone = rng.random(months) < 0.08
    at = int(rng.integers(30, months - 20))
    gone[at : at + int(rng.integers(3, 8))] = True
    series.counts[gone] = np.nan


def _start_late(series: _Series) -> None:
    series.first = len(series.time) - int(series.rng.integers(20, 49))
    series.counts[: series.first] = np.nan


MOVEMENTS = {"level_shift": _shift_level, "drift": _drift, "wandering": _wander}
SPOILERS = {"contaminated": _contaminate, "missing": _lose_months, "short": _start_late}
