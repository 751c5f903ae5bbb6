"""What was understood goes into our tables: facts by the service of all sources, labels without touching anybody's words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet

from alerts.models import Alert, DetectionState, Direction
from alerts_site.legacy.reading import rows_of, tables_of
from alerts_site.legacy.report import TableReport
from alerts_site.legacy.understand import (
    Domains,
    NotUnderstood,
    OldAlert,
    understand_alert,
    understand_count,
    understand_month,
)
from annotations.validators import validate_text
from edits.metrics import METRICS, Metric
from edits.models import ActivityLevel, EditorType, FetchRun, PageType, Project, ProjectAlias
from edits.months import add_months, month_of
from edits.records import CountsRecord
from edits.services import finish_run, start_run, store_counts

CHUNK = 50  # projects in one call of the store
LABEL_LENGTH = Alert._meta.get_field("label").max_length or 200
DETECTOR, VERSION = "rolling_mean", "original"
# The original asked for all editors on content pages, and called those with 1 to 4 edits "editors".
EDITS_SLICE = (PageType.CONTENT.value, EditorType.ALL.value)
ORIGINAL_LEVEL = ActivityLevel.FROM_1.value

WAITS = "its label waits for an alert of active editors in that month: run this again after fetching and detecting"
UNCOUNTED = "no count of that month is stored: fetch it, and run this again"
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

    def run(self, *, dry_run: bool = False) -> dict[str, TableReport]:
        """Take everything over in one transaction; with `dry_run` take it back again. A second run changes nothing."""
        tables = tables_of(self.connection)
        with transaction.atomic():
            for table, columns in tables.items():
                self.reports[table] = TableReport()
                rows = rows_of(self.connection, table, columns)
                if table.endswith("_counts"):
                    self._counts(table, columns[2], rows)
                else:
                    self._alerts(table, columns[2], rows)
            transaction.set_rollback(dry_run)
        return self.reports

    @property
    def newest(self) -> dt.date:
        return month_of(self.today)

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
                report.refuse(str(error), _example(row))
                continue
            other = counts.setdefault(domain, {}).get(month)
            if other is not None:
                what = "twice with the same count" if other == count else "twice with different counts; the full domain counts"
                report.note(f"a project and month stand there {what}", _example(row))
                if row["project"] != domain:
                    continue
            counts[domain][month] = count
        self._store(table, metric, slice_, self._only_new(metric, slice_, counts, report))

    def _only_new(self, metric: Metric, slice_: tuple[str, ...], counts: Counts, report: TableReport) -> Counts:
        """Months that are not stored yet. What is stored came from Wikimedia later, and wins."""
        slices = dict(zip(metric.slice_fields, slice_, strict=True))
        rows = metric.model._default_manager.filter(project__domain__in=counts, **slices)
        for domain, month, stored in rows.values_list("project__domain", "month", metric.count_field).iterator(10_000):
            old = counts[domain].pop(month, None)
            if old is None:
                continue
            report.outcomes["already stored" if old == stored else "already stored with another count, which is kept"] += 1
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
        same_measure = metric.name == "edits" or (self.editor_level,) in {part for whole in metric.series for part in whole}
        understood: dict[tuple[str, dt.date], OldAlert] = {}
        for row in rows:
            report.rows += 1
            try:
                alert = understand_alert(row, column, self.domains, newest=self.newest)
            except NotUnderstood as error:
                report.refuse(str(error), _example(row))
                continue
            if alert.percentage_difference is None:
                report.note("the percentage was not a number, and is left empty", _example(row))
            known = understood.get((alert.domain, alert.month))
            if known is None or (alert.label and not known.label) or (row["project"] == alert.domain and not known.label):
                understood[alert.domain, alert.month] = alert
            elif alert.label and alert.label != known.label:
                report.refuse("the same month of the same project has another label already", _example(row))
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
                report.outcomes[_give_label(alert, label, old)] += 1
                if label and alert.label != label:
                    report.refuse(
                        "the alert has another label here, which is kept", f"{old.domain} {old.month:%Y-%m}: {label}"
                    )
            elif same_measure and (old.domain, old.month) not in counted:
                report.refuse(UNCOUNTED, said)
            elif same_measure:
                new.append(_new_alert(projects[old.domain], metric, old, label))
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
        rows = metric.model._default_manager.filter(project__domain__in=domains, month__in=months)
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
        if len(old.label) <= LABEL_LENGTH:
            return old.label
        report.note(
            f"the label is longer than {LABEL_LENGTH} characters: in full in the history", f"{old.domain} {old.month:%Y-%m}"
        )
        return old.label[: LABEL_LENGTH - 1] + "…"


def _give_label(alert: Alert, label: str, old: OldAlert) -> str:
    """Label an alert that people have not labelled yet; what became of it."""
    if not label or alert.label:
        return "already there"
    alert.label, alert.version = label, alert.version + 1
    alert._change_reason, alert._history_user = _reason(old), None
    alert.save(update_fields=["label", "version", "updated_at"])
    return "labelled"


def _new_alert(project: Project, metric: Metric, old: OldAlert, label: str) -> Alert:
    """As the original raised it. The next sweep judges the month by the rules of this site, and never touches the label."""
    published = dt.datetime.combine(add_months(old.month, 1), dt.time(), dt.UTC)
    alert = Alert(
        project=project,
        metric=metric.name,
        month=old.month,
        direction=Direction.PEAK,
        count=old.count,
        rolling_mean=old.rolling_mean,
        threshold=old.threshold,
        percentage_difference=old.percentage_difference,
        expected=old.rolling_mean,
        upper=old.threshold,
        excess=None if old.rolling_mean is None else old.count - old.rolling_mean,
        detector=DETECTOR,
        detector_version=VERSION,
        data_as_of=published,
        raised_count=old.count,
        raised_at=published,
        label=label,
    )
    alert._change_reason, alert._history_user = _reason(old), None
    return alert


def _reason(old: OldAlert) -> str:
    text = "Taken over from the original tool"
    return f"{text}: {old.label}"[:500] if old.label else text


def _example(row: Mapping[str, Any]) -> str:
    """Names the row: project and timestamp, and what it says."""
    return " ".join(str(value) for value in row.values() if value is not None)[:200]


def _chunks(alerts: Sequence[OldAlert]) -> Iterator[Sequence[OldAlert]]:
    return (alerts[start : start + 500] for start in range(0, len(alerts), 500))
