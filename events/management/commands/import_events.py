"""The command that reads events from a source."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from events.importers.registry import IMPORTERS
from events.importers.services import ImportFailed, events_session, import_events
from events.kinds import Kind

MAX_SHOWN = 20


class Command(BaseCommand):
    help = "Read events from a source, and say what was not understood. All of it is stored, or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", choices=IMPORTERS)
        parser.add_argument("place", nargs="?", default="", help="a file or an address, for csv and icalendar")
        parser.add_argument("--scope", default="", help="where the events take place, for icalendar: family:wikipedia")
        parser.add_argument("--kind", default=Kind.CAMPAIGN.value, choices=Kind.values, help="for icalendar")
        parser.add_argument("--review", action="store_true", help="new events wait for review")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")

    def handle(
        self, *args: Any, source: str, place: str, scope: str, kind: str, review: bool, dry_run: bool, **options: Any
    ) -> None:
        importer = IMPORTERS[source]
        if bool(importer.takes) != bool(place):
            raise CommandError(f"{source} takes {importer.takes}" if importer.takes else f"{source} takes no place")
        try:
            report = import_events(
                importer=importer, now=timezone.now(), place=place, scope=scope, kind=kind, session=events_session(),
                publish=not review, dry_run=dry_run,
            )  # fmt: skip
        except ImportFailed as error:
            raise CommandError(str(error)) from error
        for problem in report.problems[:MAX_SHOWN]:
            self.stdout.write(f"not understood: {problem.where}: {problem.what}")
        if len(report.problems) > MAX_SHOWN:
            self.stdout.write(f"… and {len(report.problems) - MAX_SHOWN:,} more")
        self.stdout.write(f"{'Dry run: ' if dry_run else ''}{report}.")
