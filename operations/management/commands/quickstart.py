"""Prepare the site for `make run`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from edits.records import BadRecord
from edits.snapshot.files import SnapshotError
from operations import quickstart


class Command(BaseCommand):
    help = "Migrate, get real data, detect peaks, create the first administrator. What is done already is left alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, choices=range(1, 65536), metavar="PORT", default=8000)
        parser.add_argument("--chart-bundle", action="store_true", help="fetch plotly's small bundle, where npm can")

    def handle(self, *args: Any, host: str, port: int, chart_bundle: bool, **options: Any) -> None:
        try:
            self.prepare(host, port, chart_bundle)
        except (quickstart.PortInUse, SnapshotError, BadRecord) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            raise CommandError("Interrupted. What is stored stays; the next start goes on from there.") from None

    def prepare(self, host: str, port: int, chart_bundle: bool) -> None:
        quickstart.check_port(host, port)
        if chart_bundle:
            call_command("fetch_chart_bundle", stdout=self.stdout)
        self.stdout.write("Preparing the database …")
        call_command("migrate", verbosity=0, interactive=False)
        quickstart.ensure_data(self.stdout.write)
        quickstart.ensure_alerts(self.stdout.write)
        quickstart.ensure_calendar(self.stdout.write)
        quickstart.ensure_explanations(self.stdout.write)
        credentials = quickstart.ensure_administrator()
        self.stdout.write("\nReady.\n" + quickstart.summary(url=f"http://{host}:{port}/", credentials=credentials))
        self.stdout.write("\nCtrl-C ends the site and its workers.\n")
