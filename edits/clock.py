"""What day it is, for tasks and commands; everything below them takes `today` and `now` as parameters."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.utils import timezone


def current_day() -> dt.date:
    """Today, UTC; or the day that PRETEND_TODAY names, for a demonstration with recorded data."""
    pretended: dt.date | None = settings.PRETEND_TODAY
    return pretended or timezone.now().astimezone(dt.UTC).date()
