"""Pieces that every chart is made of: axes, ticks, separators, and text that cannot become markup."""

from __future__ import annotations

import datetime as dt
import html
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from babel import numbers
from django.utils.translation import gettext as _

from curation.language import locale_of, reader
from edits.figures import short_name_of_month
from edits.months import add_months, days_in, to_index

Floats = npt.NDArray[np.float64]
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"
HEADROOM = 1.08  # above the largest value, for the mark of a peak
TICKS_WANTED = 9
YEAR_STEPS = (1, 2, 5, 10)
MONTH_STEPS = (1, 2, 3, 6)


def plain(value: float) -> float | int | None:
    """A number for JSON: whole where it is whole, None for NaN and infinity."""
    if not math.isfinite(value):
        return None
    return int(value) if value == int(value) else round(value, 2)


def plain_list(values: Floats) -> list[float | int | None]:
    return [plain(value) for value in values.tolist()]


def inert(text: str) -> str:
    """Text for a label of a chart, where a few tags would otherwise be markup."""
    return html.escape(text, quote=False)


def separators() -> str:
    """Decimal and thousands separator of the reader's language, as plotly wants them."""
    locale = locale_of(reader())
    return numbers.get_decimal_symbol(locale) + numbers.get_group_symbol(locale)


def per_30_days(months: Sequence[dt.date]) -> Floats:
    """What to multiply counts by, so that each month has 30 days: February no longer dips."""
    return 30.0 / np.array([days_in(month) for month in months], dtype=np.float64)


def unit(label: str, *, per_30_days: bool) -> str:
    """What the upright axis counts."""
    return _("%(metric)s per 30 days") % {"metric": label} if per_30_days else label


def month_ticks(first: dt.date, last: dt.date) -> dict[str, Any]:
    """About nine ticks with names in the reader's language: years, or months where few years are shown."""
    span = to_index(last) - to_index(first) + 1
    if span > 4 * 12:
        step = next((step for step in YEAR_STEPS if span / 12 / step <= TICKS_WANTED + 3), YEAR_STEPS[-1])
        years = [year for year in range(first.year, last.year + 1) if year % step == 0]
        dates = [dt.date(year, 1, 1) for year in years]
        names = [str(year) for year in years]
    else:
        step = next((step for step in MONTH_STEPS if span / step <= TICKS_WANTED + 3), MONTH_STEPS[-1])
        every = [add_months(first, offset) for offset in range(span)]
        dates = [month for month in every if (month.month - 1) % step == 0] or [first]
        names = [
            short_name_of_month(month.month) + (f"<br>{month.year}" if month.month == 1 or position == 0 else "")
            for position, month in enumerate(dates)
        ]
    return {"tickmode": "array", "tickvals": [f"{date:%Y-%m-%d}" for date in dates], "ticktext": names}


def value_axis(values: Sequence[Floats], *, title: str, log: bool, zero: bool) -> dict[str, Any]:
    """The upright axis, made to fit what is in view."""
    finite = [array[np.isfinite(array)] for array in values]
    seen = np.concatenate(finite) if finite else np.empty(0)
    axis: dict[str, Any] = {
        "title": {"text": inert(title), "standoff": 10, "font": {"color": "--sub", "size": 12}},
        "gridcolor": "--hair",
        "zeroline": False,
        "tickformat": ",~r",
        "tickfont": {"color": "--sub", "size": 12},
        "automargin": True,
        "nticks": 6,
        "fixedrange": True,
    }
    if log:
        positive = seen[seen > 0]
        low, high = (float(positive.min()), float(positive.max())) if positive.size else (1.0, 10.0)
        axis |= {"type": "log", "range": [math.log10(low) - 0.06, math.log10(high) + 0.12], "dtick": "D2"}
        if math.log10(high / low) > 1.5:
            axis["dtick"] = 1
        return axis
    low, high = (float(seen.min()), float(seen.max())) if seen.size else (0.0, 1.0)
    bottom = 0.0 if zero else low - 0.05 * (high - low)
    axis |= {"range": [bottom, bottom + max((high - bottom) * HEADROOM, 1.0)], "tickformat": ",~f"}
    return axis


LEGEND = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "font": {"size": 12, "color": "--sub"}}


def flat_axis(**changes: Any) -> dict[str, Any]:
    """The axis of time."""
    return {"showgrid": False, "linecolor": "--line", "tickfont": {"color": "--sub", "size": 12}} | changes


def layout(**changes: Any) -> dict[str, Any]:
    """What all charts have in common."""
    return {
        "font": {"family": FONT, "color": "--ink", "size": 13},
        "paper_bgcolor": "--bg",
        "plot_bgcolor": "--bg",
        "margin": {"l": 52, "r": 12, "t": 28, "b": 36},
        "showlegend": False,
        "hovermode": "x",
        "hoverdistance": 40,
        "hoverlabel": {
            "bgcolor": "--bg",
            "bordercolor": "--edge",
            "align": "left",
            "font": {"family": FONT, "color": "--ink", "size": 13},
        },
        "separators": separators(),
        "dragmode": False,
        "uirevision": None,
    } | changes
