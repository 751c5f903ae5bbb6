"""Judgements: which months are unusual, and what became of each."""

from __future__ import annotations

from alerts.choices import Direction, Severity, Status, Withdrawal
from alerts.expectations import Expectation
from alerts.models.alert import (
    DETECTOR_FIELDS,
    HUMAN_FIELDS,
    LIFECYCLE_FIELDS,
    MAX_LABEL_LENGTH,
    SHOWING_FIELDS,
    WORST_FIRST,
    Alert,
    AlertQuerySet,
    concerning,
)
from alerts.models.policy import Category, DetectionPolicy
from alerts.models.state import DetectionState, DetectionSweep

__all__ = [
    "DETECTOR_FIELDS", "HUMAN_FIELDS", "LIFECYCLE_FIELDS", "MAX_LABEL_LENGTH", "SHOWING_FIELDS", "WORST_FIRST", "Alert",
    "AlertQuerySet", "Category", "DetectionPolicy", "DetectionState", "DetectionSweep", "Direction", "Expectation", "Severity",
    "Status", "Withdrawal", "concerning",
]  # fmt: skip
