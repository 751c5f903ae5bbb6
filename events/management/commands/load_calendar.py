"""The command that loads the calendar that comes with the site."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from events.importers.services import load_calendar


class Command(BaseCommand):
    help = "Load the shipped calendar of recurring campaigns and known breaks. What a person edited is left alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        report = load_calendar(now=timezone.now(), dry_run=dry_run)
        self.stdout.write(f"{'Dry run: ' if dry_run else ''}{report}.")
