"""What is counted, how it is judged, and how far the counts reach."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from api.schemas.base import Answer, MonthText, counted


class MetricItem(Answer):
    """Something that is counted."""

    name: str
    label: str
    description: str
    definitions: list[str] = Field(description="What is counted, best definition first; a wiki's series uses one of them.")
    breakdowns: list[str] = Field(description="How the counts are divided, where Wikimedia divides them.")


class ParameterItem(Answer):
    """A parameter of a detector."""

    name: str
    default: Any


class DetectorItem(Answer):
    """A method that judges months."""

    name: str
    label: str
    version: str
    parameters: list[ParameterItem]


class PolicyItem(Answer):
    """Which detector judges which wikis, and with which parameters."""

    policy_version: str = Field(description="As in the alerts that it raised.")
    scope: str = Field(description="`site`, `family:<family>` or `project:<domain>`.")
    detector: str
    parameters: dict[str, Any]
    metrics: list[str] = Field(description="Empty: all metrics.")
    directions: list[str] = Field(description="Empty: peaks and drops.")
    minimum_volume: int = counted("No alert below this count and this difference from the expected value.")


class MonthItem(Answer):
    """How complete a month is."""

    month: MonthText
    reported: int = counted("Wikis that have a count.", "wikis")
    expected: int = counted("Wikis that are expected to have one.", "wikis")
    alerts: int = counted("Alerts that were raised in the month and not withdrawn.", "alerts")


class StatusItem(Answer):
    """How far the counts of one metric reach."""

    metric: str
    newest: MonthText | None = Field(description="The newest month that most wikis reported.")
    expected_newest: MonthText = Field(description="The newest month that has ended.")
    reported: int = counted("Wikis that reported `newest`.", "wikis")
    total: int = counted("Wikis that are expected to report it.", "wikis")
    stale: bool = Field(description="Whether a month is missing that should have been published by now.")
