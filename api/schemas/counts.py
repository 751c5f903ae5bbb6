"""The counts of one wiki."""

from __future__ import annotations

from pydantic import Field

from api.schemas.alerts import AlertItem
from api.schemas.base import Answer, ItemSchema, MonthText, counted


class CountItem(ItemSchema):
    """One month of one metric of one wiki. A month without a count has nulls: missing is not zero."""

    month: MonthText
    count: int | None = counted("The count; null where it is missing.")
    expected: float | None = counted("The expected count.")
    lower: float | None = counted("The lower bound of the usual range.")
    upper: float | None = counted("The upper bound of the usual range.")
    rolling_mean: float | None = counted("The mean of the 36 months before.")
    classic_threshold: float | None = counted("What the classic rule would call a peak: 30 % above that mean.")
    alert: int | None = Field(description="The id of the alert that was raised in this month.")
    by_editor_type: dict[str, int | None] = Field(description="The parts of the count, where they are known; else empty.")


class CountsOfProject(Answer):
    """A wiki's series of one metric."""

    project: str
    metric: str
    definition: str = Field(description="What is counted.")
    licence: str = Field(description="Of the counts.")
    items: list[CountItem]


class HistoryOfProject(Answer):
    """All that is stored of one wiki."""

    project: str
    licence: str = Field(description="Of the counts.")
    metrics: list[CountsOfProject]
    alerts: list[AlertItem]
