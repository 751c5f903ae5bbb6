"""`manage.py backup FILE.gz`"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from operations.backup.archive import BackupError
from operations.backup.services import backup


class Command(BaseCommand):
    help = "Write the whole database to one file, while the site goes on working."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="such as /var/backups/caa/2026-11-23.sql.gz; must not exist")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            size = backup(path=file, now=timezone.now())
        except BackupError as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            raise CommandError(f"The database does not answer: {error}") from error
        self.stdout.write(f"{file}: {size:,} bytes")
