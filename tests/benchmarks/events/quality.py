"""Whether the right event is matched first, and how often one is proposed where nothing is known to have happened."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from alerts.models import Alert, Direction
from edits.metrics import METRICS
from edits.models import Project
from edits.months import parse_month
from events import selectors
from events.importers.identity import plain_title
from events.matching import Question
from events.selectors import Proposal

SEED = 20261129
MAX_SHOWN = 8
MEASURED = ("edits", "active_editors")


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign whose month is recorded with a count far above the months before it."""

    project: str
    month: dt.date
    name: str


def recorded_campaigns(folder: Path) -> list[Campaign]:
    """The campaigns of labelled-events that have a count, each month once."""
    with gzip.open(folder / "labelled-events.csv.gz", "rt", encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["kind"] == "campaign" and row["value"]]
    return sorted(
        {Campaign(row["project"], parse_month(row["start"][:7]), row["event"].split("(")[0].strip()) for row in rows},
        key=lambda campaign: (campaign.project, campaign.month),
    )


def matched_first(campaign: Campaign) -> bool:
    """Whether the campaign is proposed, and before every other event, for that month of its wiki."""
    project = Project.objects.get(domain=campaign.project)
    found = [proposal for proposal in proposals_of(project, "active_editors", campaign.month) if proposal.fit.is_proposed]
    return bool(found) and plain_title(found[0].event.title) == plain_title(campaign.name)


def proposals_of(project: Project, metric: str, month: dt.date) -> list[Proposal]:
    """What would be proposed if that month had stood out upwards."""
    question = Question(metric, month, selectors.month_end(month))
    events = selectors.overlapping(project, question.first_day, question.last_day, before=selectors.MAX_AFTERMATH)
    return selectors.match(project, question, events)


def proposed_for_months(count: int) -> tuple[float, list[tuple[str, int]]]:
    """The share of random wiki-months with counts for which an event is proposed, and which events those are."""
    dice, names = random.Random(SEED), Counter[str]()  # noqa: S311 - a sample
    for metric in MEASURED:
        known = METRICS[metric].model._default_manager.values_list("project", "month").distinct().order_by("project", "month")
        for project, month in dice.sample(list(known), count // len(MEASURED)):
            _count(names, proposals_of(Project.objects.get(pk=project), metric, month))
    return names.total() / count, names.most_common(MAX_SHOWN)


def proposed_for_alerts(count: int) -> tuple[float, list[tuple[str, int]]]:
    """The share of random peaks for which an event is proposed: the calendar knows few of their reasons."""
    peaks = list(Alert.objects.standing().filter(direction=Direction.PEAK).select_related("project").order_by("pk"))
    sample = random.Random(SEED).sample(peaks, min(count, len(peaks)))  # noqa: S311 - a sample
    names = Counter[str]()
    for alert in sample:
        _count(names, selectors.proposals(alert))
    return names.total() / len(sample), names.most_common(MAX_SHOWN)


def _count(names: Counter[str], found: list[Proposal]) -> None:
    best = next((proposal for proposal in found if proposal.fit.is_proposed), None)
    if best:
        names[best.event.title] += 1
