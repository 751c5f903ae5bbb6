"""The commands: what they print, what they store, and their exit codes."""

from __future__ import annotations

import datetime as dt
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from edits.fetching.claims import claim, ensure_targets
from edits.fetching.plan import MAX_ATTEMPTS
from edits.fetching.runs import close, close_orphans, open_sweep
from edits.models import EditCount, FetchRun, FetchTarget, Project
from edits.signals import counts_changed
from tests.end_to_end.processes import ROOT, wait_until
from tests.replay.data import ALL
from tests.replay.fixtures import NOW, SERIES, TODAY
from tests.replay.server import ReplayServer


@pytest.fixture(autouse=True)
def _settings(replay: ReplayServer, settings: object) -> None:
    settings.WIKIMEDIA_ANALYTICS_URL = replay.analytics_url  # type: ignore[attr-defined]
    settings.WIKIMEDIA_SITEMATRIX_URL = replay.sitematrix_url  # type: ignore[attr-defined]
    settings.WIKIMEDIA_MAX_PER_MINUTE = 0  # type: ignore[attr-defined]
    settings.REDIS_KEY_PREFIX = f"test-{replay.url}"  # type: ignore[attr-defined]


def run(name: str, **options: object) -> str:
    out, err = StringIO(), StringIO()
    defaults = {} if name == "sync_projects" else {"today": TODAY, "jobs": 1}
    try:
        call_command(name, stdout=out, stderr=err, **(defaults | options))
    except CommandError as error:
        return f"{out.getvalue()}{err.getvalue()}ERROR {error.returncode}: {error}"
    return out.getvalue()


def test_refresh_does_all_steps(db: None) -> None:
    said = run("refresh")
    assert "Wikis: 5 new, 0 changed, 0 renamed, 0 left the list" in said
    assert re.search(rf"Run \d+: {SERIES} series", said)
    assert f"stored: {SERIES}" in said
    assert "edits: judged" in said
    assert EditCount.objects.filter(editor_type=ALL).count() == 4 * 35
    assert "Nothing is due" in run("fetch_counts")


def test_each_failure_is_named_with_its_reason(db: None, replay: ReplayServer) -> None:
    run("sync_projects")
    replay.fault("html", match="/edits/aggregate/is.wikipedia")
    said = run("fetch_counts")
    assert f"stored: {SERIES - 1}" in said
    assert "is.wikipedia.org edits: bad payload. The answer is not JSON" in said
    assert "ERROR 1: 1 series failed and will be asked again." in said


def test_options_narrow_and_widen(db: None, replay: ReplayServer) -> None:
    run("sync_projects")
    run("fetch_counts", metric=["edits"], project=["is.wikipedia.org"])
    assert set(EditCount.objects.values_list("project__domain", flat=True)) == {"is.wikipedia.org"}
    replay.state.log.clear()
    run("fetch_counts", metric=["new_pages"], project=["is.wikipedia.org"])
    replay.state.log.clear()
    run("fetch_counts", metric=["new_pages"], project=["is.wikipedia.org"], since=dt.date(2022, 6, 1))
    assert [path.split("monthly/")[1] for path in replay.paths] == ["20220601/20221201"]
    replay.state.log.clear()
    run("fetch_counts", metric=["new_pages"], backfill=True)
    assert {path.split("monthly/")[1] for path in replay.paths} == {"20010101/20221201"}
    assert len(replay.paths) == 4


@pytest.mark.parametrize("text", ["2022-13", "22-01", "January"])
def test_a_month_that_is_none_is_refused(db: None, text: str) -> None:
    with pytest.raises(CommandError, match="is not a month"):
        call_command("fetch_counts", f"--since={text}")


def test_unknown_and_closed_projects_are_refused(db: None) -> None:
    run("sync_projects")
    said = run("fetch_counts", project=["xx.wikipedia.org", "zu.wikipedia.org"])
    assert "xx.wikipedia.org is not in the list of wikis (run sync_projects)" in said
    assert "zu.wikipedia.org is closed" in said
    assert not FetchRun.objects.filter(source=FetchRun.Source.WIKIMEDIA).exists()


@pytest.fixture
def manage(tmp_path: Path, replay: ReplayServer) -> Callable[..., subprocess.Popen[str]]:
    """Starts a command as a process of its own, on a site that knows the wikis and has nothing fetched."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "alerts_site.settings",
        "VAR_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
        "REDIS_URL": "",
        "WIKIMEDIA_ANALYTICS_URL": replay.analytics_url,
        "WIKIMEDIA_SITEMATRIX_URL": replay.sitematrix_url,
        "WIKIMEDIA_MAX_PER_MINUTE": "0",
    }

    def start(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    for arguments in (["migrate", "-v0"], ["sync_projects"]):
        said, _nothing = (process := start(*arguments)).communicate(timeout=60)
        assert process.returncode == 0, said
    return start


def test_ctrl_c_while_told_to_wait_ends_the_command_and_keeps_what_is_stored(
    manage: Callable[..., subprocess.Popen[str]], replay: ReplayServer, tmp_path: Path
) -> None:
    replay.fault("rate_limited", match="/edits/aggregate/is.wikipedia", value="600")
    process = manage("fetch_counts", f"--today={TODAY}", "--jobs=3")
    wait_until(lambda: any(entry.status == 429 for entry in replay.state.log), what="told to wait", seconds=30)
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    said, _nothing = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Stopped. What was fetched is stored. Run the same command again" in said
    with closing(sqlite3.connect(tmp_path / "db.sqlite3")) as database:
        assert database.execute("SELECT state FROM fetch_runs WHERE source = 'wikimedia'").fetchall() == [("interrupted",)]
        # Nobody is to blame: three times Ctrl-C park nothing.
        assert database.execute("SELECT SUM(attempts), COUNT(claimed_until) FROM fetch_targets").fetchall() == [(0, 0)]
        (answered,) = database.execute("SELECT COUNT(answered_at) FROM fetch_targets").fetchone()
    assert answered > 0
    replay.heal()
    said, _nothing = (process := manage("fetch_counts", f"--today={TODAY}")).communicate(timeout=60)
    assert process.returncode == 0
    assert f"{SERIES - answered} series" in said


def test_without_wikis_it_says_what_to_do(db: None) -> None:
    assert "ERROR 1: No wiki is known: run sync_projects first" in run("fetch_counts")


def test_f17_a_parked_series_is_named_each_time(db: None) -> None:
    run("sync_projects")
    ensure_targets(now=NOW)
    FetchTarget.objects.filter(project__domain="is.wikipedia.org", metric="edits").update(attempts=MAX_ATTEMPTS)
    for said in (run("fetch_counts"), run("fetch_counts")):
        assert "is.wikipedia.org edits: parked. None of 3 attempts in a row finished." in said
        assert "ERROR 1: 1 series could not be asked" in said
        assert "Nothing is due" not in said
    assert "stored: 1" in run("fetch_counts", project=["is.wikipedia.org"], metric=["edits"])


def test_what_another_run_is_fetching_is_named(db: None) -> None:
    run("sync_projects")
    sweep, chunks = open_sweep(now=timezone.now()) or pytest.fail("nothing is due")
    claim(run=sweep, target_ids=[pk for chunk in chunks for pk in chunk], now=timezone.now())
    said = run("fetch_counts", project=["is.wikipedia.org"], metric=["edits"], backfill=True)
    assert f"is.wikipedia.org edits: being fetched by run {sweep.pk}" in said
    assert "ERROR 1: 1 series could not be asked" in said
    assert "Nothing is due" not in said


def test_a_run_that_somebody_else_closes_is_no_success(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    run("sync_projects")
    monkeypatch.setattr("edits.fetching.runs.CHUNK", 2)

    def close_it(**_message: object) -> None:
        close(run=FetchRun.objects.get(source=FetchRun.Source.WIKIMEDIA), state=FetchRun.State.INTERRUPTED, now=timezone.now())

    counts_changed.connect(close_it, weak=False, dispatch_uid="close")
    try:
        said = run("fetch_counts")
    finally:
        counts_changed.disconnect(dispatch_uid="close")
    assert re.search(rf"ERROR 1: \d+ of {SERIES} series were left out; the run was closed by another process", said)


@pytest.mark.django_db(transaction=True)
def test_a_command_that_sits_out_a_pause_is_alive(replay: ReplayServer, settings: object) -> None:
    settings.FETCH_ORPHAN_SECONDS = 2  # type: ignore[attr-defined]
    settings.FETCH_LEASE_SECONDS = 2  # type: ignore[attr-defined]
    run("sync_projects")
    replay.fault("rate_limited", match="/edits/aggregate/is.wikipedia", value="5", times=1)
    with ThreadPoolExecutor(1) as pool:
        saying = pool.submit(run, "fetch_counts", jobs=2)
        while not saying.done():
            time.sleep(0.5)
            assert close_orphans(now=timezone.now()) == 0
            taken = FetchTarget.objects.filter(attempts__gt=0, claimed_until__lte=timezone.now())
            assert not taken.exists()
        assert f"stored: {SERIES}" in saying.result()


def test_without_the_list_nothing_changes(db: None, replay: ReplayServer) -> None:
    run("sync_projects")
    replay.fault("set", match="api.php", value={"sitematrix.specials": "<delete>"})
    said = run("sync_projects")
    assert "ERROR 1: The list of wikis could not be had; the last good one is kept. sitematrix.specials is missing" in said
    assert Project.objects.count() == 5


def test_without_a_contact_nothing_is_asked(db: None, replay: ReplayServer, settings: object) -> None:
    settings.WIKIMEDIA_CONTACT = ""  # type: ignore[attr-defined]
    assert "set WIKIMEDIA_CONTACT" in run("sync_projects")
    assert replay.paths == []
