"""Storing a folder of recorded data, by the same services as a live fetch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from django.utils import timezone

from edits.clock import current_day
from edits.fetching.runs import touch_heartbeat
from edits.models import FetchRun, Project
from edits.records import CountsRecord
from edits.services import finish_run, start_run, store_counts, sync_projects
from edits.snapshot.files import Snapshot, read_snapshot

SAMPLE_DIR = Path(__file__).parent / "sample"
CHUNK = 50  # series in one transaction


def load_snapshot(
    *,
    folder: Path,
    on_start: Callable[[int], object] = lambda months: None,
    progress: Callable[[int], object] = lambda months: None,
) -> Snapshot:
    """Read `folder` whole, then store its projects and counts.

    `on_start` is told how many month counts there are, `progress` how many were just stored.

    Raises SnapshotError, and stores nothing, when anything in the folder is wrong. A second load changes nothing; one that was
    interrupted is completed by the next.
    """
    snapshot = read_snapshot(folder, Project.objects.values_list("domain", flat=True), today=current_day())
    on_start(snapshot.months)
    is_sample = folder.resolve() == SAMPLE_DIR.resolve()
    sync_projects(records=snapshot.projects, complete=not is_sample)
    run = start_run(
        source=FetchRun.Source.SAMPLE if is_sample else FetchRun.Source.SNAPSHOT,
        planned=len({(record.domain, metric) for metric, records in snapshot.counts.items() for record in records}),
        note=f"{snapshot.months} month counts of {folder.name}",
    )
    try:
        for metric, records in snapshot.counts.items():
            for chunk in _by_project(records):
                store_counts(run=run, metric=metric, records=chunk)
                touch_heartbeat(run=run, now=timezone.now())
                progress(sum(len(record.counts) for record in chunk))
    except BaseException:
        finish_run(run=run, state=FetchRun.State.INTERRUPTED)
        raise
    finish_run(run=run, state=FetchRun.State.SUCCEEDED)
    return snapshot


def _by_project(records: Sequence[CountsRecord]) -> Iterator[list[CountsRecord]]:
    """Chunks of about CHUNK records; those of one project stay together, so that it has one outcome."""
    chunk: list[CountsRecord] = []
    for record in sorted(records, key=lambda record: record.domain):
        if len(chunk) >= CHUNK and chunk[-1].domain != record.domain:
            yield chunk
            chunk = []
        chunk.append(record)
    if chunk:
        yield chunk
