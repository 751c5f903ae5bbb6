"""`manage.py restore FILE.gz`"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from alerts_site.backup import restore


class Command(BaseCommand):
    help = "Make the database what a backup holds, bring its tables up to date and verify it. Stop the site before."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--overwrite", action="store_true", help="lose what the database holds now")

    def handle(self, *args: Any, file: Path, overwrite: bool, **options: Any) -> None:
        restore(path=file, overwrite=overwrite)
        call_command("migrate", interactive=False, verbosity=0)
        call_command("verify", stdout=self.stdout)
        self.stdout.write(f"Restored from {file}.")
