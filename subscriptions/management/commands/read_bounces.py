"""Read mails that came back, from a pipe of the mail server or from a folder."""

from __future__ import annotations

import mailbox
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from subscriptions.bounces import MAX_BYTES, Outcome, read

TRY_AGAIN = 75  # EX_TEMPFAIL: the mail server keeps the mail and hands it over later


class Command(BaseCommand):
    help = (
        "Read a mail that came back (a delivery status or a complaint) from standard input, or all new ones of a maildir, "
        "and send nothing more to the address that it is about. A report about no mail of this site changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--maildir", type=Path, help="a folder with new/, cur/ and tmp/; what was read is marked as seen")

    def handle(self, *args: Any, maildir: Path | None, **options: Any) -> None:
        try:
            if maildir is None:
                self._say("mail", read(sys.stdin.buffer.read(MAX_BYTES)))
            else:
                self._read_folder(maildir)
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {error}", returncode=TRY_AGAIN) from error

    def _read_folder(self, folder: Path) -> None:
        if not (folder / "new").is_dir():
            raise CommandError(f"{folder} is no maildir: it has no folder new/.")
        box = mailbox.Maildir(folder, create=False)
        for key in sorted(box.keys()):
            mail = box.get_message(key)
            if "S" in mail.get_flags():
                continue
            outcome = read(box.get_bytes(key))
            self._say(key, outcome)
            mail.set_subdir("cur")
            # What was refused or is no report is marked, too, so that somebody looks at it.
            mail.set_flags("FS" if outcome in (Outcome.REFUSED, Outcome.NO_REPORT) else "S")
            box[key] = mail

    def _say(self, name: str, outcome: Outcome) -> None:
        self.stdout.write(f"{name}: {outcome}")
