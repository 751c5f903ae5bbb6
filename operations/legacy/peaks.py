"""A peak of the original tool as an alert here."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from alerts.models import Alert, Direction
from edits.metrics import Metric
from edits.models import Project
from edits.months import add_months
from operations.legacy.report import TableReport
from operations.legacy.understand import OldAlert

DETECTOR, VERSION = "rolling_mean", "original"
TWICE = "a project and month stand there under two names"


def one_of_two(new: OldAlert, known: OldAlert, *, full: bool, report: TableReport) -> OldAlert:
    """The same month of the same project under two names: as with counts, the row with the full domain is kept, and with it
    the label of the other one, where it has none itself.
    """
    kept, dropped = (new, known) if full else (known, new)
    where = f"{kept.domain} {kept.month:%Y-%m}"
    if kept.count != dropped.count:
        report.note(f"{TWICE} with another count", f"{where}: {kept.count} is kept, {dropped.count} is not")
    if kept.label and dropped.label and kept.label != dropped.label:
        report.refuse("the same month of the same project has another label already", f"{where}: {dropped.label}")
    return replace(kept, label=kept.label or dropped.label)


def give_label(alert: Alert, label: str, old: OldAlert) -> str:
    """Label an alert that people have not labelled yet; what became of it."""
    if not label or alert.label:
        return "already there"
    alert.label, alert.version = label, alert.version + 1
    alert._change_reason, alert._history_user = _reason(old), None
    alert.save(update_fields=["label", "version", "updated_at"])
    return "labelled"


def new_alert(project: Project, metric: Metric, old: OldAlert, label: str) -> Alert:
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
