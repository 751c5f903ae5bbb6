"""Of a whole and its parts, one alert of a wiki and month is shown: which one, and what stands out beside it.

The rule and why: docs/adr/0040-people-and-bots-apart.md. `arrange` is the rule; `arrange_stored` applies it to what is stored.
All surfaces read its result through `AlertQuerySet.shown`.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from django.utils import timezone

from alerts.detection.episodes import MAX_EPISODE_MONTHS
from alerts.models import Alert
from database.upsert import BATCH_SIZE
from edits.metrics import METRICS, Metric, together
from edits.months import add_months

PROJECTS_AT_ONCE = 500


def arrange(alerts: Iterable[Alert], names: Sequence[str]) -> list[Alert]:
    """Set `shown_under` and `parts` of the standing `alerts` of one project; return those that changed.

    `names` are the metrics that are shown together, the whole first. An alert is shown under that of an earlier metric which
    lasted into its first month; the parts that stand out in any month of an alert are named on it.
    """
    wanted: dict[int, tuple[int | None, str]] = {}
    pairs = _with_leaders(alerts, names)
    for alert, leader in pairs:
        beside = [alert] if leader else [each for each, _leader in pairs if _overlap(alert, each)]
        wanted[alert.pk] = (leader.pk if leader else None, _names(alert, beside))
    every = [alert for alert, _leader in pairs]
    changed = [alert for alert in every if (alert.shown_under_id, alert.parts) != wanted[alert.pk]]
    for alert in changed:
        alert.shown_under_id, alert.parts = wanted[alert.pk]
    return changed


def number_shown(alerts: Iterable[Alert]) -> int:
    """How many of `alerts`, stored or not, people would be shown: those of a wiki under no other."""
    groups: dict[tuple[int, tuple[str, ...]], list[Alert]] = defaultdict(list)
    for alert in alerts:
        groups[alert.project_id, together(alert.metric)].append(alert)
    return sum(leader is None for (_, names), group in groups.items() for _alert, leader in _with_leaders(group, names))


def _with_leaders(alerts: Iterable[Alert], names: Sequence[str]) -> list[tuple[Alert, Alert | None]]:
    """The `alerts` of one project by metric and month, each with the one that it is shown under."""
    found: list[tuple[Alert, Alert | None]] = []
    leaders: list[Alert] = []
    for alert in sorted(alerts, key=lambda alert: (names.index(alert.metric), alert.month, alert.direction)):
        above = (each for each in leaders if each.metric != alert.metric and each.month <= alert.month <= _end(each))
        leader = next(above, None)
        found.append((alert, leader))
        if leader is None:
            leaders.append(alert)
    return found


def _end(alert: Alert) -> dt.date:
    last: dt.date = alert.episode_end or alert.month
    return last


def _overlap(one: Alert, other: Alert) -> bool:
    return bool(one.month <= _end(other) and other.month <= _end(one))


def _names(alert: Alert, beside: Iterable[Alert]) -> str:
    """`bots:peak,people:drop`: each part of `beside` once, in its order, with the direction of `alert` where it has both."""
    directions: dict[str, str] = {}
    for each in beside:
        if (part_of := METRICS[each.metric].part_of) and directions.get(part_of.name) != alert.direction:
            directions[part_of.name] = each.direction
    return ",".join(f"{name}:{direction}" for name, direction in directions.items())


def arrange_stored(metric: Metric, changed: Collection[Alert]) -> None:
    """Arrange the alerts of `metric` and of those shown with it that the `changed` ones of `metric` may concern. Within a
    transaction that has locked the sweeps of the whole (`alerts.engine.sweep.store`)."""
    names = together(metric.name)
    if len(names) == 1 or not changed:
        return
    concerned = add_months(min(alert.month for alert in changed), -MAX_EPISODE_MONTHS)  # the first that may last so long
    ids = sorted({alert.project_id for alert in changed})
    for first in range(0, len(ids), PROJECTS_AT_ONCE):
        _arrange_some(names, ids[first : first + PROJECTS_AT_ONCE], concerned)


def _arrange_some(names: Sequence[str], project_ids: Sequence[int], concerned: dt.date) -> None:
    # Whether an alert leads depends on those before it, of each earlier metric: these are read as well, and left as they are.
    before = add_months(concerned, -MAX_EPISODE_MONTHS * len(names))
    rows = Alert.objects.standing().select_for_update().filter(metric__in=names, project__in=project_ids, month__gte=before)
    by_project: dict[int, list[Alert]] = defaultdict(list)
    for alert in rows.defer("evidence").order_by("pk"):
        by_project[alert.project_id].append(alert)
    changed = [alert for alerts in by_project.values() for alert in arrange(alerts, names) if alert.month >= concerned]
    moment = timezone.now()
    for alert in changed:
        alert.updated_at = moment
    Alert.objects.bulk_update(changed, ["shown_under", "parts", "updated_at"], batch_size=BATCH_SIZE)
