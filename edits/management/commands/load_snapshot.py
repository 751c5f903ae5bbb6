"""Load a folder of recorded data."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from edits.records import BadRecord
from edits.snapshot.files import SnapshotError
from edits.snapshot.services import load_snapshot


class Command(BaseCommand):
    help = "Store the projects and monthly counts of a folder of recorded data. A second run changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="a folder with sitematrix*.json and monthly-*.csv, plain or gzipped")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        if not folder.is_dir():
            raise CommandError(f"{folder} is not a folder: name one with sitematrix*.json and monthly-*.csv")
        with tqdm(unit=" month counts", desc=f"Loading {folder.name}", disable=None) as bar:
            try:
                snapshot = load_snapshot(folder=folder, on_start=bar.reset, progress=bar.update)
            except (SnapshotError, BadRecord) as error:
                raise CommandError(f"Nothing was stored. {error}") from error
            except KeyboardInterrupt:
                raise CommandError("Interrupted. What is stored stays; the same command goes on from there.") from None
        self.stdout.write(f"{len(snapshot.projects):,} projects, {snapshot.months:,} month counts from {folder}")
        if snapshot.left_out:
            names = ", ".join(sorted(snapshot.left_out))
            self.stdout.write(f"Left out, since no list of wikis has them: {names}")
