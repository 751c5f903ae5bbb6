"""A real month, judged by every detector: what the methodology explains the methods with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _

from alerts.detection.registry import DETECTORS
from alerts.detection.types import Panel
from alerts.models import Alert, Direction
from dashboards.charts.series import judged_series
from dashboards.filters import AlertFilter
from dashboards.selectors import alerts_to_show, remembered
from dashboards.templatetags.figures import number, percent

NOT_TESTABLE = "not_testable"


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one detector, with its default parameters, says about the month. Numbers alone: it is kept for all readers."""

    name: str
    month: dt.date
    evidence: Mapping[str, Any]

    @property
    def expected(self) -> float | None:
        expected: float | None = self.evidence["expected"]
        return expected

    @property
    def upper(self) -> float | None:
        upper: float | None = self.evidence["upper"]
        return upper

    @property
    def verdict(self) -> str:
        return str(self.evidence["verdict"])

    @property
    def how(self) -> str:
        """How the detector got there, with the month's own numbers; empty when it could not judge the month."""
        return "" if self.verdict == NOT_TESTABLE or self.name not in HOW else HOW[self.name](self)


def example_alert() -> Alert | None:
    """The newest extreme peak of a sizeable project, else the newest peak of one, else the newest alert of all."""
    chosen = AlertFilter(direction=Direction.PEAK, metric="edits", size="1000").apply(alerts_to_show())
    return chosen.filter(severity="extreme").first() or chosen.first() or alerts_to_show().first()


def opinions(alert: Alert) -> list[Opinion]:
    """Every detector's opinion on the alert's month, from the months before it and its count."""
    return remembered(f"worked-example:{alert.pk}", lambda: _opinions(alert))


def _opinions(alert: Alert) -> list[Opinion]:
    series = judged_series(alert.project, alert.metric)
    position = series.position(alert.month)
    if position is None:
        return []
    panel = Panel(np.ascontiguousarray(series.counts[: position + 1, None]))
    judged = slice(position, position + 1)
    return [
        Opinion(detector.name, alert.month, detector.detect(panel, months=judged).evidence(0, 0))
        for detector in DETECTORS.values()
    ]


def _rolling_mean(opinion: Opinion) -> str:
    details = opinion.evidence["details"]
    return _("The mean of the %(months)s months before is %(mean)s. 1.3 times that is %(bound)s.") % {
        "months": number(details["window_months_used"]),
        "mean": number(details["rolling_mean"]),
        "bound": number(opinion.upper),
    }


def _farrington_flexible(opinion: Opinion) -> str:
    return _(
        "The regression on the same season of the years before expects %(expected)s. Around it the variance of the "
        "counts is %(phi)s times that of pure chance, which then exceeds %(upper)s only once in a hundred months."
    ) % {
        "expected": number(opinion.expected),
        "phi": number(opinion.evidence["details"]["phi"]),
        "upper": number(opinion.upper),
    }


def _ears_c2(opinion: Opinion) -> str:
    details, upper, expected = opinion.evidence["details"], opinion.upper or 0, opinion.expected or 0
    spread = details["standard_deviation"] or 0
    return _(
        "%(months)s months, leaving out the two newest, have a mean of %(mean)s and a standard deviation of %(spread)s. "
        "%(mean)s plus %(times)s times %(spread)s is %(upper)s."
    ) % {
        "months": number(details["baseline_months_used"]),
        "mean": number(expected),
        "spread": number(spread),
        "times": number((upper - expected) / spread if spread else None, 2),
        "upper": number(upper),
    }


def _expected_band(opinion: Opinion) -> str:
    details = opinion.evidence["details"]
    recent, steady, trust = (details[name] for name in ("level_recent", "level_steady", "weight_recent"))
    return _(
        "The last months run at about %(recent)s, the long run at about %(steady)s; by how well each foretold this wiki so "
        "far, the last months have %(trust)s of the weight. %(month)s usually runs at %(season)s of an average month: that "
        "makes %(expected)s. The wiki usually strays from such an expectation by %(strays)s, so up to %(upper)s is normal."
    ) % {
        "recent": number(recent),
        "steady": number(steady),
        "trust": percent(trust),
        "month": MONTHS[opinion.month.month],
        "season": percent(details["season_factor"]),
        "expected": number(opinion.expected),
        "strays": percent((details["variation_percent"] or 0) / 100),
        "upper": number(opinion.upper),
    }


HOW: Mapping[str, Callable[[Opinion], str]] = {
    "rolling_mean": _rolling_mean,
    "farrington_flexible": _farrington_flexible,
    "ears_c2": _ears_c2,
    "expected_band": _expected_band,
}
