"""What was understood goes into our tables: facts by the service of all sources, labels without touching anybody's words."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet
from django.utils import timezone

from alerts.models import Alert, DetectionState, Direction
from annotations.validators import validate_text
from edits.metrics import METRICS, Metric
from edits.models import ActivityLevel, EditorType, FetchRun, PageType, Project, ProjectAlias
from edits.months import add_months, month_of
from edits.records import CountsRecord
from edits.services import finish_run, start_run, store_counts
from operations.legacy.peaks import TWICE, give_label, new_alert, one_of_two
from operations.legacy.reading import LegacyTables, look, rows_of
from operations.legacy.report import TableReport
from operations.legacy.understand import (
    Domains,
    NotUnderstood,
    OldAlert,
    understand_alert,
    understand_count,
    understand_month,
)
from operations.legacy.watching import WATCHED, Watching
from operations.legacy.words import Words, told

CHUNK = 50  # projects in one call of the store
LABEL_LENGTH = Alert._meta.get_field("label").max_length or 500
# The original asked for all editors on content pages, and called those with 1 to 4 edits "editors".
EDITS_SLICE = (PageType.CONTENT.value, EditorType.ALL.value)
ORIGINAL_LEVEL = ActivityLevel.FROM_1.value

WAITS = "its label waits for an alert of active editors in that month: run this again after fetching and detecting"
UNCOUNTED = "no count of that month is stored: fetch it, and run this again"
# Tables whose rows are listed in the report, and what becomes of them.
LISTED = {"annotation_reviewers": "listed in the report: an administrator decides who moderates here"}
LEFT_OUT = {
    "annotation_audit_log": "a log with addresses of people; what was decided is in the history of each note",
    "notification_logs": "letters that were sent",
}
Counts = dict[str, dict[dt.date, int]]


@dataclass(slots=True)
class Importer:
    """One take-over. `editor_level` is the activity level that the old installation asked for."""

    connection: BaseDatabaseWrapper
    today: dt.date
    editor_level: str = ORIGINAL_LEVEL
    reports: dict[str, TableReport] = field(default_factory=dict)
    domains: Domains = field(init=False)

    def __post_init__(self) -> None:
        known = {domain: domain for domain in Project.objects.values_list("domain", flat=True)}
        former = ProjectAlias.objects.values_list("domain", "project__domain")
        self.domains = Domains(dict(former) | known)

    def run(
        self, *, dry_run: bool = False, before_commit: Callable[[Mapping[str, TableReport]], None] | None = None
    ) -> dict[str, TableReport]:
        """Take everything over in one transaction; with `dry_run` take it back again. A second run changes nothing.

        1. Counts, then the alerts of the months that they are of, with their labels.
        2. Notes with their reviews, then the reports of notes.
        3. Watch lists, as what the accounts of these people follow.
        4. Reviewers are listed, tables and columns that are not understood are counted.

        `before_commit` gets the reports; what it raises takes everything back. Raises NotLegacy where the old database is
        not one of the original tool, or stops answering.
        """
        found = look(self.connection)
        self.reports = {table: TableReport() for table in found.columns}
        with transaction.atomic():
            self._take_over(found.columns)
            self._name_what_is_left(found)
            if before_commit is not None:
                before_commit(self.reports)
            transaction.set_rollback(dry_run)
        return self.reports

    def _take_over(self, tables: Mapping[str, tuple[str, ...]]) -> None:
        def rows(table: str) -> Iterable[Mapping[str, Any]]:
            return rows_of(self.connection, table, tables[table]) if table in tables else ()

        for table in filter(tables.__contains__, ("edit_counts", "editor_counts")):
            self._counts(table, tables[table][2], rows(table))
        for table in filter(tables.__contains__, ("community_alerts", "editor_alerts")):
            self._alerts(table, tables[table][2], rows(table))
        words = Words(self.domains, self.newest, timezone.now())
        if "peak_annotations" in tables:
            reviews = self.reports.get("annotation_reviews", TableReport())
            words.notes(rows("peak_annotations"), rows("annotation_reviews"), self.reports["peak_annotations"], reviews)
        if "annotation_reports" in tables:
            words.reports(rows("annotation_reports"), self.reports["annotation_reports"])
        watching = Watching(self.domains, timezone.now())
        for table in filter(tables.__contains__, WATCHED):
            watching.take_over(table, rows(table), self.reports[table])
        for table, what in LISTED.items():
            for row in rows(table):
                self.reports[table].rows += 1
                self.reports[table].outcomes[what] += 1
                self.reports[table].listed.append({name: value for name, value in row.items() if value is not None})

    def _name_what_is_left(self, found: LegacyTables) -> None:
        for table, columns in found.unknown_columns.items():
            for column, rows in columns.items():
                self.reports[table].note("a column that is not understood is left out", f"{column}: {rows} rows have it")
        for table, rows in found.unknown_tables.items():
            why = LEFT_OUT.get(table, "a table that is not understood")
            self.reports[table] = TableReport(rows=rows, outcomes=Counter({f"left out: {why}": rows}))

    @property
    def newest(self) -> dt.date:
        """The last month that is over: of the running one, the original stored what had been counted by then."""
        return add_months(month_of(self.today), -1)

    def _counts(self, table: str, column: str, rows: Iterable[Mapping[str, Any]]) -> None:
        report = self.reports[table]
        metric = METRICS["edits" if table == "edit_counts" else "active_editors"]
        slice_ = EDITS_SLICE if table == "edit_counts" else (self.editor_level,)
        counts: Counts = {}
        for row in rows:
            report.rows += 1
            try:
                domain = self.domains.understand(row["project"])
                month = understand_month(row["timestamp"], newest=self.newest)
                count = understand_count(row[column])
            except NotUnderstood as error:
                report.refuse(str(error), told(row))
                continue
            full, seen = row["project"] == domain, counts.setdefault(domain, {})
            if month in seen:
                kept, dropped = (count, seen[month]) if full else (seen[month], count)
                same = "the same count" if kept == dropped else "another count"
                report.note(f"{TWICE} with {same}", f"{domain} {month:%Y-%m}: {kept} is kept, {dropped} is not")
                count = kept
            seen[month] = count
        self._store(table, metric, slice_, self._only_new(metric, slice_, counts, report))

    def _only_new(self, metric: Metric, slice_: tuple[str, ...], counts: Counts, report: TableReport) -> Counts:
        """Months that are not stored yet. What is stored came from Wikimedia later, and wins."""
        slices = dict(zip(metric.slice_fields, slice_, strict=True))
        rows = metric.model.objects.filter(project__domain__in=counts, **slices)
        for domain, month, stored in rows.values_list("project__domain", "month", metric.count_field).iterator(10_000):
            old = counts[domain].pop(month, None)
            if old is None:
                continue
            report.outcomes["already stored" if old == stored else "already stored with another count, which is kept"] += 1
            if old != stored:
                report.note(
                    "another count is stored here, and kept", f"{domain} {month:%Y-%m}: {stored}, the old one is {old}"
                )
        return {domain: months for domain, months in counts.items() if months}

    def _store(self, table: str, metric: Metric, slice_: tuple[str, ...], counts: Counts) -> None:
        if not counts:
            return
        run = start_run(source=FetchRun.Source.SNAPSHOT, planned=len(counts), note=f"{table} of the original tool")
        records = [CountsRecord(domain, metric.name, slice_, counts[domain]) for domain in sorted(counts)]
        for start in range(0, len(records), CHUNK):
            for result in store_counts(run=run, metric=metric.name, records=records[start : start + CHUNK]).values():
                self.reports[table].outcomes["stored"] += result.new
        finish_run(run=run, state=FetchRun.State.SUCCEEDED)

    def _alerts(self, table: str, column: str, rows: Iterable[Mapping[str, Any]]) -> None:
        report = self.reports[table]
        metric = METRICS["edits" if table == "community_alerts" else "active_editors"]
        # A peak of people with 1 to 4 edits is no peak of active editors: only what people wrote about the month is taken.
        counted = {slice_ for definition in metric.definitions for slice_ in definition.slices}
        same_measure = metric.name == "edits" or (self.editor_level,) in counted
        understood: dict[tuple[str, dt.date], OldAlert] = {}
        for row in rows:
            report.rows += 1
            try:
                alert = understand_alert(row, column, self.domains, newest=self.newest)
            except NotUnderstood as error:
                report.refuse(str(error), told(row))
                continue
            if alert.percentage_difference is None:
                report.note("the percentage was not a number, and is left empty", told(row))
            known = understood.get((alert.domain, alert.month))
            understood[alert.domain, alert.month] = (
                alert if known is None else one_of_two(alert, known, full=row["project"] == alert.domain, report=report)
            )
        for alerts in _chunks(sorted(understood.values(), key=lambda alert: (alert.domain, alert.month))):
            self._store_alerts(metric, alerts, report, same_measure=same_measure)

    def _store_alerts(self, metric: Metric, alerts: Sequence[OldAlert], report: TableReport, *, same_measure: bool) -> None:
        existing = self._existing(metric, alerts)
        projects = Project.objects.in_bulk({alert.domain for alert in alerts}, field_name="domain")
        counted = self._counted(metric, alerts)
        new = []
        for old in alerts:
            label = self._label(old, report)
            said = f"{old.domain} {old.month:%Y-%m}: {label}"
            alert = existing.get((old.domain, old.month))
            if alert is not None:
                report.outcomes[give_label(alert, label, old)] += 1
                if label and alert.label != label:
                    report.refuse(
                        "the alert has another label here, which is kept", f"{old.domain} {old.month:%Y-%m}: {label}"
                    )
            elif same_measure and (old.domain, old.month) not in counted:
                report.refuse(UNCOUNTED, said)
            elif same_measure:
                new.append(new_alert(projects[old.domain], metric, old, label))
                report.outcomes["new, with its label" if label else "new"] += 1
            elif label:
                report.refuse(WAITS, said)
            else:
                report.outcomes["left out: a peak of people with 1 to 4 edits, without a label"] += 1
        Alert.objects.bulk_create(new, batch_size=500)
        Alert.history.bulk_history_create(new, batch_size=500)
        # What the sweeps have judged they do not look at again: the next one must, to judge these by the rules of this site.
        DetectionState.objects.filter(metric=metric.name, project__in={alert.project for alert in new}).delete()

    @staticmethod
    def _counted(metric: Metric, alerts: Sequence[OldAlert]) -> set[tuple[str, dt.date]]:
        """The project-months of `alerts` that have a count: without one an alert could never be judged."""
        domains, months = {alert.domain for alert in alerts}, {alert.month for alert in alerts}
        rows = metric.model.objects.filter(project__domain__in=domains, month__in=months)
        return set(rows.values_list("project__domain", "month"))

    @staticmethod
    def _existing(metric: Metric, alerts: Sequence[OldAlert]) -> dict[tuple[str, dt.date], Alert]:
        domains, months = {alert.domain for alert in alerts}, {alert.month for alert in alerts}
        found: QuerySet[Alert] = Alert.objects.filter(
            project__domain__in=domains, month__in=months, metric=metric.name, direction=Direction.PEAK
        )
        return {(alert.project.domain, alert.month): alert for alert in found.select_related("project")}

    @staticmethod
    def _label(old: OldAlert, report: TableReport) -> str:
        try:
            validate_text(old.label)
        except ValidationError:
            report.refuse("the label has characters that cannot be stored", f"{old.domain} {old.month:%Y-%m}: {old.label!r}")
            return ""
        if len(old.label) > LABEL_LENGTH:
            report.note(f"the label is longer than {LABEL_LENGTH} characters, and shortened", f"{old.domain}: {old.label}")
        return old.label[:LABEL_LENGTH]


def _chunks(alerts: Sequence[OldAlert]) -> Iterator[Sequence[OldAlert]]:
    return (alerts[start : start + 500] for start in range(0, len(alerts), 500))
