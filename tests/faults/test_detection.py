"""Faults of detection and of the life of an alert."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from alerts import services
from alerts.detection.registry import DETECTORS
from alerts.detection.types import Panel, Reason, VerdictCode
from alerts.engine import apply_verdicts, sweep
from alerts.models import HUMAN_FIELDS, Alert, Category, DetectionState, DetectionSweep
from annotations.models import Annotation
from edits.models import Project
from tests.alerts.series import counts, detect, everything, judge_by, reasons, revise
from tests.factories import NOW, make_edit_counts, make_project

ROOT = Path(__file__).resolve().parent.parent.parent
QUIET_THEN_PEAK = [100] * 12 + [500, 125]


@pytest.fixture
def wiki(db: None) -> Project:
    """Judged by the classic rule: a quiet year, a peak of 500 in month 12, an ordinary month."""
    judge_by("rolling_mean")
    project = make_project()
    make_edit_counts(project, counts(*QUIET_THEN_PEAK))
    return project


def no_nan_is_stored() -> None:
    def check(value: Any) -> None:
        if isinstance(value, dict):
            for item in value.values():
                check(item)
        assert not isinstance(value, float) or math.isfinite(value)

    for row in Alert.objects.values():
        check(row)
    for row in Alert.history.values():
        check(row)


@pytest.mark.django_db
@pytest.mark.parametrize("detector", sorted(DETECTORS))
@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([0] * 30, Reason.NO_BASELINE_ACTIVITY),
        ([0] * 29 + [5], None),
        ([], None),
        ([7], Reason.INSUFFICIENT_HISTORY),
        ([0], Reason.INSUFFICIENT_HISTORY),
    ],
)
def test_d01_a_month_without_a_comparison_is_not_testable_and_no_nan_is_stored(
    detector: str, values: list[int], reason: Reason | None
) -> None:
    judge_by(detector)
    make_edit_counts(make_project(), counts(*values))
    detect()
    no_nan_is_stored()
    for alert in Alert.objects.all():
        assert alert.count == 5, "only the end of a silence may be told"
    if reason is not None:
        assert not Alert.objects.exists()
        verdicts = DETECTORS[detector].detect(Panel(np.array([[float(value)] for value in values])))
        assert verdicts.verdict[-1, 0] == VerdictCode.NOT_TESTABLE
        assert verdicts.reason[-1, 0] in (reason, Reason.NO_BASELINE_ACTIVITY, Reason.INSUFFICIENT_HISTORY)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    history=st.lists(st.integers(0, 5_000), min_size=8, max_size=60),
    value=st.integers(0, 20_000),
    more=st.integers(1, 50_000),
    detector=st.sampled_from(sorted(DETECTORS)),
)
def test_d02_raising_the_tested_month_never_weakens_its_verdict(
    history: list[int], value: int, more: int, detector: str
) -> None:
    def judged(last: int) -> tuple[bool, bool, float]:
        verdicts = DETECTORS[detector].detect(Panel(np.array([[float(count)] for count in [*history, last]])))
        return bool(verdicts.peak[-1, 0]), bool(verdicts.drop[-1, 0]), float(verdicts.expected[-1, 0])

    peak, drop, expected = judged(value)
    higher_peak, higher_drop, same_expected = judged(value + more)
    assert higher_peak >= peak
    assert higher_drop <= drop
    assert np.isclose(expected, same_expected, equal_nan=True, rtol=1e-12), "the month is part of its own baseline"


@pytest.mark.django_db
@pytest.mark.parametrize(("count", "alerts"), [(129, 0), (130, 1), (131, 1)])
def test_d03_exactly_on_the_threshold_is_a_peak_and_one_below_is_none(wiki: Project, count: int, alerts: int) -> None:
    revise(wiki, 12, count)
    detect()
    assert Alert.objects.count() == alerts


@pytest.mark.django_db
@pytest.mark.parametrize("factor", [10, 1000])
def test_d04_counts_on_another_scale_get_the_same_verdicts_by_the_classic_rule(wiki: Project, factor: int) -> None:
    random = np.random.default_rng(11)
    values = random.negative_binomial(4, 0.01, 60)
    scaled = make_project("de.wikipedia.org")
    plain = make_project("fr.wikipedia.org")
    make_edit_counts(plain, counts(*values.tolist()))
    make_edit_counts(scaled, counts(*(values * factor).tolist()))
    detect()
    found = {
        project.pk: list(
            Alert.objects.filter(project=project).order_by("month").values_list("month", "direction", "percentage_difference")
        )
        for project in (plain, scaled)
    }
    assert len(found[plain.pk]) > 3
    assert [row[:2] for row in found[plain.pk]] == [row[:2] for row in found[scaled.pk]]
    assert np.allclose([row[2] for row in found[plain.pk]], [row[2] for row in found[scaled.pk]])


@pytest.mark.django_db
def test_d05_detecting_twice_creates_one_alert_and_one_event(wiki: Project) -> None:
    detect()
    before = everything()
    assert detect() == {}
    assert everything() == before
    assert Alert.history.filter(history_type="+").count() == Alert.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_d05_two_workers_at_once_create_one_alert_and_one_event(wiki: Project) -> None:
    barrier = threading.Barrier(2, timeout=30)
    read = sweep.read_sweep_input
    faults: list[BaseException] = []

    def both_have_read(*arguments: Any) -> Any:
        sweep_input = read(*arguments)
        if not barrier.broken:
            barrier.wait()  # both workers now believe that everything is to be judged
        return sweep_input

    def work() -> None:
        try:
            detect()
        except BaseException as fault:  # noqa: BLE001 - told below
            faults.append(fault)
        finally:
            barrier.abort()
            connections.close_all()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweep, "read_sweep_input", both_have_read)
        workers = [threading.Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(60)
    assert [fault for fault in faults if not isinstance(fault, threading.BrokenBarrierError)] == []
    assert Alert.objects.count() == 1
    assert Alert.history.count() == 1
    assert DetectionSweep.objects.get(metric="edits").generation == 1


@pytest.mark.django_db
def test_d06_revised_data_below_the_threshold_withdraw_and_keep_what_was_said(wiki: Project, alice: User) -> None:
    detect()
    alert = services.alert_explain(
        alert=Alert.objects.get(), by=alice, category=Category.objects.get(slug="contest"), label="Wiki Loves Monuments"
    )
    note = Annotation.objects.create(alert=alert, text="Wiki Loves Monuments came early.", author=alice)
    revise(wiki, 12, 105)
    assert detect() == {"withdraw": 1}
    alert.refresh_from_db()
    assert (alert.status, alert.label, alert.category.slug) == ("withdrawn", "Wiki Loves Monuments", "contest")
    assert (alert.raised_count, alert.count, alert.withdrawn_at) == (500, 105, NOW)
    assert Annotation.objects.get().pk == note.pk
    assert list(Alert.objects.filter(status="withdrawn")) == [alert]
    assert reasons(alert)[-1].startswith("Withdrawn:")


@pytest.mark.django_db
@pytest.mark.parametrize("count", [500, 505, 490, 549])
def test_d07_the_detector_leaves_what_people_decided_byte_identical(wiki: Project, alice: User, count: int) -> None:
    detect()
    alert = services.alert_label(
        alert=Alert.objects.get(), by=alice, label="Import", category=Category.objects.get(slug="import")
    )
    services.alert_dismiss(alert=alert, by=alice, reason="Known import")
    said = Alert.objects.values(*HUMAN_FIELDS, "status", "version").get()
    revise(wiki, 12, count)
    detect()
    assert Alert.objects.values(*HUMAN_FIELDS, "status", "version").get() == said


@pytest.mark.django_db
def test_d07_a_rise_by_the_step_reopens_and_says_why(wiki: Project, alice: User) -> None:
    detect()
    services.alert_dismiss(alert=Alert.objects.get(), by=alice, reason="Known import")
    revise(wiki, 12, 550)
    assert detect() == {"reopen_risen": 1}
    alert = Alert.objects.get()
    assert (alert.status, alert.reopened_at, alert.dismissal_reason) == ("new", NOW, "Known import")
    assert reasons(alert)[-1] == "Reopened: the count moved on from 500 to 550"


@pytest.mark.django_db
@pytest.mark.parametrize("detector", sorted(DETECTORS))
def test_d08_a_gap_in_the_window_is_counted_and_too_few_months_are_not_testable(detector: str) -> None:
    judge_by(detector)
    some = make_project("is.wikipedia.org")
    few = make_project("de.wikipedia.org")
    steady = [100, 104, 97, 101, 99, 103, 98, 102, 100, 101, 99, 100]
    make_edit_counts(some, counts(*steady, *[None] * 6, *steady, 900))
    make_edit_counts(few, counts(100, 103, 99, *[None] * 27, 900))
    detect()
    alert = Alert.objects.get()
    assert (alert.project, alert.count) == (some, 900)
    assert alert.evidence["history"] == 24
    panel = np.array([[100.0], [103.0], [99.0], *[[np.nan]] * 27, [900.0]])
    verdicts = DETECTORS[detector].detect(Panel(panel))
    assert verdicts.verdict[-1, 0] == VerdictCode.NOT_TESTABLE
    assert verdicts.reason[-1, 0] in (Reason.GAPS, Reason.INSUFFICIENT_HISTORY)


@pytest.mark.django_db
def test_d09_new_parameters_leave_old_alerts_alone_and_recomputing_writes_only_when_told(
    wiki: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    detect()
    policy = judge_by("rolling_mean", percentage=500.0)
    assert policy.version == 3
    before = everything()
    assert detect() == {}
    assert everything() == before
    assert Alert.objects.get().policy_version == "site:2"

    call_command("recompute_alerts", "--metric", "edits")
    said = capsys.readouterr().out
    assert "1 withdraw; edits peak 1" in said
    assert "is.wikipedia.org 2021-01 edits peak: 500 where 100 were expected" in said
    assert "Nothing was written" in said
    assert everything() == before

    call_command("recompute_alerts", "--metric", "edits", "--apply")
    alert = Alert.objects.get()
    assert (alert.status, alert.withdrawn_because, alert.policy_version) == ("withdrawn", "rule", "site:3")
    assert reasons(alert)[-1] == "Withdrawn: 500 does not stand out by the policy site:3"
    assert DetectionState.objects.get().policies == [["2020-01", "site:3"]]
    judge_by("rolling_mean")
    call_command("recompute_alerts", "--metric", "edits", "--apply")
    alert.refresh_from_db()
    assert (alert.status, alert.policy_version) == ("new", "site:4")


KILLED = """
import os, signal, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django
django.setup()
from django.db import connections
connections["default"].settings_dict["NAME"] = sys.argv[1]
from simple_history.manager import HistoryManager
from alerts.models import Alert
from tests.alerts.series import detect

def die(*args, **kwargs):
    assert Alert.objects.count() == 1, "the alert is stored, its event is not"
    print("about to die", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

HistoryManager.bulk_history_create = die
detect()
"""


@pytest.mark.django_db(transaction=True)
def test_d10_a_process_killed_between_the_alert_and_its_event_leaves_neither(wiki: Project) -> None:
    connection.close()
    name = connection.settings_dict["NAME"]
    victim = subprocess.run(
        [sys.executable, "-c", KILLED, str(name)],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert victim.returncode == -signal.SIGKILL, victim.stderr
    assert "about to die" in victim.stdout
    assert (Alert.objects.count(), Alert.history.count(), DetectionState.objects.count()) == (0, 0, 0)
    assert detect() == {"raise": 1}
    assert (Alert.objects.count(), Alert.history.count()) == (1, 1)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int], list[int]]:
    """Make the database refuse the history of alerts, after the alerts were written, with `code`, `times` times."""

    def fail(code: int, times: int) -> list[int]:
        write, attempts = apply_verdicts.write, []

        def refused(*arguments: Any) -> None:
            write(*arguments)
            attempts.append(code)
            if len(attempts) <= times:
                raise OperationalError(code, "refused in mid-batch")

        monkeypatch.setattr(sweep, "write", refused)
        return attempts

    return fail


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("code", [1205, 1213, 2006, 2013])
def test_d11_a_transient_refusal_in_mid_batch_is_tried_again_as_a_whole(
    wiki: Project, failing: Callable[[int, int], list[int]], code: int
) -> None:
    attempts = failing(code, 2)
    assert detect() == {"raise": 1}
    assert len(attempts) == 3
    assert (Alert.objects.count(), Alert.history.count(), DetectionState.objects.count()) == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("code", "expected"), [(1213, 3), (1064, 1)])
def test_d11_a_refusal_that_stays_fails_cleanly_with_no_half_month(
    wiki: Project, failing: Callable[[int, int], list[int]], code: int, expected: int
) -> None:
    attempts = failing(code, 99)
    with pytest.raises(OperationalError, match="mid-batch"):
        detect()
    assert len(attempts) == expected
    assert (Alert.objects.count(), Alert.history.count(), DetectionState.objects.count()) == (0, 0, 0)


@pytest.fixture
def mariadb(db: None) -> None:
    if connection.vendor != "mysql":
        pytest.skip("locks and connections of MariaDB")


@pytest.fixture
def elsewhere() -> Iterator[Any]:
    """Another connection to the same database."""
    other = connections.create_connection("default")
    other.inc_thread_sharing()
    try:
        yield other
    finally:
        other.close()


def second_time(action: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Call `action` in the middle of the first attempt to write, between the alerts and what is remembered."""
    write, attempts = apply_verdicts.write, []

    def disturbed(*arguments: Any) -> None:
        write(*arguments)
        attempts.append(1)
        if len(attempts) == 1:
            action()

    monkeypatch.setattr(sweep, "write", disturbed)
    return attempts


@pytest.mark.django_db(transaction=True)
def test_d11_a_connection_that_is_killed_in_mid_batch_is_opened_again(
    wiki: Project, mariadb: None, elsewhere: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill() -> None:
        with connection.cursor() as mine, elsewhere.cursor() as other:
            mine.execute("SELECT CONNECTION_ID()")
            other.execute(f"KILL CONNECTION {mine.fetchone()[0]}")

    attempts = second_time(kill, monkeypatch)
    assert detect() == {"raise": 1}
    assert len(attempts) == 2
    assert (Alert.objects.count(), Alert.history.count(), DetectionState.objects.count()) == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_d11_a_lock_that_another_holds_is_waited_for_again(
    wiki: Project, mariadb: None, elsewhere: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    detect()
    revise(wiki, 12, 600)
    with elsewhere.cursor() as other, connection.cursor() as mine:
        mine.execute("SET SESSION innodb_lock_wait_timeout = 1")
        other.execute("START TRANSACTION")
        other.execute("SELECT id FROM community_alerts FOR UPDATE")
        apply, attempts = apply_verdicts.apply_verdicts, []

        def released_after_the_first(*arguments: Any) -> Any:
            attempts.append(1)
            if len(attempts) == 2:
                other.execute("COMMIT")
            return apply(*arguments)

        monkeypatch.setattr(sweep, "apply_verdicts", released_after_the_first)
        assert detect() == {"revise": 1}
    assert len(attempts) == 2
    assert Alert.objects.get().count == 600
    assert len(reasons(Alert.objects.get())) == 2


@pytest.mark.django_db(transaction=True)
def test_d11_the_victim_of_a_deadlock_starts_again(
    wiki: Project, mariadb: None, elsewhere: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other transaction holds the project and wants the sweep's row; the sweep holds its row and wants the project's."""
    detect()
    revise(wiki, 12, 600)
    attempts: list[int] = []
    waiting: list[threading.Thread] = []
    apply = apply_verdicts.apply_verdicts

    def crossed(*arguments: Any) -> Any:
        attempts.append(1)
        if len(attempts) == 1:
            with elsewhere.cursor() as other:
                other.execute("START TRANSACTION")
                # More rows changed than the sweep has: MariaDB then chooses the sweep as the victim.
                other.execute("UPDATE edit_counts SET edit_count = edit_count + 0, updated_at = NOW()")
                other.execute("UPDATE community_alerts SET label = 'elsewhere'")

            def want() -> None:
                with elsewhere.cursor() as other:
                    other.execute("UPDATE detection_sweeps SET swept_at = NOW() WHERE metric = 'edits'")
                    other.execute("COMMIT")

            waiting.append(threading.Thread(target=want))
            waiting[0].start()
            waiting[0].join(0.5)
        return apply(*arguments)

    monkeypatch.setattr(sweep, "apply_verdicts", crossed)
    assert detect() == {"revise": 1}
    waiting[0].join(10)
    assert len(attempts) == 2
    alert = Alert.objects.get()
    assert (alert.count, alert.label, len(reasons(alert))) == (600, "elsewhere", 2)


@pytest.mark.django_db
def test_d11_inside_anothers_transaction_nothing_is_tried_again(
    wiki: Project, failing: Callable[[int, int], list[int]]
) -> None:
    attempts = failing(1213, 1)
    with pytest.raises(OperationalError), transaction.atomic():
        detect()
    assert len(attempts) == 1
