"""What people do with annotations and reports. Each change and its history row are one transaction.

The functions ask the permission table themselves and raise `PermissionDenied`. They raise `ValidationError` for text that
cannot be stored, `ChangedMeanwhile` when the annotation has another version than the caller saw, `NotPossible` when its status
does not allow the step, `SlotTaken` when another annotation became the headline first, and `TooMuch` beyond the limits.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import may, require
from alerts.models import Alert
from annotations.limits import refuse_more_on, refuse_too_much
from annotations.models import Annotation, Report
from curation.reports import NotPossible, resolve_report
from curation.vocabulary import reason as reason_of
from database.transactions import retried_transaction

Status = Annotation.Status

# What a reviewer can do with an annotation: from which status, and where it leads. What does not stand here is refused.
STEPS: Mapping[str, Mapping[Status, Status]] = MappingProxyType(
    {
        "approve": {
            Status.PENDING: Status.PUBLISHED,
            Status.REJECTED: Status.PUBLISHED,
            Status.REMOVED: Status.PUBLISHED,
        },
        "reject": {Status.PENDING: Status.REJECTED},
        "remove": {Status.PUBLISHED: Status.REMOVED},
    }
)


class ChangedMeanwhile(Exception):
    """Somebody changed the annotation after the page was made; `current` is the row as it is now."""

    def __init__(self, current: Annotation) -> None:
        self.current = current
        self.message = _("The note was changed meanwhile. Look at it again before you decide.")
        super().__init__(self.message)


class SlotTaken(Exception):
    """Another annotation heads the alert; `current` is that one."""

    def __init__(self, current: Annotation | None) -> None:
        self.current = current
        self.message = _("Another note became the headline of this alert meanwhile.")
        super().__init__(self.message)


def _clean(text: str) -> str:
    """As browsers send it and as it is counted: one character for a line break, no blanks around."""
    return text.replace("\r\n", "\n").strip()


def annotation_contribute(*, alert: Alert, by: User, text: str, link: str = "", now: dt.datetime | None = None) -> Annotation:
    """Add what `by` knows about `alert`: published at once from a reviewer, waiting for review from others.

    The same words of the same author about the same alert are one note, however often they are sent.
    """
    require(by, "annotation.contribute")
    return _contribute(alert, by, text, link, now or timezone.now())


@retried_transaction
def _contribute(alert: Alert, by: User, text: str, link: str, now: dt.datetime) -> Annotation:
    reviewer = may(by, "annotation.review")
    annotation = Annotation(
        alert=alert,
        author=by,
        text=_clean(text),
        link=link.strip(),
        status=Status.PUBLISHED if reviewer else Status.PENDING,
    )
    annotation.clean_fields()
    if sent_before := _sent_before(annotation):
        return sent_before
    refuse_too_much(by=by, now=now)
    refuse_more_on(alert, by=by)
    _save(annotation, by, reason_of("written"))
    if reviewer:
        _head_if_free(annotation, by)
    return annotation


def _sent_before(annotation: Annotation) -> Annotation | None:
    """The note with the same words, author and alert that stands already. The author's row is locked, so that of two equal
    notes sent at once the second waits and finds the first."""
    User.objects.select_for_update().get(pk=annotation.author_id)
    standing = Annotation.objects.select_for_update().filter(
        alert=annotation.alert, author=annotation.author, status__in=(Status.PENDING, Status.PUBLISHED)
    )
    return next((note for note in standing if (note.text, note.link) == (annotation.text, annotation.link)), None)


@retried_transaction
def annotation_edit(
    *, annotation: Annotation, by: User, text: str, link: str = "", expected_version: int | None = None, reason: str = ""
) -> Annotation:
    """Change the words; the author stays the author. What an author changes is reviewed again before it is shown.

    A reviewer may give a `reason`, which the author reads.
    """
    reviewer = may(by, "annotation.review")
    if not reviewer and not (annotation.author_id == by.pk and may(by, "annotation.edit_own")):
        raise PermissionDenied(_("Only its author and moderators may change a note."))
    new_text, new_link = _clean(text), link.strip()
    current = _lock(annotation, None)
    if (new_text, new_link) == (current.text, current.link):
        return current  # it says so already: sent twice, perhaps
    current = _lock(annotation, expected_version)
    if current.status == Status.REMOVED and not reviewer:
        raise NotPossible(_("The note was removed by a moderator and cannot be changed."))
    current.text, current.link = new_text, new_link
    current.clean_fields()
    if not reviewer:
        refuse_too_much(by=by, now=timezone.now())
        current.status, current.headline, current.review_reason = Status.PENDING, None, ""
    elif reason.strip():
        current.review_reason = reason.strip()
        current.clean_fields(exclude=["text", "link"])
    _save(current, by, reason_of("edited", because=reason))
    return current


@retried_transaction
def annotation_approve(
    *, annotation: Annotation, by: User, reason: str = "", expected_version: int | None = None
) -> Annotation:
    """Publish it; it becomes the headline of its alert where that place is free."""
    current = _step("approve", annotation, by, reason, expected_version)
    _head_if_free(current, by)
    return current


@retried_transaction
def annotation_reject(*, annotation: Annotation, by: User, reason: str, expected_version: int | None = None) -> Annotation:
    """Do not publish it; the author reads `reason`, which is mandatory."""
    return _step("reject", annotation, by, _mandatory(reason), expected_version)


@retried_transaction
def annotation_remove(*, annotation: Annotation, by: User, reason: str, expected_version: int | None = None) -> Annotation:
    """Take a published one off the pages, for the mandatory `reason`. Nothing is deleted."""
    return _step("remove", annotation, by, _mandatory(reason), expected_version)


@retried_transaction
def annotation_make_headline(*, annotation: Annotation, by: User, instead_of: int | None) -> Annotation:
    """Let `annotation` head its alert in place of the annotation with the id `instead_of` (None: the place was free).

    Raises SlotTaken when another one than `instead_of` has the place by now: the moderator then decides on what is there.
    """
    require(by, "annotation.review")
    Alert.objects.select_for_update().get(pk=annotation.alert_id)
    current = _lock(annotation, None)
    if current.status != Status.PUBLISHED:
        raise NotPossible(_("Only a published note can be the headline."))
    if current.headline:
        return current
    heading = Annotation.objects.select_for_update().filter(alert=current.alert_id, headline=True).first()
    if (heading.pk if heading else None) != instead_of:
        raise SlotTaken(heading)
    if heading:
        heading.headline = None
        _save(heading, by, reason_of("no-headline"))
    current.headline = True
    _save(current, by, reason_of("headline"))
    return current


@retried_transaction
def annotation_report(*, annotation: Annotation, by: User, reason: str, now: dt.datetime | None = None) -> Report:
    """Tell the moderators that a published annotation is wrong or harmful; once for each person."""
    require(by, "annotation.report")
    report = Report(annotation=annotation, reporter=by, reason=_clean(reason))
    report.clean_fields()
    current = _lock(annotation, None)
    if current.status != Status.PUBLISHED:
        raise NotPossible(_("Only a published note can be reported."))
    earlier = Report.objects.filter(annotation=annotation, reporter=by).first()
    if earlier is not None and earlier.status == Report.Status.OPEN and earlier.reason == report.reason:
        return earlier  # sent twice
    if earlier is not None and earlier.status == Report.Status.OPEN:
        raise NotPossible(_("You have already reported this note. The moderators will look at it."))
    if earlier is not None:
        raise NotPossible(
            _("You have already reported this note, and the report was resolved (%(status)s): see “My contributions”.")
            % {"status": earlier.get_status_display()}
        )
    refuse_too_much(by=by, now=now or timezone.now())
    report.save(force_insert=True)
    return report


@retried_transaction
def report_dismiss(*, report: Report, by: User, resolution: str = "", now: dt.datetime | None = None) -> Report:
    """The annotation is fine as it is."""
    return _resolve(report, by, Report.Status.DISMISSED, resolution, now)


@retried_transaction
def report_uphold(
    *, report: Report, by: User, resolution: str = "", remove: bool = False, now: dt.datetime | None = None
) -> Report:
    """The report was right: the annotation was edited or, with `remove`, is taken off; then `resolution` is mandatory."""
    resolved = _resolve(report, by, Report.Status.UPHELD, _mandatory(resolution) if remove else resolution, now)
    annotation = resolved.annotation
    if remove and annotation.status == Status.PUBLISHED:
        annotation_remove(annotation=annotation, by=by, reason=resolution)
        others = Report.objects.filter(annotation=annotation, status=Report.Status.OPEN)
        for other in others.select_for_update():
            _resolve(other, by, Report.Status.UPHELD, resolution, now)
    return resolved


def _resolve(report: Report, by: User, status: Report.Status, resolution: str, now: dt.datetime | None) -> Report:
    require(by, "report.resolve")
    return resolve_report(report, "annotation", by=by, status=status, resolution=resolution, now=now)


def _step(name: str, annotation: Annotation, by: User, reason: str, expected_version: int | None) -> Annotation:
    require(by, "annotation.review")
    current = _lock(annotation, expected_version)
    target = STEPS[name].get(Status(current.status))
    if target is None:
        raise NotPossible(
            _("A note that is “%(status)s” cannot be changed this way.") % {"status": current.get_status_display()}
        )
    current.status, current.review_reason = target, reason.strip()
    if target != Status.PUBLISHED:
        current.headline = None
    current.clean_fields(exclude=["text", "link"])
    _save(current, by, reason_of(name, because=reason))
    return current


def _mandatory(reason: str) -> str:
    if not reason.strip():
        raise ValidationError({"reason": _("Say why: the author will read it.")})
    return reason


def _lock(annotation: Annotation, expected_version: int | None) -> Annotation:
    current = Annotation.objects.select_for_update().get(pk=annotation.pk)
    if expected_version is not None and current.version != expected_version:
        raise ChangedMeanwhile(current)
    return current


def _save(annotation: Annotation, by: User, why: str) -> None:
    if annotation.pk:
        annotation.version += 1
    annotation._history_user = by
    annotation._change_reason = why
    annotation.save()


def _head_if_free(annotation: Annotation, by: User) -> None:
    """Take the place of the headline where nobody has it. Of two that try at once the unique key lets one through."""
    if Annotation.objects.filter(alert=annotation.alert_id, headline=True).exists():
        return
    try:
        with transaction.atomic():
            annotation.headline = True
            _save(annotation, by, reason_of("headline"))
    except IntegrityError:
        annotation.headline = None
        annotation.version -= 1
