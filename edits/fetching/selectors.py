"""How fresh and how complete the facts are: what the status page, banners and health checks read."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Count, Max, Q, QuerySet

from edits.fetching.reporting import ReportingByMonth, reporting_by_month
from edits.fetching.runs import FAILURES
from edits.metrics import Metric, get_metric
from edits.models import FetchOutcome, FetchRun, FetchTarget, Project
from edits.months import add_months, last_complete_month

# A month appears some days after its end; when most projects still lack it on this day of the next month, it is late.
LATE_DAY = 15
MAX_LISTED = 50
# A failure is no progress: what failed is asked again.
DONE = Count("outcomes", filter=~Q(outcomes__state__in=FAILURES))
FAILED = Count("outcomes", filter=Q(outcomes__state__in=FAILURES))


@dataclass(frozen=True, slots=True)
class Freshness:
    """How far the counts of one metric reach.

    `newest` is the newest month that most projects reported, `expected` the newest month that has ended. `reported` of the
    `total` projects expected in `newest` have it; `lagging` holds the open ones that came not so far, with the last month they
    have (the first MAX_LISTED of them, those that stopped last before the others), `more_lagging` counts the rest. `silent` is
    how many open projects have no count at all.
    """

    metric: Metric
    expected: dt.date
    newest: dt.date | None
    reported: int
    reported_expected: int
    total: int
    silent: int
    lagging: Sequence[tuple[Project, dt.date]]
    more_lagging: int = 0

    @property
    def waiting(self) -> bool:
        """The newest month that has ended is not there for most projects yet."""
        return self.newest is None or self.newest < self.expected

    def is_stale(self, today: dt.date) -> bool:
        """A month is missing that should have been published by `today`."""
        if self.newest is None:
            return True
        return self.newest < add_months(self.expected, -1) or (self.waiting and today.day >= LATE_DAY)


def freshness(*, metric: str, today: dt.date, known: ReportingByMonth | None = None) -> Freshness:
    """How far the stored counts of `metric` reach. `known` spares looking up who reported when."""
    definition = get_metric(metric)
    found = reporting_by_month(definition) if known is None else known
    newest = found.newest_full()
    completeness = None if newest is None else found.coverage(newest)
    expected = last_complete_month(today)
    projects = {project.pk: project for project in Project.objects.open()}
    # By all columns of the unique key before the month: MariaDB then jumps from the end of one series to the end of the next.
    key = ("project_id", *definition.slice_fields)
    newest_of: dict[int, dt.date] = {}
    counted = {slice_ for each in definition.definitions for slice_ in each.slices}
    for project, *slice_, end in definition.model.objects.order_by().values_list(*key).annotate(end=Max("month")):
        if project in projects and tuple(slice_) in counted:
            newest_of[project] = max(end, newest_of.get(project, end))
    behind = [(project, month) for project, month in newest_of.items() if newest is not None and month < newest]
    behind.sort(key=lambda item: (-item[1].toordinal(), projects[item[0]].domain))
    return Freshness(
        metric=definition,
        expected=expected,
        newest=newest,
        reported=completeness.reported if completeness else 0,
        reported_expected=found.coverage(expected).reported,
        total=completeness.expected if completeness else 0,
        silent=len(projects) - len(newest_of),
        lagging=[(projects[project], month) for project, month in behind[:MAX_LISTED]],
        more_lagging=len(behind[MAX_LISTED:]),
    )


def recent_runs(*, limit: int = 10) -> QuerySet[FetchRun]:
    """The newest runs with the numbers that a list of them shows."""
    newest = list(FetchRun.objects.values_list("pk", flat=True)[:limit])  # first: else the outcomes of all runs are counted
    return FetchRun.objects.filter(pk__in=newest).annotate(done=DONE, failed=FAILED)


def running() -> FetchRun | None:
    """The run that is under way, with `done`, the number of its outcomes so far, and `failed`; None when there is none."""
    state = FetchRun.State.RUNNING
    return FetchRun.objects.filter(state=state, planned__gt=0).annotate(done=DONE, failed=FAILED).first()


def outage() -> FetchRun | None:
    """The newest run that asked Wikimedia, when everything failed in it: its note says why."""
    newest = FetchRun.objects.filter(source=FetchRun.Source.WIKIMEDIA).exclude(state=FetchRun.State.RUNNING).first()
    return newest if newest is not None and newest.state == FetchRun.State.ALL_FAILED else None


def outcome_states(*, run: FetchRun) -> list[tuple[str, int]]:
    """How often each state occurs among the outcomes of `run`, by its label, most frequent first."""
    states = Counter(run.outcomes.values_list("state", flat=True))
    return [(str(FetchOutcome.State(state).label), number) for state, number in states.most_common()]


def next_due() -> dt.datetime | None:
    """When the next project is due to be asked; None when none is waiting for its hour."""
    waiting = FetchTarget.objects.filter(parked_at=None, project__in=Project.objects.open())
    due: dt.datetime | None = waiting.order_by("due_at").values_list("due_at", flat=True).first()
    return due


def parked_targets() -> QuerySet[FetchTarget]:
    """What is asked no more until a person says so."""
    return FetchTarget.objects.exclude(parked_at=None).select_related("project")


def held_back(*, now: dt.datetime, metrics: Collection[str], domains: Collection[str] = ()) -> QuerySet[FetchTarget]:
    """What would be asked, were it not parked or just being fetched by another run."""
    busy = Q(claimed_until__gt=now, due_at__lte=now)
    held = busy | Q(parked_at__isnull=False)
    targets = FetchTarget.objects.filter(held, project__in=Project.objects.open(), metric__in=metrics)
    if domains:
        targets = targets.filter(project__domain__in=domains)
    return targets.select_related("project", "claimed_by")


def failed_sync() -> FetchRun | None:
    """The newest attempt to get the list of wikis, when it failed: the list that is shown is the last good one."""
    newest = FetchRun.objects.filter(source=FetchRun.Source.SITEMATRIX).exclude(state=FetchRun.State.RUNNING).first()
    return newest if newest is not None and newest.state != FetchRun.State.SUCCEEDED else None


def shown_source() -> str | None:
    """Where the counts that are shown came from; None on an empty site.

    Runs that asked Wikimedia in vain make recorded data no fresher.
    """
    counts = FetchRun.objects.exclude(source=FetchRun.Source.SITEMATRIX)
    if counts.filter(source=FetchRun.Source.WIKIMEDIA, outcomes__state=FetchOutcome.State.STORED).exists():
        return FetchRun.Source.WIKIMEDIA
    return counts.exclude(source=FetchRun.Source.WIKIMEDIA).values_list("source", flat=True).first()
