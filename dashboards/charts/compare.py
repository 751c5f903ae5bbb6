"""Several projects in one chart: absolute, or each as a share of its own level."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from django.http import Http404, QueryDict
from django.utils.translation import gettext as _

from alerts.models import Alert, Direction
from dashboards import parameters
from dashboards.charts import parts
from dashboards.charts.marks import SYMBOLS, size_of
from dashboards.charts.series import CountSeries, count_series_of
from dashboards.charts.state import ALL, ChartState
from dashboards.sentences import alert_lines, counted_words
from edits.figures import month, number, short_month
from edits.metrics import METRICS
from edits.models import Project
from edits.months import month_range, to_index

MAX_PROJECTS = 8
# Colour, dash and marker differ: lines can be told apart without seeing colours.
LOOKS = (
    ("--blue", "solid", "circle"),
    ("--red", "dash", "square"),
    ("--green", "dot", "diamond"),
    ("--orange", "dashdot", "cross"),
    ("--grey", "longdash", "x"),
    ("--blue-deep", "solid", "star"),
    ("--ink", "dash", "triangle-up"),
    ("--sub", "dot", "pentagon"),
)
INDEXED, ABSOLUTE = "indexed", "absolute"
BASE_MONTHS = 12
DRAWN = ("project_id", "month", "direction", "severity", "status", "percentage_difference", "worst_month")  # of an alert


@dataclass(frozen=True, slots=True)
class Comparison:
    """Of `projects` those of which the metric is stored. Arrays have one value for each of `months`; NaN = missing.

    raw: the counts as stored. scaled: per 30 days, where that is asked for. shown: what is drawn. base: the months whose mean
    is 100, none where the counts themselves are drawn or the series never meet. alerts: of each project, by month.
    """

    projects: list[Project]
    series: list[CountSeries]
    months: list[dt.date]
    raw: list[parts.Floats]
    scaled: list[parts.Floats]
    shown: list[parts.Floats]
    base: tuple[dt.date, dt.date] | None
    scale: str
    state: ChartState
    alerts: list[dict[dt.date, Alert]]

    @property
    def per_30_days(self) -> bool:
        return "per30" in self.state.layers

    @property
    def unit(self) -> str:
        """What the upright axis counts."""
        counted_here = parts.unit(str(METRICS[self.state.metric].label), per_30_days=self.per_30_days)
        if self.scale == ABSOLUTE:
            return counted_here
        if self.base is None:
            return _("%(unit)s, 100 = the newest year of each") % {"unit": counted_here}
        ends = {"first": short_month(self.base[0]), "last": short_month(self.base[1])}
        return _("%(unit)s, 100 = mean of %(first)s to %(last)s") % {"unit": counted_here, **ends}


def named_domains(query: QueryDict) -> list[str]:
    """The domains named by `p`, each once, in their order."""
    return list(dict.fromkeys(domain for domain in query.getlist("p")[: 10 * MAX_PROJECTS] if domain))


def chosen_projects(query: QueryDict) -> list[Project]:
    """The first eight projects named by `p`, however they are called; BadParameter for one that does not exist."""
    names = named_domains(query)[:MAX_PROJECTS]
    known = {project.domain: project for project in Project.objects.filter(domain__in=names)}
    found = [known.get(name) or parameters.one_project(name, "p") for name in names]
    return list({project.pk: project for project in found}.values())


def comparison(projects: list[Project], query: QueryDict) -> Comparison | None:
    """What the chart and the table of the page show; None where nothing is stored."""
    state = ChartState.read(query, default_range=ALL)
    scale = parameters.choice(query, "scale", [INDEXED, ABSOLUTE], ABSOLUTE)
    every = zip(projects, count_series_of(projects, state.metric), strict=True)
    stored = [(project, series) for project, series in every if series.span]
    if not stored:
        return None
    whole = (min(series.months[0] for _project, series in stored), max(series.months[-1] for _project, series in stored))
    first, last = state.window(whole)
    months = list(month_range(first, last)) if first <= last else []
    if not months:
        return None
    raw = [_within(series, months) for _project, series in stored]
    factor = parts.per_30_days(months) if "per30" in state.layers else np.ones(len(months))
    scaled = [counts * factor for counts in raw]
    together = base_year(scaled)
    shown = [indexed(counts, together) for counts in scaled] if scale == INDEXED else scaled
    ends = np.flatnonzero(together)
    base = (months[int(ends[0])], months[int(ends[-1])]) if scale == INDEXED and ends.size else None
    return Comparison(
        projects=[project for project, _series in stored],
        series=[series for _project, series in stored],
        months=months,
        raw=raw,
        scaled=scaled,
        shown=shown,
        base=base,
        scale=scale,
        state=state,
        alerts=_alerts([project for project, _series in stored], state.metric, months),
    )


def _alerts(projects: list[Project], metric: str, months: list[dt.date]) -> list[dict[dt.date, Alert]]:
    """The alerts that stand, each at its own month; one query for all projects."""
    found: dict[int, dict[dt.date, Alert]] = {project.pk: {} for project in projects}
    alerts = Alert.objects.filter(project__in=list(found), metric=metric, month__range=(months[0], months[-1])).standing()
    for alert in alerts.only(*DRAWN).order_by("month"):
        found[alert.project_id][alert.month] = alert
    return list(found.values())


def of_page(_found: re.Match[str], query: QueryDict) -> dict[str, Any]:
    """The chart of `/compare/?p=…&p=…`."""
    found = comparison(chosen_projects(query), query)
    if found is None:
        raise Http404
    return figure(found)


def figure(found: Comparison, *, hover: bool = True) -> dict[str, Any]:
    """Data and layout, for plotly; `hover`: with words for each month, which a picture has no use for."""
    dates = [f"{each:%Y-%m-%d}" for each in found.months]
    hovered = [month(each) for each in found.months] if hover else []
    traces = []
    for order, (project, values) in enumerate(zip(found.projects, found.shown, strict=True)):
        colour, dash, symbol = LOOKS[order]
        name = parts.inert(project.name)  # once: a name is worded anew, in the reader's language, each time it is asked for
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": name,
                "x": dates,
                "y": parts.plain_list(values),
                "text": [_hover(found, name, order, position, when) for position, when in enumerate(hovered)],
                "hovertemplate": "%{text}<extra></extra>",
                "line": {"color": colour, "width": 1.8, "dash": dash},
                "marker": {"symbol": symbol, "size": 5, "maxdisplayed": 24, "color": colour},
            }
        )
        traces += _alert_marks(found, order, dates)
    layers, ends = found.state.layers, (found.months[0], found.months[-1])
    return {
        "data": traces,
        "layout": parts.layout(
            hovermode="closest",
            showlegend=True,
            margin={"l": 56, "r": 12, "t": 12, "b": 36},
            legend=parts.LEGEND,
            xaxis=parts.flat_axis(type="date", range=[dates[0], dates[-1]], fixedrange=True, **parts.month_ticks(*ends)),
            yaxis=parts.value_axis(found.shown, title=found.unit, log="log" in layers, zero="zero" in layers),
            meta={"fixed": True},
        ),
    }


def _alert_marks(found: Comparison, line: int, dates: list[str]) -> list[dict[str, Any]]:
    """Triangles in the colour of the line: up for a peak, down for a drop, the larger the rarer."""
    places = [at for at, each in enumerate(found.months) if each in found.alerts[line] and np.isfinite(found.shown[line][at])]
    if not places:
        return []
    alerts = [found.alerts[line][found.months[at]] for at in places]
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": "alerts",
            "x": [dates[at] for at in places],
            "y": [parts.plain(float(found.shown[line][at])) for at in places],
            "hoverinfo": "skip",
            "marker": {
                "symbol": [SYMBOLS[Direction(alert.direction)] for alert in alerts],
                "size": [size_of(alert.severity) for alert in alerts],
                "color": LOOKS[line][0],
                "line": {"color": "--bg", "width": 1},
            },
            "cliponaxis": False,
            "showlegend": False,
        }
    ]


def _hover(found: Comparison, name: str, line: int, position: int, when: str) -> str:
    """The wiki, the month, the count on the scale of the chart, and the index where it is drawn."""
    raw, scaled, shown = (float(lines[line][position]) for lines in (found.raw, found.scaled, found.shown))
    if not np.isfinite(raw):
        return ""
    count = counted_words(raw, scaled, found.state.metric, per_30_days=found.per_30_days)
    lines = [f"<b>{name}</b>", when, count]
    if found.scale == INDEXED and np.isfinite(shown):
        lines.append(_("index %(value)s") % {"value": number(shown)})
    if alert := found.alerts[line].get(found.months[position]):
        lines += alert_lines(alert)
    return "<br>".join(lines)


def _within(series: CountSeries, months: list[dt.date]) -> parts.Floats:
    """The counts of `months`; NaN where there is none."""
    found, ahead = np.full(len(months), np.nan), to_index(series.months[0]) - to_index(months[0])
    first, end = max(ahead, 0), min(ahead + len(series.counts), len(months))
    if first < end:
        found[first:end] = series.counts[first - ahead : end - ahead]
    return found


def base_year(counts: list[parts.Floats]) -> npt.NDArray[np.bool_]:
    """The newest twelve months (fewer, where there are fewer) in which all series have a count; none where they never meet."""
    together: npt.NDArray[np.bool_] = np.all([np.isfinite(values) for values in counts], axis=0)
    chosen = np.zeros_like(together)
    chosen[np.flatnonzero(together)[-BASE_MONTHS:]] = True
    return chosen


def indexed(counts: parts.Floats, base: npt.NDArray[np.bool_]) -> parts.Floats:
    """Counts as a percentage of their mean in the months `base`, or in their own newest year; NaN where that is zero."""
    months = np.flatnonzero(base) if base.any() else np.flatnonzero(np.isfinite(counts))[-BASE_MONTHS:]
    mean = float(counts[months].mean()) if months.size else 0.0
    return counts / mean * 100.0 if mean > 0 else np.full_like(counts, np.nan)
