"""`manage.py import_legacy mysql://user:password@host/database`"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from edits.clock import current_day
from edits.models import ActivityLevel, Project
from operations.legacy.reading import NotLegacy, legacy_database
from operations.legacy.report import TableReport
from operations.legacy.storing import ORIGINAL_LEVEL, Importer


class Command(BaseCommand):
    help = (
        "Take over counts, alerts and labels of a database of the original tool. It is only read. What is stored here "
        "already is kept; a second run changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "url",
            nargs="?",
            default="",
            help="of the old database; better given as LEGACY_DATABASE_URL, since a command line can be seen by others",
        )
        parser.add_argument("--dry-run", action="store_true", help="do all of it, report, and take it back")
        parser.add_argument("--report", type=Path, help="write the report, with every row that was not taken over, as JSON")
        parser.add_argument(
            "--editor-level",
            choices=ActivityLevel.values,
            default=ORIGINAL_LEVEL,
            help=f"whom the old installation counted as editors (default: {ORIGINAL_LEVEL}, as the original did)",
        )

    def handle(self, *args: Any, url: str, dry_run: bool, report: Path | None, editor_level: str, **options: Any) -> None:
        url = url or settings.LEGACY_DATABASE_URL
        if not url:
            raise CommandError("Name the old database: LEGACY_DATABASE_URL=mysql://user:password@host/name")
        if not Project.objects.exists():
            raise CommandError("No wiki is known here yet: run `manage.py sync_projects` or `load_snapshot` first.")
        if report is not None:
            _refuse_unwritable(report)
        try:
            with legacy_database(url) as connection:
                Importer(connection, current_day(), editor_level).run(
                    dry_run=dry_run, before_commit=lambda reports: self._tell(reports, report)
                )
        except NotLegacy as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            raise CommandError(f"A database stopped answering: {error}. Nothing was taken over.") from error
        except OSError as error:
            raise CommandError(f"{report} cannot be written: {error.strerror}. Nothing was taken over.") from error
        self.stdout.write("Dry run: nothing was changed." if dry_run else "Taken over. Now run `manage.py detect_alerts`.")

    def _tell(self, reports: Mapping[str, TableReport], path: Path | None) -> None:
        for table, outcome in reports.items():
            self.stdout.write("\n".join([f"{table}: {outcome.lines()[0]}", *outcome.lines()[1:]]))
        if path is not None:
            told = {table: outcome.as_json() for table, outcome in reports.items()}
            path.write_text(json.dumps(told, indent=1, ensure_ascii=False, default=str) + "\n", encoding="utf-8")


def _refuse_unwritable(path: Path) -> None:
    """Before anything is read: who asks for a report wants to read it."""
    try:
        with open(path, "a", encoding="utf-8"):
            pass
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}. Name another file for --report.") from error
