"""Fetch monthly counts from Wikimedia."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from edits.management.fetching import WikimediaCommand


class Command(WikimediaCommand):
    help = (
        "Fetch what is missing or due for revision; with --project, --since or --backfill ask again, due or not. "
        "Can be stopped and started again at any time."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        self.add_fetch_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        self.fetch(self.session(), options)
