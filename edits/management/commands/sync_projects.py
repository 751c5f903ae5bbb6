"""Take over Wikimedia's list of wikis."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from edits.management.fetching import WikimediaCommand


class Command(WikimediaCommand):
    help = "Take over Wikimedia's list of wikis: new, renamed and closed ones. When it cannot be had, nothing changes."

    def handle(self, *args: Any, **options: Any) -> None:
        self.sync(self.session(), now=timezone.now())
