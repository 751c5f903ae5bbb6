"""Small makers of rows. Each takes what the test cares about and fills in the rest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from alerts.models import Alert
from edits.families import family_of
from edits.models import EditCount, EditorType, PageType, Project
from edits.months import add_months, month_of
from operations import services

PARTS = ("beat", "worker:default", "worker:wikimedia")  # of the site that leave signs of life
NOW = dt.datetime(2026, 8, 28, 12, tzinfo=dt.UTC)


def make_project(domain: str = "is.wikipedia.org", **values: Any) -> Project:
    code, family = domain.split(".")[0], family_of(domain)
    defaults = {
        "dbname": code.replace("-", "_") + {"wikipedia": "wiki"}.get(family, family),
        "family": family,
        "language_code": code,
        "language_name": code,
        "language_name_en": code,
        "site_name": family.capitalize(),
    }
    return Project.objects.create(domain=domain, **(defaults | values))


def make_edit_counts(
    project: Project,
    counts: Mapping[dt.date, int],
    page_type: str = PageType.CONTENT,
    editor_type: str = EditorType.ALL,
) -> None:
    EditCount.objects.bulk_create(
        EditCount(project=project, month=month, page_type=page_type, editor_type=editor_type, edit_count=count)
        for month, count in counts.items()
    )


def make_alert(project: Project, month: dt.date = dt.date(2022, 11, 1), **values: Any) -> Alert:
    defaults = {
        "metric": "edits",
        "count": 9579,
        "expected": 3016.0,
        "upper": 5023.0,
        "excess": 6563.0,
        "threshold": 5023.0,
        "percentage_difference": 217.6,
        "score": 5.0,
        "severity": "extreme",
        "detector": "expected_band",
        "detector_version": "1.0",
        "data_as_of": NOW,
        "raised_count": 9579,
        "raised_at": NOW,
    }
    return Alert.objects.create(project=project, month=month, **(defaults | values))


def all_is_well() -> None:
    """Every part of the site has just left a sign of life, and last month is stored."""
    now = timezone.now()
    for part in PARTS:
        services.touch_heartbeat(name=part, now=now)
    make_edit_counts(make_project(), {add_months(month_of(now.date()), -1): 5})
