"""What people wrote about peaks in the original tool: notes with their reviews, and reports of notes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from accounts.models import User
from accounts.services import account_of_name
from alerts.models import Alert, Direction
from annotations.models import Annotation, Report
from annotations.validators import validate_link, validate_text
from operations.legacy.report import TableReport
from operations.legacy.understand import Domains, NotUnderstood, understand_moment, understand_month

Row = Mapping[str, Any]
TAKEN_OVER = "Taken over from the original tool"
WAITS = "the note waits for an alert of that month: run this again after fetching and detecting"
METRIC_OF_PEAK = {"edit": "edits", "editor": "active_editors"}
REASON_LENGTH = 300
# A report by (its status, what was done): what is not in here is open.
REPORT_STATUS = {
    ("dismissed", None): Report.Status.DISMISSED,
    ("reviewed", None): Report.Status.DISMISSED,
    ("reviewed", "no_action"): Report.Status.DISMISSED,
    ("reviewed", "edited"): Report.Status.UPHELD,
    ("reviewed", "removed"): Report.Status.UPHELD,
}


@dataclass(slots=True)
class Words:
    """The take-over of notes and reports. `newest` is the last month that is over."""

    domains: Domains
    newest: dt.date
    now: dt.datetime

    def notes(self, rows: Iterable[Row], reviews: Iterable[Row], report: TableReport, reviewed: TableReport) -> None:
        """`peak_annotations` with their `annotation_reviews`. A note that was taken over before is left as it is here."""
        steps: dict[int, list[Row]] = {}
        for review in reviews:
            reviewed.rows += 1
            steps.setdefault(review["annotation_id"], []).append(review)
        known = self._known()
        for row in rows:
            report.rows += 1
            mine = steps.pop(row["id"], [])
            if row["id"] in known:
                report.outcomes["already there"] += 1
                reviewed.outcomes["already there"] += len(mine)
                continue
            try:
                alert = self._alert(row)
                text = self._text(row["description"])
            except NotUnderstood as error:
                report.refuse(str(error), told(row))
                for review in mine:
                    reviewed.refuse("its note was not taken over", told(review))
                continue
            annotation = self._store(row, alert, text, mine, report)
            report.outcomes[f"new, {annotation.status}"] += 1
            reviewed.outcomes["in the history of its note"] += len(mine)
        for review in (review for left in steps.values() for review in left):
            reviewed.refuse("its note is not there", told(review))

    def reports(self, rows: Iterable[Row], report: TableReport) -> None:
        """`annotation_reports`: the first of each person on a note; more than one is named."""
        known = self._known()
        for row in rows:
            report.rows += 1
            annotation = known.get(row["annotation_id"])
            if annotation is None:
                report.refuse("its note was not taken over", told(row))
                continue
            try:
                reason = self._text(row["report_reason"])
            except NotUnderstood as error:
                report.refuse(str(error), told(row))
                continue
            if len(reason) > REASON_LENGTH:
                report.note(f"the reason is longer than {REASON_LENGTH} characters, and shortened", told(row))
            status = REPORT_STATUS.get((str(row.get("status")), row.get("action_taken")), Report.Status.OPEN)
            by, at = row.get("reviewed_by"), understand_moment(row.get("reviewed_at"))
            closed = status != Report.Status.OPEN
            stored, new = Report.objects.get_or_create(
                annotation=annotation,
                reporter=account_of_name(username=row["reported_by"]),
                defaults={
                    "reason": reason[:REASON_LENGTH],
                    "status": status,
                    "resolution": str(row.get("action_taken") or "") if closed else "",
                    "resolved_by": account_of_name(username=by) if by and closed else None,
                    "resolved_at": (at or self.now) if closed else None,
                },
            )
            if new:
                moment = understand_moment(row.get("reported_at")) or self.now
                Report.objects.filter(pk=stored.pk).update(created_at=moment)
                report.outcomes[f"new, {status}"] += 1
            elif stored.reason == reason[:REASON_LENGTH]:
                report.outcomes["already there"] += 1
            else:
                report.refuse("the same person has reported the same note already", told(row))

    @staticmethod
    def _known() -> dict[int, Annotation]:
        """Notes that were taken over, by the number that they had."""
        entries = Annotation.history.filter(history_change_reason__startswith=f"{TAKEN_OVER}, note ")
        numbers = dict(entries.values_list("id", "history_change_reason"))
        found = Annotation.objects.in_bulk(list(numbers))
        return {int(reason.split("note ", 1)[1].split(":")[0]): found[pk] for pk, reason in numbers.items() if pk in found}

    def _alert(self, row: Row) -> Alert:
        domain = self.domains.understand(row["project"])
        month = understand_month(row["timestamp"], newest=self.newest)
        metric = METRIC_OF_PEAK.get(row["peak_type"])
        if metric is None:
            raise NotUnderstood("it is about neither edits nor editors")
        alert = Alert.objects.filter(project__domain=domain, month=month, metric=metric, direction=Direction.PEAK).first()
        if alert is None:
            raise NotUnderstood(WAITS)
        return alert

    @staticmethod
    def _text(value: Any) -> str:
        text = str(value or "").replace("\r\n", "\n").strip()
        if not text:
            raise NotUnderstood("it says nothing")
        try:
            validate_text(text)
        except ValidationError:
            raise NotUnderstood("it has characters that cannot be stored") from None
        return text

    def _store(self, row: Row, alert: Alert, text: str, reviews: list[Row], report: TableReport) -> Annotation:
        """The note as it was written, then each review, as entries of its history with their own dates and names."""
        author = account_of_name(username=row["submitted_by"])
        written = understand_moment(row.get("submitted_at")) or self.now
        annotation = Annotation(alert=alert, author=author, text=text, link=self._link(row, report))
        self._save(annotation, author, written, f"{TAKEN_OVER}, note {row['id']}: written by {author.username}")
        last = written
        for review in reviews:
            last = max(last, understand_moment(review.get("reviewed_at")) or last)
            reviewer = account_of_name(username=review["reviewer_username"])
            self._save(annotation, reviewer, last, _what_the_review_says(review, report))
        annotation.status = _status(row)
        annotation.review_reason = next((str(r["review_notes"]) for r in reversed(reviews) if r.get("review_notes")), "")[
            :REASON_LENGTH
        ]
        if annotation.status != Annotation.Status.PENDING:
            last = max(last, understand_moment(row.get("reviewed_at")) or last)
            by = account_of_name(username=row["reviewed_by"]) if row.get("reviewed_by") else None
            if annotation.status == Annotation.Status.PUBLISHED:
                headed = Annotation.objects.filter(alert=alert, headline=True).exists()
                annotation.headline = None if headed else True
            self._save(annotation, by, last, f"{TAKEN_OVER}: {annotation.status}")
        Annotation.objects.filter(pk=annotation.pk).update(created_at=written, updated_at=last)
        return annotation

    @staticmethod
    def _save(annotation: Annotation, by: User | None, at: dt.datetime, why: str) -> None:
        annotation._change_reason, annotation._history_user, annotation._history_date = why[:500], by, at
        annotation.save()

    @staticmethod
    def _link(row: Row, report: TableReport) -> str:
        link = str(row.get("relevant_link") or "").strip()
        try:
            if link:
                validate_link(link)
        except ValidationError:
            report.note("its link is no http or https address, and is left out", told(row))
            return ""
        return link


def _status(row: Row) -> Annotation.Status:
    """As it was: what was approved and then hidden had been removed."""
    status = row.get("status")
    if status == "approved":
        return Annotation.Status.PUBLISHED if row.get("is_visible", True) else Annotation.Status.REMOVED
    return Annotation.Status.REJECTED if status == "rejected" else Annotation.Status.PENDING


def _what_the_review_says(review: Row, report: TableReport) -> str:
    changed = [
        f"{name} was: {review[f'original_{name}']}"
        for name in ("description", "link")
        if review["action"] == "edit" and review.get(f"original_{name}")
    ]
    said = "; ".join(filter(None, [f"{TAKEN_OVER}: {review['action']}", review.get("review_notes"), *changed]))
    if len(said) > 500:
        report.note("a review is longer than the history holds, and shortened there", told(review))
    return said


def told(row: Row) -> str:
    """All that the row says, for the report."""
    return " ".join(str(value) for value in row.values() if value is not None)
