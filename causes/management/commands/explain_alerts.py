"""Say of each alert what the stored facts tell of its cause."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from causes.services import explain_alerts


class Command(BaseCommand):
    help = "Explains the alerts that have no explanation yet, or one of other figures."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="explain every alert anew")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{explain_alerts(again=options['all'])}.")
