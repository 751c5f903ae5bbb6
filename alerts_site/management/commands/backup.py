"""`manage.py backup FILE.gz`"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from alerts_site.backup import backup


class Command(BaseCommand):
    help = "Write the whole database to one file, while the site goes on working."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="such as /var/backups/caa/2026-11-23.sql.gz; must not exist")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        size = backup(path=file)
        self.stdout.write(f"{file}: {size:,} bytes")
