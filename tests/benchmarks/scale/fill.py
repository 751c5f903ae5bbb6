"""Invented wikis, 25 years of counts, alerts, notes and runs, made inside MariaDB from its SEQUENCE engine.

The same on every machine: levels, seasons and noise come from CRC32 of names and numbers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.models import User
from alerts.models import Alert
from annotations.models import Annotation
from edits.families import FAMILIES
from edits.metrics import fetched_metrics
from edits.models import EditCount, EditorCount, FetchOutcome, FetchRun, FetchTarget, Project

PROJECTS, MONTHS, FIRST = 1068, 300, dt.date(2001, 1, 1)  # to December 2025
NEXT_MONTH = dt.date(2026, 1, 1)
TODAY = dt.date(2026, 1, 10)
ALERTS = {1: 50_000, 10: 200_000}
EDITOR_TYPES = ("all-editor-types", "user", "anonymous", "group-bot", "name-bot")
LEVELS = ("5..24-edits", "25..99-edits", "100..-edits")
AT_ONCE = 50  # projects in one statement: some 100,000 rows, well within the time limits of a statement
RUNS = 30  # the last month's daily sweeps

# Level of the wiki (from 20 to 200,000 edits a month), share of the slice, season, noise, and a peak once in 300 months.
COUNT = """
ROUND(POW(10, 1.3 + 4 * (CRC32(CONCAT('level', p.id)) % 1000) / 1000) * {share} * (1 + 0.2 * SIN(6.2832 * s.seq / 12))
  * (0.9 + 0.2 * (CRC32(CONCAT(p.id, '/', s.seq)) % 1000) / 1000)
  * IF(CRC32(CONCAT('peak', p.id, '/', s.seq)) % 300 = 0, 6, 1))
"""
SHARES = dict(zip((*EDITOR_TYPES, *LEVELS), (1, 0.6, 0.2, 0.15, 0.05, 0.065, 0.025, 0.01), strict=True))


def fill(times: int) -> None:
    """Bring an empty or partly filled database to `times` times the wikis of Wikimedia."""
    call_command("migrate", verbosity=0)
    _projects(PROJECTS * times)
    _counts()
    _runs()
    _analyze("projects", "edit_counts", "editor_counts", "fetch_targets", "fetch_outcomes")


def _projects(number: int) -> None:
    families = list(FAMILIES)[:8]
    Project.objects.bulk_create(
        (
            Project(
                domain=f"{_code(i)}.{families[i % 8]}.org",
                dbname=f"{_code(i)}{families[i % 8]}",
                family=families[i % 8],
                language_code=_code(i),
                language_name=f"Sprache {_code(i)}",
                language_name_en=f"Language {_code(i)}",
                site_name=families[i % 8].capitalize(),
            )
            for i in range(number)
        ),
        batch_size=1000,
        ignore_conflicts=True,
    )


def _code(number: int) -> str:
    """One code for eight wikis, as a language has several projects."""
    letters, number = "", number // 8
    for _ in range(4):
        number, digit = divmod(number, 26)
        letters += chr(97 + digit)
    return letters


def _blocks(model: type) -> Iterator[list[int]]:
    """Ids of projects without counts yet, `AT_ONCE` at a time."""
    done = set(model.objects.order_by().values_list("project_id", flat=True).distinct())  # type: ignore[attr-defined]
    ids = [pk for pk in Project.objects.order_by("pk").values_list("pk", flat=True) if pk not in done]
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]


def _counts() -> None:
    slices = " UNION ALL ".join(f"SELECT '{name}' AS name, {SHARES[name]} AS share" for name in EDITOR_TYPES)
    for block in _blocks(EditCount):
        _insert("edit_counts (project_id, month, page_type, editor_type, edit_count, updated_at)", "'content', e.name",
                slices, block)  # fmt: skip
    slices = " UNION ALL ".join(f"SELECT '{name}' AS name, {SHARES[name]} AS share" for name in LEVELS)
    for block in _blocks(EditorCount):
        _insert("editor_counts (project_id, month, activity_level, editor_count, updated_at)", "e.name", slices, block)


def _insert(into: str, columns: str, slices: str, block: list[int]) -> None:
    _execute(
        f"INSERT INTO {into} SELECT p.id, DATE_ADD('{FIRST}', INTERVAL s.seq MONTH), {columns}, "
        f"{COUNT.format(share='e.share')}, NOW(6) FROM projects p JOIN ({slices}) e JOIN seq_0_to_{MONTHS - 1} s "
        f"WHERE p.id BETWEEN {block[0]} AND {block[-1]} ORDER BY p.id, e.name, s.seq"
    )


def _runs() -> None:
    """Targets that were answered today, and the outcomes of a month of daily sweeps."""
    if FetchRun.objects.exists():
        return
    now = timezone.now()
    for metric in fetched_metrics():
        FetchTarget.objects.bulk_create(
            (
                FetchTarget(
                    project_id=pk,
                    metric=metric,
                    due_at=now + dt.timedelta(days=1),
                    history_asked_at=now,
                    answered_at=now,
                    first_month=FIRST,
                    newest_month=dt.date(2025, 12, 1),
                )
                for pk in Project.objects.values_list("pk", flat=True)
            ),
            batch_size=1000,
        )
    metrics = " UNION ".join(f"SELECT '{name}' AS metric" for name in fetched_metrics())
    for day in range(RUNS, 0, -1):
        when = now - dt.timedelta(days=day)
        run = FetchRun.objects.create(source="wikimedia", state="succeeded", heartbeat_at=when, finished_at=when)
        FetchRun.objects.filter(pk=run.pk).update(started_at=when, planned=Project.objects.count() * len(fetched_metrics()))
        _execute(
            "INSERT INTO fetch_outcomes (run_id, project_id, metric, state, first_month, last_month, new_count, "
            "revised_count, unchanged_count, seconds, error, updated_at) "
            f"SELECT {run.pk}, p.id, m.metric, 'unchanged', '2025-10-01', '2025-12-01', 0, 0, 3, 0.2, '', '{when:%F %T}' "
            f"FROM projects p JOIN ({metrics}) m"
        )
    assert FetchOutcome.objects.exists()


def fill_alerts(times: int) -> None:
    """Alerts up to `ALERTS[times]`, on top of those that the detection has raised: a tenth of them still new, most of
    them settled; each with its history, one in ten with a published note."""
    have, want = Alert.objects.count(), ALERTS[times]
    if have >= want:
        return
    share = round(1_000_000 * (want - have) * 1.02 / (Project.objects.count() * MONTHS))
    for block in _alert_blocks():
        _execute(
            "INSERT IGNORE INTO community_alerts (project_id, metric, month, direction, count, rolling_mean, threshold, "
            "percentage_difference, expected, lower, upper, excess, score, p_value, q_value, severity, evidence, detector, "
            "detector_version, policy_version, data_as_of, provisional, status, raised_count, raised_at, withdrawn_from, "
            "withdrawn_because, label, dismissal_reason, version, updated_at) "
            "SELECT c.project_id, 'edits', c.month, IF(c.id % 5 = 0, 'drop', 'peak'), c.edit_count, c.edit_count / 3, "
            "c.edit_count / 2, 200, c.edit_count / 3, c.edit_count / 4, c.edit_count / 2, c.edit_count / 1.5, "
            "IF(c.id % 5 = 0, -1, 1) * (3 + CRC32(c.id) % 1000 / 100), 0.001, 0.01, "
            "ELT(1 + CRC32(CONCAT('s', c.id)) % 3, 'notable', 'high', 'extreme'), '{}', 'expected_band', '1.0', 'site:1', "
            "NOW(6), 0, ELT(1 + CRC32(CONCAT('t', c.id)) % 10, 'new', 'acknowledged', 'explained', 'explained', 'explained', "
            "'explained', 'dismissed', 'dismissed', 'dismissed', 'withdrawn'), c.edit_count, NOW(6), '', '', '', '', 1, "
            "NOW(6) "
            "FROM edit_counts c WHERE c.page_type = 'content' AND c.editor_type = 'all-editor-types' "
            f"AND c.project_id BETWEEN {block[0]} AND {block[-1]} AND CRC32(CONCAT('alert', c.id)) % 1000000 < {share}"
        )
    _history()
    _notes()
    _analyze("community_alerts", "community_alerts_history", "annotations")


def _alert_blocks() -> Iterator[list[int]]:
    ids = list(Project.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]


def _history() -> None:
    """A first history row for each alert that has none."""
    shared = {field.column for field in Alert.history.model._meta.concrete_fields} & {
        field.column for field in Alert._meta.concrete_fields
    }
    columns = ", ".join(sorted(shared))
    highest = Alert.objects.order_by("-pk").values_list("pk", flat=True)[0]
    for first in range(1, highest + 1, 20_000):
        _execute(
            f"INSERT INTO community_alerts_history ({columns}, history_date, history_type, history_change_reason) "
            f"SELECT {columns}, NOW(6), '+', 'Raised' FROM community_alerts a "
            f"WHERE a.id BETWEEN {first} AND {first + 19_999} "
            "AND NOT EXISTS (SELECT 1 FROM community_alerts_history h WHERE h.id = a.id)"
        )


def _notes() -> None:
    author, _ = User.objects.get_or_create(username="bob")
    alerts = Alert.objects.order_by("pk").values_list("pk", flat=True)
    Annotation.objects.bulk_create(
        (
            Annotation(
                alert_id=pk,
                text="A contest took place, and many people took part in it.",
                author=author,
                status="published" if pk % 50 else "pending",
                headline=True if pk % 50 else None,
            )
            for pk in alerts
            if pk % 10 == 0
        ),
        batch_size=1000,
    )


def describe() -> dict[str, int]:
    """How many rows the tables hold that grow."""
    tables = (
        "projects", "edit_counts", "editor_counts", "community_alerts", "community_alerts_history", "annotations",
        "fetch_outcomes", "fetch_targets",
    )  # fmt: skip
    with connection.cursor() as cursor:
        numbers = {}
        for table in tables:
            cursor.execute(f"SELECT COUNT(*) FROM {table}")
            numbers[table] = int(cursor.fetchone()[0])
    return numbers


def _execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _analyze(*tables: str) -> None:
    for table in tables:
        _execute(f"ANALYZE TABLE {table}")
