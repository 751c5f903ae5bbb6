"""Writes of explanations: the machine's word, beside the alert. What people say of an alert is never touched from here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

from django.db.models import F, Max, Q, QuerySet

from alerts.models import Alert, Status
from causes.evidence import Evidence
from causes.gathering import gather
from causes.hypotheses.registry import explain
from causes.models import Explanation
from causes.suggestions import suggestion_of
from database.transactions import retried_transaction
from database.upsert import upsert
from edits.models import EditCount, FetchTarget

VERSION = 5  # of the hypotheses and of what is gathered: another one explains everything anew
AT_ONCE = 200  # alerts in one transaction


@dataclass(frozen=True, slots=True)
class ExplainResult:
    """How many alerts were explained, and for how many of them a cause was found."""

    explained: int = 0
    with_cause: int = 0

    def __str__(self) -> str:
        return f"{self.explained:,} alerts explained, {self.with_cause:,} with a cause"


def unexplained() -> QuerySet[Alert]:
    """The alerts without an explanation, or with one of other figures or other hypotheses, or older than their case file.

    Those that were withdrawn are left alone.
    """
    same = Q(
        explanation__explained_count=F("count"),
        explanation__rules_version=VERSION,
    ) & (Q(explanation__explained_expected=F("expected")) | Q(explanation__explained_expected=None, expected=None))
    file_is_newer = Q(case_file__fetched_at__gt=F("explanation__updated_at"))
    found = Alert.objects.exclude(status=Status.WITHDRAWN).filter(Q(explanation=None) | ~same | file_is_newer)
    return found.order_by("project_id", "month", "pk")


def explain_alerts(
    *, project_ids: Collection[int] | None = None, alert_ids: Collection[int] | None = None, again: bool = False
) -> ExplainResult:
    """Explain what is `unexplained` (or, with `again`, every alert), of some projects or alerts, or all.

    Alerts of one project are explained together. Safe to call at the same time elsewhere: both write the same.
    """
    alerts = Alert.objects.exclude(status=Status.WITHDRAWN).order_by("project_id", "month", "pk") if again else unexplained()
    if project_ids is not None:
        alerts = alerts.filter(project__in=project_ids)
    if alert_ids is not None:
        alerts = alerts.filter(pk__in=alert_ids)
    explained = with_cause = 0
    ids = list(alerts.values_list("pk", flat=True))
    for start in range(0, len(ids), AT_ONCE):
        found = _explain(ids[start : start + AT_ONCE])
        explained += len(found)
        with_cause += sum(bool(each.hypothesis) for each in found)
    return ExplainResult(explained, with_cause)


@retried_transaction
def _explain(ids: Sequence[int]) -> list[Explanation]:
    alerts = list(Alert.objects.filter(pk__in=ids).exclude(status=Status.WITHDRAWN))
    evidence = gather(alerts)
    dates = _fetch_dates({alert.project_id for alert in alerts})
    explanations = [_explanation(alert, evidence[alert.pk], dates.get(alert.project_id)) for alert in alerts]
    upsert(
        explanations,
        key=("alert_id",),
        update=(
            "cause", "hypothesis", "strength", "findings", "evidence", "explained_count", "explained_expected", "cells_as_of",
            "rules_version", "suggestion", "updated_at",
        ),
    )  # fmt: skip
    return explanations


def _explanation(alert: Alert, evidence: Evidence, fetched: dt.datetime | None) -> Explanation:
    explained = explain(evidence)
    first = explained.first
    return Explanation(
        alert=alert,
        cause=explained.cause,
        hypothesis=first.hypothesis if first else "",
        strength=int(first.strength) if first else 0,
        suggestion=suggestion_of(first) if first else "",
        findings=[asdict(finding) | {"strength": int(finding.strength)} for finding in explained.findings],
        evidence=evidence.as_json(),
        explained_count=alert.count,
        explained_expected=alert.expected,
        cells_as_of=fetched if evidence.kinds else None,
        rules_version=VERSION,
    )


def _fetch_dates(project_ids: Collection[int]) -> dict[int, dt.datetime]:
    """When the parts of each project's edits were last fetched: all of one fetch. Of recorded data, when they were stored."""
    stored = EditCount.objects.filter(project__in=project_ids).exclude(editor_type="all-editor-types")
    dates = dict(stored.values("project_id").annotate(newest=Max("updated_at")).values_list("project_id", "newest"))
    answered = FetchTarget.objects.filter(project__in=project_ids, metric="edits").exclude(answered_at=None)
    found = dates | dict(answered.values_list("project_id", "answered_at"))
    return {project: moment for project, moment in found.items() if moment is not None}
