"""`manage.py verify`"""

from __future__ import annotations

import time
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from operations.invariants import INVARIANTS, MAX_SHOWN


class Command(BaseCommand):
    help = "Check that the stored data is consistent; reads only. Ends with 1, and names what it found, if it is not."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = 0
        for invariant in INVARIANTS:
            started = time.monotonic()
            found = list(islice(invariant.problems(), MAX_SHOWN + 1))
            self.stdout.write(f"{'FAIL' if found else 'ok  '} {invariant.name} ({time.monotonic() - started:.1f} s)")
            for problem in found[:MAX_SHOWN]:
                self.stdout.write(f"       {problem}")
            if len(found) > MAX_SHOWN:
                self.stdout.write("       … and more")
            broken += bool(found)
        if broken:
            raise CommandError(f"{broken} of {len(INVARIANTS)} invariants do not hold")
        self.stdout.write(f"All {len(INVARIANTS)} invariants hold.")
