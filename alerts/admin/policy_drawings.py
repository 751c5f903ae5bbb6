"""Wikis in the last five years by the rules that stand and by those of a preview: worst hit, typical, and chosen."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from alerts.engine.rejudging import PREVIEW_MONTHS, Differences
from alerts.models import Alert, DetectionPolicy, Direction
from alerts.sparkline import sparkline
from edits.metrics import DEFAULT_METRIC, get_metric
from edits.models import Project
from edits.months import to_index
from edits.selectors import CountsPanel, counts_panel

WIDTH, HEIGHT = 620, 90


@dataclass(frozen=True, slots=True)
class Drawing:
    """One wiki's months with the alerts of both rules, as SVG."""

    title: str | Promise
    project: Project
    before: SafeString
    after: SafeString


def drawings(differences: Differences, policy: DetectionPolicy, chosen: Project | None) -> list[Drawing]:
    """Of the default metric; none where the preview judged no wiki that has counts."""
    metric = policy.metrics[0] if policy.metrics else DEFAULT_METRIC
    changed = Counter(alert.project_id for alert in [*differences.raised, *differences.withdrawn] if alert.metric == metric)
    wanted = _picked(changed, policy.project or chosen)
    panel = counts_panel(metric=get_metric(metric), project_ids=[pk for _title, pk in wanted])
    projects = Project.objects.in_bulk(panel.projects)
    return [_drawing(title, projects[pk], panel, metric, differences) for title, pk in wanted if pk in projects]


def _picked(changed: Counter[int], chosen: Project | None) -> list[tuple[str | Promise, int]]:
    """Who is drawn: most changes, the middle of those with any, and the chosen one; each wiki once."""
    ranked = [pk for pk, _number in sorted(changed.items(), key=lambda item: (-item[1], item[0]))]
    picked: dict[int, str | Promise] = {}
    if ranked:
        picked.setdefault(ranked[0], _("most changes"))
        picked.setdefault(ranked[len(ranked) // 2], _("typical of those that change"))
    if chosen is not None:
        picked.setdefault(chosen.pk, _("the chosen wiki"))
    return [(title, pk) for pk, title in picked.items()]


def _drawing(title: str | Promise, project: Project, panel: CountsPanel, metric: str, differences: Differences) -> Drawing:
    months = panel.months[-PREVIEW_MONTHS:]
    values = panel.values[-PREVIEW_MONTHS:, panel.projects.index(project.pk)]
    counts = [None if np.isnan(value) else float(value) for value in values]
    first = to_index(months[0])
    standing = Alert.objects.filter(project=project, metric=metric, month__gte=months[0]).standing()
    before = {to_index(alert.month) - first: alert.direction == Direction.DROP for alert in standing}
    mine = [alert for alert in differences.withdrawn if (alert.project_id, alert.metric) == (project.pk, metric)]
    gone = {to_index(alert.month) - first for alert in mine}
    new = {
        to_index(alert.month) - first: alert.direction == Direction.DROP
        for alert in differences.raised
        if (alert.project_id, alert.metric) == (project.pk, metric)
    }
    after = {at: drop for at, drop in before.items() if at not in gone} | new

    def drawn(marks: dict[int, bool], words: str) -> SafeString:
        label = f"{project}: {words}, {gettext('alerts')} {len(marks)}"
        svg = sparkline(counts, marks=marks, label=label, width=WIDTH, height=HEIGHT)
        return mark_safe(svg)  # noqa: S308 - numbers, and the label that sparkline escapes

    return Drawing(title, project, drawn(before, gettext("rules of today")), drawn(after, gettext("these rules")))
