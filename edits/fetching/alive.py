"""Signs of life while a chunk is at work: its run and its claims stay alive for as long as its worker does, and not longer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from django.conf import settings
from django.db import DatabaseError, connections

from edits.fetching.claims import renew
from edits.fetching.runs import Clock, touch_heartbeat
from edits.models import FetchRun, FetchTarget
from edits.wikimedia.session import Session

SIGNS = 5  # within the time of a lease


@contextmanager
def kept_alive(session: Session, run: FetchRun, targets: Sequence[FetchTarget], clock: Clock) -> Iterator[Session]:
    """`session`, while a thread beside it renews the run and the claims: one slow request may take longer than a lease.

    Work that has not gone on for as long as a task may take hangs, and is not kept alive.
    """
    before, last_step, ended = session.on_wait, [time.monotonic()], threading.Event()

    def on_wait() -> None:
        last_step[0] = time.monotonic()
        before()

    def renew_again_and_again(wait: Callable[[float], bool] = ended.wait) -> None:
        while not wait(settings.FETCH_LEASE_SECONDS / SIGNS):
            if time.monotonic() - last_step[0] > settings.CELERY_TASK_TIME_LIMIT:
                return
            try:
                with suppress(DatabaseError):  # away for a moment: the next sign may be heard
                    touch_heartbeat(run=run, now=clock())
                    renew(targets=targets, now=clock())
            finally:
                connections.close_all()

    thread = threading.Thread(target=renew_again_and_again, name="signs of life", daemon=True)
    thread.start()
    try:
        yield session.watched(on_wait)
    finally:
        ended.set()
        thread.join()
