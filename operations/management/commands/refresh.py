"""All steps at once: the list of wikis, what is missing or due, and the alerts that follow."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from edits.management.fetching import WikimediaCommand


class Command(WikimediaCommand):
    help = "Renew the list of wikis, fetch what is missing or due, and look for peaks. Takes the options of fetch_counts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        self.add_fetch_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Each step is done even when the one before failed in part; the exit code tells of any failure."""
        session, failed = self.session(), []
        for step in (
            lambda: self.sync(session, now=timezone.now()),
            lambda: self.fetch(session, options),
            lambda: call_command("detect_alerts", today=options["today"], stdout=self.stdout),
        ):
            try:
                step()
            except CommandError as error:
                if error.returncode == 130:  # Ctrl-C ends all of it
                    raise
                self.stderr.write(str(error))
                failed.append(error)
        if failed:
            raise CommandError(f"{len(failed)} of 3 steps failed in part; what could be done is done.")
