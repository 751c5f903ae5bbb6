"""What is counted, how it is judged, and how far the counts reach."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from ninja import Query, Router

from alerts.detection.registry import DETECTORS
from alerts.models import Alert, DetectionPolicy
from alerts.policies import key_of
from api.parameters import MetricParameters
from api.schemas import DetectorItem, MetricItem, MonthItem, PolicyItem, StatusItem
from api.v1.operations import get
from dashboards.selectors import freshness, reporting_by_month
from edits.clock import current_day
from edits.metrics import METRICS

router = Router(tags=["about"])


@get(router, "/metrics", list[MetricItem])
def list_metrics(request: HttpRequest) -> Any:
    """What is counted."""
    return [
        {
            "name": metric.name,
            "label": str(metric.label),
            "description": str(metric.description),
            "definitions": [str(definition.measure) for definition in metric.definitions],
            "breakdowns": [breakdown.name for breakdown in metric.breakdowns],
        }
        for metric in METRICS.values()
    ]


@get(router, "/detectors", list[DetectorItem])
def list_detectors(request: HttpRequest) -> Any:
    """The methods that judge months."""
    return [
        {
            "name": detector.name,
            "label": str(detector.label),
            "version": detector.version,
            "parameters": [{"name": name, "default": value} for name, value in detector.defaults().items()],
        }
        for detector in DETECTORS.values()
    ]


@get(router, "/policies", list[PolicyItem])
def list_policies(request: HttpRequest) -> Any:
    """Which detector judges which wikis. A wiki's own policy goes before its family's, and that before the site's."""
    return [
        {
            "policy_version": key_of(policy),
            "scope": f"project:{policy.project.domain}" if policy.project else policy.scope,
            "detector": policy.detector,
            "parameters": policy.parameters,
            "metrics": policy.metrics,
            "directions": policy.directions,
            "minimum_volume": policy.minimum_volume,
        }
        for policy in DetectionPolicy.objects.select_related("project")
    ]


@get(router, "/months", list[MonthItem])
def list_months(request: HttpRequest, query: Query[MetricParameters]) -> Any:
    """Months with any count of the metric, newest first: how many wikis reported them, and how many stood out."""
    reporting = reporting_by_month(METRICS[query.metric])
    standing = Alert.objects.shown(query.metric).standing().order_by()
    alerts = Counter(dict(standing.values_list("month").annotate(n=Count("pk"))))
    return [
        {"month": month, "reported": each.reported, "expected": each.expected, "alerts": alerts[month]}
        for month in reversed(reporting.months)
        for each in [reporting.coverage(month)]
    ]


@get(router, "/status", list[StatusItem])
def list_status(request: HttpRequest) -> Any:
    """How far the counts of each metric reach."""
    today = current_day()
    return [
        {
            "metric": name,
            "newest": each.newest,
            "expected_newest": each.expected,
            "reported": each.reported,
            "total": each.total,
            "stale": each.is_stale(today),
        }
        for name, metric in METRICS.items()
        for each in [freshness(metric, today)]
    ]
