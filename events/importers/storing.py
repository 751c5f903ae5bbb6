"""Storing what an import read: all of it in one transaction, or nothing.

A source's entry is found again by its id there. A new entry that is the same event as a stored one becomes a second source of
it. What a person edited is never written to, and what a person rejected stays rejected.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field

from django.db.models import prefetch_related_objects
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from database.transactions import retried_transaction
from events.importers.drafts import EventDraft, Problem
from events.importers.identity import Known, Register
from events.models import Event, EventSeries, EventSource, Status
from events.services import write_places

BATCH = 500
COPIED = ("title", "url", "kind", "first_day", "last_day", "tag", "summary", "no_effect", "participants", "grade")


@dataclass(slots=True)
class Report:
    """What an import came to. Each entry of the source is counted once, but for those not understood."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    merged: int = 0
    kept: int = 0
    gone: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        return {name: value for name, value in asdict(self).items() if name != "problems"} | {
            "not_understood": len(self.problems)
        }

    def __str__(self) -> str:
        c = self.counts
        return (
            f"{c['new']:,} new, {c['updated']:,} updated, {c['unchanged']:,} unchanged, "
            f"{c['merged']:,} joined to a known event, "
            f"{c['kept']:,} left as a person edited them, {c['gone']:,} withdrawn, {c['not_understood']:,} not understood"
        )


class _DryRun(Exception):
    """Ends the transaction of a dry run, so that nothing of it stays but the report."""

    def __init__(self, report: Report) -> None:
        super().__init__("dry run")
        self.report = report


def store_drafts(
    *,
    importer: str,
    drafts: Sequence[EventDraft],
    problems: Sequence[Problem] = (),
    now: dt.datetime,
    publish: bool = True,
    complete: bool = False,
    gone: Collection[str] = (),
    dry_run: bool = False,
) -> Report:
    """Store `drafts` of one importer.

    `complete`: these are all events of the source, so one that is not among them is gone; `gone`: the ids of some that are.
    `publish`: show new ones at once,
    else they wait for review. A dry run says what would happen and changes nothing.
    """
    try:
        return _store(importer, drafts, problems, now, publish, complete, gone, dry_run)
    except _DryRun as end:
        return end.report


@retried_transaction
def _store(
    importer: str,
    drafts: Sequence[EventDraft],
    problems: Sequence[Problem],
    now: dt.datetime,
    publish: bool,
    complete: bool,
    gone: Collection[str],
    dry_run: bool,
) -> Report:
    report = Report(problems=list(problems))  # a transaction that is tried again counts anew
    store = _Store(importer, now, publish, report)
    drafts = store.once_each(drafts)
    store.look_up_events(drafts)
    for draft in drafts:
        store.take(draft)
    store.write()
    named = {draft.external_id for draft in drafts}
    store.withdraw(set(store.sources) - named if complete else set(gone) & set(store.sources))
    if dry_run:
        raise _DryRun(report)
    return report


class _Store:
    """One import while it is stored. Reads what is known once, and writes in batches."""

    def __init__(self, importer: str, now: dt.datetime, publish: bool, report: Report) -> None:
        self.importer, self.now, self.publish, self.report = importer, now, publish, report
        self.series = dict(EventSeries.objects.values_list("slug", "pk"))
        self.sources = {source.external_id: source for source in EventSource.objects.filter(importer=importer)}
        others = EventSource.objects.exclude(importer=importer).values_list("importer", "event", "external_id", "url")
        self.elsewhere = {(other, name): event for other, event, *names in others for name in names}
        events = Event.objects.exclude(status=Status.WITHDRAWN)
        columns = events.values_list("pk", "title", "first_day", "last_day", "scope")
        own = {source.event_id for source in self.sources.values()}
        self.register = Register(
            Known(pk, title, first, last, tuple(scope.split())) for pk, title, first, last, scope in columns if pk not in own
        )
        self.differs: set[str] = set()
        self.new: list[tuple[Event, EventDraft]] = []
        self.changed: list[Event] = []
        self.seen: list[EventSource] = []
        self.same: list[int] = []
        self.added: list[EventSource] = []

    def once_each(self, drafts: Sequence[EventDraft]) -> list[EventDraft]:
        """An id that appears twice is told, and the first one counts."""
        found: dict[str, EventDraft] = {}
        for draft in drafts:
            if draft.external_id in found:
                self.report.problems.append(Problem(draft.external_id, "appears twice in the source; the first one counts"))
            else:
                found[draft.external_id] = draft
        return list(found.values())

    def look_up_events(self, drafts: Sequence[EventDraft]) -> None:
        """Which entries differ from what was read before, and their events: most do not, and nothing of them is read."""
        self.differs = {
            draft.external_id
            for draft in drafts
            if (source := self.sources.get(draft.external_id)) is not None
            and (source.gone_at is not None or source.digest != draft.digest)
        }
        self._read_events(self.differs)

    def _read_events(self, names: Collection[str]) -> None:
        sources = [self.sources[name] for name in names]
        for start in range(0, len(sources), BATCH):
            prefetch_related_objects(sources[start : start + BATCH], "event")

    def take(self, draft: EventDraft) -> None:
        source = self.sources.get(draft.external_id)
        if source is not None:
            self._again(source, draft)
        elif draft.gone:
            self.report.unchanged += 1
        elif (known := self._same_event(draft)) is not None:
            self.report.merged += 1
            self.added.append(self._source(draft, known, leads=False))
        else:
            self.report.new += 1
            event = Event(status=Status.PUBLISHED if self.publish else Status.PENDING)
            self._fill(event, draft)
            self.new.append((event, draft))

    def _again(self, source: EventSource, draft: EventDraft) -> None:
        """An entry that was read before."""
        if draft.external_id not in self.differs:
            self.report.unchanged += 1
            self.same.append(source.pk)
            return
        event = source.event
        self.seen.append(source)
        source.digest, source.seen_at, source.url = draft.digest, self.now, draft.url
        source.gone_at = (source.gone_at or self.now) if draft.gone else None
        if draft.gone:
            self._withdraw(source)
        elif event.edited or event.author_id is not None:
            self.report.kept += 1
        elif not source.leads:
            self.report.merged += 1
        else:
            self.report.updated += 1
            self._fill(event, draft)
            if event.status == Status.WITHDRAWN:
                event.status = Status.PUBLISHED if self.publish else Status.PENDING
            self._change(event, f"Import from {self.importer}")

    def _same_event(self, draft: EventDraft) -> int | None:
        for alias in draft.aliases:
            if alias in self.elsewhere:
                return self.elsewhere[alias]
        return self.register.find(draft.title, draft.first_day, draft.last_day, draft.terms)

    def _fill(self, event: Event, draft: EventDraft) -> None:
        for name in COPIED:
            setattr(event, name, getattr(draft, name))
        event.scope, event.touches = " ".join(draft.terms), list(draft.touches)
        event.series_id = self.series.get(draft.series)

    def _withdraw(self, source: EventSource) -> None:
        """Its source took it back: it goes, unless another source still has it, or a person decided about it."""
        event = source.event
        other = EventSource.objects.filter(event=event, gone_at=None).exclude(pk=source.pk).first()
        if event.edited or event.author_id is not None:
            self.report.kept += 1
        elif event.status == Status.WITHDRAWN:
            self.report.unchanged += 1
        elif other is not None:
            self.report.merged += 1
            EventSource.objects.filter(pk=other.pk).update(leads=True)
        else:
            self.report.gone += 1
            event.status = Status.WITHDRAWN
            self._change(event, f"Gone from {self.importer}")

    def _change(self, event: Event, why: str) -> None:
        event.version += 1
        event._change_reason = why
        self.changed.append(event)

    def _source(self, draft: EventDraft, event_id: int, *, leads: bool = True) -> EventSource:
        return EventSource(
            importer=self.importer, external_id=draft.external_id, event_id=event_id, url=draft.url, digest=draft.digest,
            seen_at=self.now, leads=leads,
        )  # fmt: skip

    def write(self) -> None:
        """Events, their history, their places and their sources."""
        reason = f"Import from {self.importer}"
        if self.new:
            events = [event for event, _draft in self.new]
            made = bulk_create_with_history(events, Event, batch_size=BATCH, default_change_reason=reason)
            write_places(made, new=True)
            self.added += [self._source(draft, event.pk) for event, (_new, draft) in zip(made, self.new, strict=True)]
        if self.changed:
            for event in self.changed:
                event.updated_at = self.now
            fields = [*COPIED, "scope", "touches", "series", "status", "version", "updated_at"]
            bulk_update_with_history(self.changed, Event, fields, batch_size=BATCH, default_change_reason=reason)
            write_places(self.changed)
        EventSource.objects.bulk_create(self.added, batch_size=BATCH)
        EventSource.objects.bulk_update(self.seen, ["digest", "seen_at", "url", "gone_at"], batch_size=BATCH)
        for start in range(0, len(self.same), BATCH):
            EventSource.objects.filter(pk__in=self.same[start : start + BATCH]).update(seen_at=self.now)
        self.new, self.changed, self.added, self.seen, self.same = [], [], [], [], []

    def withdraw(self, names: set[str]) -> None:
        """What the source does not have any more."""
        gone = sorted(name for name in names if self.sources[name].gone_at is None)
        self._read_events(gone)
        for source in map(self.sources.__getitem__, gone):
            source.gone_at = self.now
            self.seen.append(source)
            self._withdraw(source)
        self.write()
