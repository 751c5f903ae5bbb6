"""Alerts, and what is said of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pydantic import Field

from api.schemas.base import Answer, ItemSchema, MonthText, counted


class AlertItem(ItemSchema):
    """One month of one metric of one wiki that stood out, in one direction."""

    id: int
    project: str
    dbname: str
    metric: str
    month: MonthText
    direction: str = Field(description="`peak` or `drop`.")
    figures_month: MonthText = Field(
        description="The month that the figures are of: the worst of the episode, which began in `month`."
    )
    count: int = counted("The count of that month.")
    rolling_mean: float | None = counted("The mean of the 36 months before.")
    threshold: float | None = counted("What the month had to reach by the rule that raised the alert.")
    percentage_difference: float | None = counted("The count against the expected value.", "per cent")
    expected: float | None = counted("The expected count.")
    lower: float | None = counted("The lower bound of the usual range.")
    upper: float | None = counted("The upper bound of the usual range.")
    excess: float | None = counted("The count minus the expected value; negative for a drop.")
    score: float | None = counted("How far out: comparable between wikis, negative for a drop.", "standard deviations")
    p_value: float | None = counted("The chance of a month at least this far out.", "probability")
    q_value: float | None = counted("The share of false alarms among alarms at least this rare in the month.", "probability")
    severity: str
    status: str
    category: str | None = Field(description="The kind of cause, by its short name.")
    label: str
    note: str | None = Field(description="The published note that stands beside the alert in lists.")
    parts: str = Field(description="Which parts stand out by themselves: `bots:peak,people:drop`, or an empty string.")
    shown_under_id: int | None = Field(description="The alert that lists show instead: that of the whole.")
    cause: str | None = Field(
        description="Who or what made the change, as far as the stored facts tell; null while it is not looked into."
    )
    episode_end: MonthText | None = Field(description="The last month of the episode, where it is longer than one month.")
    version: int = Field(description="Grows with each change: whoever decides says which version they saw.")
    provisional: bool = Field(description="Whether the month was not over when it was judged.")
    detector: str
    detector_version: str
    policy_version: str
    data_as_of: dt.datetime
    updated_at: dt.datetime
    url: str


class AlertWithEvidence(AlertItem):
    """An alert with the figures that it was raised on: enough to compute it again."""

    evidence: dict[str, Any]
    explanation: dict[str, Any] | None = Field(
        description="What the stored facts say of its cause: findings, best first, with figures. Null while none is stored."
    )


class AnnotationItem(ItemSchema):
    """A published note about an alert. Authors are not named here; the page of the alert names them."""

    id: int
    alert: int = Field(description="The id of the alert.")
    project: str
    metric: str
    month: MonthText
    text: str
    link: str
    headline: bool = Field(description="Whether it is the note that stands beside the alert in lists.")
    updated_at: dt.datetime


class CategoryItem(Answer):
    """A kind of cause."""

    category: str
    name: str


class WrittenNote(Answer):
    """A note that was sent, and what became of it."""

    id: int
    alert: int = Field(description="The id of the alert.")
    status: str = Field(description="`published`, or `pending`: it waits for review.")
    text: str
    link: str
