"""`manage.py dump`"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from api.dump.building import DumpError, build_dump, manifest_of


class Command(BaseCommand):
    help = "Write everything that others may have to compressed CSV files in DUMP_DIR, as the schedule does each night."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = build_dump(folder=settings.DUMP_DIR, now=timezone.now())
        except DumpError as error:
            raise CommandError(str(error)) from error
        for file in manifest_of(made)["files"]:
            self.stdout.write(f"{made / file['name']}: {file['rows']:,} rows, {file['bytes']:,} bytes")
