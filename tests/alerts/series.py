"""Small stored series for tests of detection, and the sweep over them."""

from __future__ import annotations

import datetime as dt

from alerts import services
from alerts.models import Alert, DetectionPolicy, DetectionState
from curation.vocabulary import reason_in_words
from edits.models import EditCount, Project
from edits.months import add_months
from tests.factories import NOW

FIRST = dt.date(2020, 1, 1)
TODAY = dt.date(2026, 8, 28)


def counts(*values: int | None) -> dict[dt.date, int]:
    """Consecutive months from FIRST on; None leaves one out."""
    return {month(place): value for place, value in enumerate(values) if value is not None}


def month(place: int) -> dt.date:
    return add_months(FIRST, place)


def revise(project: Project, place: int, count: int) -> None:
    EditCount.objects.update_or_create(
        project=project, month=month(place), page_type="content", editor_type="all-editor-types",
        defaults={"edit_count": count},
    )  # fmt: skip


def detect(today: dt.date = TODAY, now: dt.datetime = NOW) -> dict[str, int]:
    """Sweep the edits; what moves were made how often."""
    (result,) = services.detect_alerts(today=today, now=now, metrics=("edits",))
    return {move.value: count for move, count in result.moves.items()}


def reasons(alert: Alert) -> list[str]:
    """The reasons in the history as pages say them, oldest first."""
    stored = alert.history.order_by("history_id").values_list("history_change_reason", flat=True)
    return [reason_in_words(each) for each in stored]


def everything() -> tuple[object, ...]:
    """All that a sweep may write."""
    return (
        list(Alert.objects.order_by("pk").values()),
        list(Alert.history.order_by("history_id").values()),
        list(DetectionState.objects.order_by("pk").values()),
    )


def judge_by(detector: str, **parameters: object) -> DetectionPolicy:
    """The site judges by this from now on."""
    policy = DetectionPolicy.objects.get(scope="site")
    policy.detector, policy.parameters = detector, parameters
    return services.policy_save(policy=policy, by=None)
