"""E11: a worker is killed with signal 9 while Wikimedia holds an answer back: what it had stays, the rest is asked again."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest
from django.conf import settings
from django.db import connection

from alerts.models import Alert
from causes.case_files.contents import CONTENTS, MAX_REQUESTS
from causes.case_files.services import due_case_files, request_case_files
from causes.models import CaseFile
from edits.wikimedia.session import Session
from tests.causes.case_files.conftest import Work
from tests.end_to_end.processes import wait_until
from tests.replay.fixtures import NOW
from tests.replay.server import ReplayServer

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
HELD = 5.0  # seconds for which an answer is held back
WORKER = """
import datetime as dt, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django
django.setup()
from django.db import connections
from causes.case_files.fetching import fetch_case_file
from edits.wikimedia.factory import open_session

database, alert, now, analytics_url, wiki_api_url, key_prefix = sys.argv[1:]
connections["default"].settings_dict["NAME"] = database
session = open_session(analytics_url=analytics_url, wiki_api_url=wiki_api_url, key_prefix=key_prefix, max_per_minute=None)
fetch_case_file(alert_id=int(alert), session=session, clock=lambda: dt.datetime.fromisoformat(now))
"""


def kill_worker(alert: Alert, replay: ReplayServer, session: Session, now: dt.datetime, *, at: str) -> None:
    """Let a process work on the file of `alert`, and kill it while it waits for the answer with `at` in its path."""
    replay.heal()
    replay.fault("hang", match=at, value=HELD)
    asked = len(replay.paths)
    config = session.config
    arguments = [str(connection.settings_dict["NAME"]), str(alert.pk), now.isoformat()]
    urls = [config.analytics_url, config.wiki_api_url, config.key_prefix]
    environment = os.environ | {"PYTHONPATH": str(settings.BASE_DIR)}
    connection.close()
    command = [sys.executable, "-c", WORKER, *arguments, *urls]
    with subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stderr=subprocess.PIPE) as worker:
        wait_until(
            lambda: worker.poll() is not None or any(at in path for path in replay.paths[asked:]), what="the held answer"
        )
        worker.kill()
        _out, errors = worker.communicate(timeout=30)
    replay.heal()
    assert worker.returncode == -signal.SIGKILL, errors.decode()


@pytest.mark.django_db(transaction=True)
def test_e11_a_killed_worker_leaves_what_it_had_to_the_next(
    alert: Alert, work: Work, replay: ReplayServer, session: Session
) -> None:
    request_case_files(alerts=Alert.objects.all(), now=NOW)
    kill_worker(alert, replay, session, NOW, at="registered-users")
    left = CaseFile.objects.get()
    assert (left.state, left.attempts, bool(left.claim)) == (CaseFile.State.WAITING, 1, True)
    assert set(left.contents) == {"days", "accounts", "pages", "editors"}  # those before the one that was held back
    assert not due_case_files(now=NOW)  # as far as anybody knows it is being worked on
    later = NOW + dt.timedelta(minutes=6)
    assert due_case_files(now=later) == [alert.pk]

    asked = len(replay.paths)
    file = work(alert, later, opened=False)
    assert file is not None
    file = CaseFile.objects.get()
    assert {name: entry["state"] for name, entry in file.contents.items()} == dict.fromkeys(CONTENTS, "known")
    assert (file.state, file.claim, file.attempts) == (CaseFile.State.COMPLETE, "", 0)
    assert sum(map(sum, file.contents["days"]["data"]["cells"].values())) == alert.count
    repeated = sum(CONTENTS[name].requests for name in left.contents)
    assert len(replay.paths) - asked <= MAX_REQUESTS - repeated
    assert not due_case_files(now=later + DAY)


@pytest.mark.django_db(transaction=True)
def test_e11_a_file_that_kills_its_worker_each_time_is_parked(
    alert: Alert, work: Work, replay: ReplayServer, session: Session, session_for: Callable[..., Session]
) -> None:
    request_case_files(alerts=Alert.objects.all(), now=NOW)
    for attempt in range(3):
        kill_worker(alert, replay, session, NOW + attempt * HOUR, at="user/content/daily")
    assert not due_case_files(now=NOW + DAY)
    assert CaseFile.objects.get().state == CaseFile.State.PARKED
    another = session_for(key_prefix="another")  # in the budget of the first, the killed hold all places for some minutes
    file = work(alert, NOW + DAY, session=another)  # asked for by a person
    assert file is not None
    assert file.contents["days"]["state"] == "known"
