"""Judge the stored months again by the rules of today, and tell what differs."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from alerts.engine.sweep import Overtaken
from alerts.management.differences import print_differences
from alerts.services import recompute_alerts
from edits.finding import UnknownProject, resolve_projects
from edits.metrics import METRICS
from edits.months import parse_month


class Command(BaseCommand):
    help = "Judge stored months again by the policies and detector versions of today. Writes nothing without --apply."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", help="only months from this one on, as YYYY-MM")
        parser.add_argument("--project", action="append", help="only this project (may be repeated)")
        parser.add_argument("--metric", choices=list(METRICS), action="append")
        parser.add_argument("--list", type=int, default=10, metavar="N", help="name the N worst raised and withdrawn (10)")
        parser.add_argument("--apply", action="store_true", help="change the alerts accordingly, with their history")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            since = parse_month(options["since"]) if options["since"] else None
        except ValueError as error:
            raise CommandError(str(error)) from error
        try:
            differences = recompute_alerts(
                since=since,
                project_ids=self._projects(options["project"]),
                metrics=options["metric"] or list(METRICS),
                apply=options["apply"],
            )
        except Overtaken as error:
            raise CommandError("A sweep stored other verdicts meanwhile: run this again.") from error
        print_differences(self.stdout, differences, listed=options["list"])
        if not options["apply"]:
            self.stdout.write("Nothing was written; --apply does it.")

    def _projects(self, names: list[str] | None) -> list[int] | None:
        if names is None:
            return None
        try:
            return [project.pk for project in resolve_projects(names)]
        except UnknownProject as error:
            raise CommandError(str(error)) from error
