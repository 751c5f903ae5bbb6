"""What may explain an alert: what went on, what can be found, and how well that is done."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from api.schemas.base import Answer, ItemSchema, counted


class EventItem(ItemSchema):
    """Something that went on from a first to a last day, both included: a contest, an outage, a change of software."""

    id: int
    title: str
    kind: str
    link: str = Field(description="Where it is described; empty where that is not known.")
    scope: list[str] = Field(description="Where: terms such as `all`, `family:wikipedia`, `language:hi`, `wiki:<domain>`.")
    touches: list[str] = Field(description="What it can move; empty where that is not known.")
    first_day: dt.date | None = Field(description="Null for a definition, which is true at all times.")
    last_day: dt.date | None
    participants: int | None = counted("How many signed up, where it is known.", "people")
    series: str | None = Field(description="The short name of the series whose edition it is.")
    grade: str = Field(description="How well it is known.")
    no_effect: bool = Field(description="Whether it is known to move no counts.")
    updated_at: dt.datetime
    url: str


class OverlapItem(Answer):
    """An alert during an event."""

    alert: int
    lowest: float | None = counted("The count against the upper bound of the usual range.", "per cent")
    highest: float | None = counted("The count against the lower bound of the usual range.", "per cent")


class EventWithAlerts(EventItem):
    """An event with what stood out during it, the rarest first."""

    alerts: list[OverlapItem] = Field(description="At most 25.")
    alerts_total: int = counted("How many there are.", "alerts")


class GroupRuleItem(Answer):
    """All wikis of a language, all of a family, or one wiki."""

    kind: str
    value: str


class GroupItem(ItemSchema):
    """A named set of wikis that everybody sees."""

    group: str = Field(description="Its short name.")
    name: str
    source: str = Field(description="Where the membership comes from.")
    projects: int = counted("How many wikis it has.", "wikis")
    rules: list[GroupRuleItem] = Field(description="What makes a wiki a member.")
    page: str = Field(description="The address of its page on this site.")


class CauseItem(Answer):
    """Who or what can have made a change."""

    cause: str
    name: str
    hypotheses: list[str] = Field(description="Those of which a finding leads to it.")


class HypothesisItem(Answer):
    """A possible explanation that is looked into for each alert, with what became of what it suggested."""

    hypothesis: str
    name: str
    cause: str | None = Field(description="The cause that a finding leads to, where it says who or what it was.")
    category: str = Field(description="The kind of cause that it suggests to moderators; empty for none.")
    accepted: int = counted("Its suggestions that the alert has as its category.", "alerts")
    changed: int = counted("Its suggestions in the place of which another category was given.", "alerts")
    refused: int = counted("Its suggestions on alerts that were dismissed.", "alerts")
    share: float | None = counted("Of those decided, the share that was accepted; null without any.", "share of 1")
