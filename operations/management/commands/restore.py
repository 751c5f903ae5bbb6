"""`manage.py restore FILE.gz`"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from operations.backup.archive import BackupError
from operations.backup.services import restore


class Command(BaseCommand):
    help = (
        "Make the database what a backup holds, and bring its tables up to date. The file is proven whole and loaded beside "
        "before anything is touched; what was here is kept under another name. Stop the site before."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--overwrite", action="store_true", help="set aside what the database holds now")

    def handle(self, *args: Any, file: Path, overwrite: bool, **options: Any) -> None:
        contradictions: list[CommandError] = []

        def verify() -> None:
            try:
                call_command("verify", stdout=self.stdout)
            except CommandError as error:
                contradictions.append(error)

        try:
            manifest, kept = restore(path=file, now=timezone.now(), overwrite=overwrite, before_swap=verify)
        except BackupError as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            raise CommandError(f"The database does not answer: {error}") from error
        self.stdout.write(f"Restored from {file}, made {manifest.made} by version {manifest.version}. It is complete.")
        if kept:
            self.stdout.write(f"What was here before is kept as {kept}: remove it when you do not need it any more.")
        for found in contradictions:
            self.stderr.write(f"Apart from that, the data of the backup contradict themselves, as listed above: {found}.")
