"""Judge what is new or changed, now."""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from alerts.services import detect_alerts
from edits.metrics import METRICS


class Command(BaseCommand):
    help = "Judge every month that is new or changed, and raise, revise and withdraw alerts. Safe to run at any time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--metric", choices=list(METRICS), action="append", help="only this metric (may be repeated)")
        parser.add_argument(
            "--today", type=dt.date.fromisoformat, help="the day to judge on, as YYYY-MM-DD: its month is not over"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        for result in detect_alerts(today=options["today"], metrics=tuple(options["metric"] or METRICS)):
            self.stdout.write(str(result))
