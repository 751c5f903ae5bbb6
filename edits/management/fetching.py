"""What the commands that talk to Wikimedia share: options, progress, and a summary that names every failure."""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from edits.clock import current_day
from edits.fetching import services
from edits.fetching.foreground import CannotFetch, fetch_in_foreground
from edits.fetching.selectors import held_back
from edits.finding import resolve_projects
from edits.metrics import fetched_metrics
from edits.models import FetchOutcome, FetchRun
from edits.months import parse_month
from edits.services import SyncResult
from edits.wikimedia.errors import WikimediaError
from edits.wikimedia.factory import open_session
from edits.wikimedia.session import Session

PATIENCE = 3700.0  # seconds; a person at a terminal would rather wait out a pause than start again
RESUME = "What was fetched is stored. Run the same command again to go on where it stopped."


def month(text: str) -> dt.date:
    try:
        return parse_month(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


class WikimediaCommand(BaseCommand):
    """A command that fetches; subclasses say what."""

    def add_fetch_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--metric", action="append", choices=fetched_metrics(), help="only this metric; may be repeated")
        parser.add_argument("--project", nargs="+", default=[], metavar="DOMAIN", help="only these, such as is.wikipedia.org")
        parser.add_argument("--since", type=month, metavar="YYYY-MM", help="ask again for all months since this one, at least")
        parser.add_argument("--backfill", action="store_true", help="ask again for the whole history")
        parser.add_argument("--today", type=dt.date.fromisoformat, metavar="YYYY-MM-DD", help="for tests and demonstrations")
        parser.add_argument(
            "--jobs", type=int, default=settings.WIKIMEDIA_MAX_IN_FLIGHT, help="threads (default: %(default)s)"
        )

    def session(self) -> Session:
        try:
            return open_session(patience=PATIENCE)
        except ValueError as error:
            raise CommandError(str(error)) from error

    def sync(self, session: Session, *, now: dt.datetime) -> SyncResult:
        try:
            result = services.sync_project_list(session=session, now=now)
        except WikimediaError as error:
            raise CommandError(f"The list of wikis could not be had; the last good one is kept. {error}") from error
        self.stdout.write(f"Wikis: {result}")
        for old, new in result.renamed:
            self.stdout.write(f"  {old} is now {new}")
        return result

    def fetch(self, session: Session, options: dict[str, Any]) -> None:
        """Fetch what the options ask for; CommandError when anything failed."""
        with tqdm(unit=" series", desc="Fetching", disable=None) as bar:

            def start(planned: int) -> None:
                bar.reset(total=planned)

            def count(outcomes: list[FetchOutcome]) -> None:
                bar.update(len(outcomes))

            try:
                run = fetch_in_foreground(
                    session=session,
                    today=options["today"] or current_day(),
                    metrics=options["metric"] or fetched_metrics(),
                    domains=options["project"],
                    since=options["since"],
                    backfill=options["backfill"],
                    jobs=options["jobs"],
                    on_start=start,
                    on_outcomes=count,
                )
            except CannotFetch as error:
                raise CommandError(str(error)) from error
            except KeyboardInterrupt:
                raise CommandError(f"Stopped. {RESUME}", returncode=130) from None
        problems = [*(self._summarise(run) if run else ()), *self._held_back(options)]
        if run is None and not problems:
            self.stdout.write("Nothing is due: each project has been asked today. Use --backfill or --since to ask again.")
        if problems:
            raise CommandError(f"{'; '.join(problems)}. {RESUME}")

    def _held_back(self, options: dict[str, Any]) -> list[str]:
        """Name what was asked for and is parked, or just being fetched by somebody else."""
        metrics = options["metric"] or fetched_metrics()
        domains = [project.domain for project in resolve_projects(options["project"])]
        targets = list(held_back(now=timezone.now(), metrics=metrics, domains=domains))
        for target in targets:
            if target.parked_at:
                why = f"parked. {target.last_error}. --project asks again"
            else:
                why = f"being fetched by run {target.claimed_by_id}"
            self.stderr.write(f"  {target.project.domain} {target.metric}: {why}")
        return [f"{len(targets)} series could not be asked"] if targets else []

    def _summarise(self, run: FetchRun) -> list[str]:
        """Say what a run brought; return what is wrong with it."""
        outcomes = list(run.outcomes.select_related("project").order_by("state", "project__domain", "metric"))
        new, revised = (sum(getattr(o, field) for o in outcomes) for field in ("new_count", "revised_count"))
        self.stdout.write(f"Run {run.pk}: {len(outcomes)} series, {new:,} new and {revised:,} revised month counts")
        for state in FetchOutcome.State:
            number = sum(outcome.state == state for outcome in outcomes)
            if number:
                self.stdout.write(f"  {state.label}: {number}")
        failed = [outcome for outcome in outcomes if outcome.error]
        for outcome in failed:
            self.stderr.write(f"  {outcome.project.domain} {outcome.metric}: {outcome.get_state_display()}. {outcome.error}")
        problems = [f"{len(failed)} series failed and will be asked again"] if failed else []
        if len(outcomes) < run.planned:
            problems.append(f"{run.planned - len(outcomes)} of {run.planned} series were left out")
        if run.state == FetchRun.State.ALL_FAILED and run.note:
            problems.append(f"the run was stopped, because everything failed alike. {run.note}")
        if run.state == FetchRun.State.INTERRUPTED:
            problems.append("the run was closed by another process, as one without a sign of life")
        return problems
