"""How commands print what other rules would do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.core.management.base import OutputWrapper

from alerts.engine.rejudging import Differences
from alerts.models import Alert
from edits.models import Project


def print_differences(out: OutputWrapper, differences: Differences, *, listed: int) -> None:
    """The sums, then the `listed` furthest out of the alerts that would be raised and of those that would be withdrawn."""
    out.write(f"Judged {differences.judged_months:,} months of {differences.projects:,} projects.")
    out.write(f"Alerts that stand: {differences.before:,}; with these rules: {differences.after:,}.")
    for title, alerts in (("raise", differences.raised), ("withdraw", differences.withdrawn), ("change", differences.revised)):
        out.write(f"{len(alerts):7,} {title}{_by_kind(alerts)}")
        if title != "change":
            _list(out, alerts, listed)


def _by_kind(alerts: Sequence[Alert]) -> str:
    kinds = Counter((alert.metric, alert.direction) for alert in alerts)
    return "".join(f"; {metric} {direction} {count:,}" for (metric, direction), count in sorted(kinds.items()))


def _list(out: OutputWrapper, alerts: Sequence[Alert], listed: int) -> None:
    worst = sorted(alerts, key=lambda alert: -abs(alert.score or 0))[:listed]
    domains = dict(Project.objects.filter(pk__in={alert.project_id for alert in worst}).values_list("pk", "domain"))
    for alert in worst:
        score = "" if alert.score is None else f"  score {alert.score:.1f}"
        what = (
            f"{alert.count:,} where {alert.expected:,.0f} were expected" if alert.expected is not None else f"{alert.count:,}"
        )
        out.write(f"        {domains[alert.project_id]} {alert.month:%Y-%m} {alert.metric} {alert.direction}: {what}{score}")
