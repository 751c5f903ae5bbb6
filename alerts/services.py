"""Writes of judgements: what people do with alerts and policies. Each change and its history row are one transaction.

Every `alert_` function takes the alert (as the caller saw it), who acts, and optionally `expected_version`: the `version` of
the page the person decided on. It returns the changed alert, freshly read. They raise `ChangedMeanwhile` when the alert has
another version by now, `IllegalTransition` when its status does not allow the move, and `ValidationError` for text that
cannot be stored, and `PermissionDenied` for a person who may not do it, whichever page or command asks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from alerts.choices import SETTLED
from alerts.engine.rejudging import preview_policy, recompute_alerts
from alerts.engine.sweep import detect_alerts
from alerts.lifecycle import Actor, ChangedMeanwhile, Move, outcome_of
from alerts.models import Alert, Category, DetectionPolicy, Expectation
from alerts.policies import SITE, next_version, same_rules
from curation.vocabulary import reason as reason_of
from database.transactions import retried_transaction
from edits.models import Project

__all__ = [
    "KEEP", "Keep", "alert_acknowledge", "alert_assign", "alert_dismiss", "alert_explain", "alert_label", "alert_note",
    "alert_reopen", "detect_alerts", "expectation_begin",
    "expectation_end", "policy_delete", "policy_save", "preview_policy", "recompute_alerts",
]  # fmt: skip


class Keep:
    """Stands for "leave this as it is" where None and "" mean "remove it"."""


KEEP: Final = Keep()
# Who may label need not triage; everything else that people do with an alert is triage.
MAY_MOVE: Final[Mapping[Move, tuple[str, ...]]] = {Move.LABEL: ("alert.label", "alert.triage")}


def alert_acknowledge(*, alert: Alert, by: User, expected_version: int | None = None, note: str = "") -> Alert:
    """Take the alert up: somebody is looking at it."""
    return _change(alert, by, Move.ACKNOWLEDGE, expected_version, note or reason_of("taken-up"), {})


def alert_explain(
    *,
    alert: Alert,
    by: User,
    category: Category,
    label: str | Keep = KEEP,
    expected_version: int | None = None,
    note: str = "",
) -> Alert:
    """Say what caused it: a category of the closed vocabulary and, optionally, a few words of free text."""
    changes = {"category": category, "label": label}
    return _change(alert, by, Move.EXPLAIN, expected_version, note or reason_of("explained", category=category.name), changes)


def alert_dismiss(*, alert: Alert, by: User, reason: str, expected_version: int | None = None) -> Alert:
    """Close the alert as not noteworthy. `reason` is mandatory and goes to the history."""
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": _("Say why this alert is dismissed.")})
    return _change(
        alert, by, Move.DISMISS, expected_version, reason_of("dismissed", because=reason), {"dismissal_reason": reason}
    )


def alert_reopen(*, alert: Alert, by: User, expected_version: int | None = None, reason: str = "") -> Alert:
    """Put the alert back into the queue; its label stays, the reason for its dismissal goes (the history keeps it)."""
    note = reason_of("reopened", because=reason)
    return _change(alert, by, Move.REOPEN, expected_version, note, {"dismissal_reason": ""})


def alert_assign(
    *, alert: Alert, by: User, assignee: User | None, expected_version: int | None = None, note: str = ""
) -> Alert:
    """Say who looks at the alert; None: nobody."""
    default = reason_of("assigned", name=assignee.get_username()) if assignee else reason_of("assigned-to-nobody")
    return _change(alert, by, Move.ASSIGN, expected_version, note or default, {"assignee": assignee})


def alert_label(
    *,
    alert: Alert,
    by: User,
    category: Category | None | Keep = KEEP,
    label: str | Keep = KEEP,
    expected_version: int | None = None,
    note: str = "",
) -> Alert:
    """Set the category, the free text, or both, in any status. What is not given stays."""
    return _change(
        alert, by, Move.LABEL, expected_version, note or reason_of("labelled"), {"category": category, "label": label}
    )


def alert_note(*, alert: Alert, by: User, note: str, expected_version: int | None = None) -> Alert:
    """Leave a note in the history; the alert stays as it is."""
    require(by, "alert.triage")
    return _change(alert, by, Move.LABEL, expected_version, note, {}, note_alone=True)


@retried_transaction
def _change(
    alert: Alert,
    by: User,
    move: Move,
    expected_version: int | None,
    note: str,
    changes: dict[str, Any],
    *,
    note_alone: bool = False,
) -> Alert:
    """Make `move`: compare and set the version, then the status by the table, the human columns, and the history row.

    Where nothing would change nothing is written, unless the note itself is what is wanted.
    """
    require(by, *MAY_MOVE.get(move, ("alert.triage",)))
    current = Alert.objects.select_for_update().get(pk=alert.pk)
    wanted = {name: value for name, value in changes.items() if value is not KEEP}
    wanted = {name: value.strip() if isinstance(value, str) else value for name, value in wanted.items()}
    stored = all(getattr(current, name) == value for name, value in wanted.items())
    if expected_version is not None and current.version != expected_version:
        if stored and _was_sent_twice(current, by, note, expected_version):
            return current
        raise ChangedMeanwhile(current)
    status = outcome_of(current, move, by=Actor.PERSON)
    same = stored and status == current.status
    if same and not note_alone:
        return current
    won = Alert.objects.filter(pk=current.pk, version=current.version).update(version=F("version") + 1)
    if not won:
        raise ChangedMeanwhile(Alert.objects.get(pk=alert.pk))
    current.version += 1
    for name, value in wanted.items():
        setattr(current, name, value)
    if status != current.status:
        current.settled_count = current.count if status in SETTLED else None
        current.status = status
    fields = [*wanted, "status", "settled_count", "version"]
    current.clean_fields(exclude={field.name for field in Alert._meta.fields} - set(wanted))
    current._history_user = by
    current._change_reason = note[:500]
    current.save(update_fields=[*fields, "updated_at"])
    return current


def _was_sent_twice(current: Alert, by: User, note: str, expected_version: int) -> bool:
    """Whether the one change after the version that was seen is this very one: the same person's, with the same words."""
    last = current.history.order_by("-history_date", "-history_id").first()
    same = last is not None and (last.history_user_id, last.history_change_reason) == (by.pk, note[:500])
    return same and current.version == expected_version + 1


@retried_transaction
def policy_save(*, policy: DetectionPolicy, by: User | None, reason: str = "") -> DetectionPolicy:
    """Validate and store `policy`, as a new version when any of its rules changed; its history keeps each version.

    New months are judged by it from now on; months that were judged keep the version that judged them. Raises ValidationError
    by field for an unknown detector, a parameter out of range, a metric or direction that does not exist, a second policy of
    the same scope, PermissionDenied for a person who may not change rules. A policy of which nothing changed is not written.
    `by` is None for the site itself: a migration or the set-up of an installation.
    """
    if by is not None:
        require(by, "policy.edit")
    policy.full_clean()
    stored = DetectionPolicy.objects.select_for_update().filter(pk=policy.pk).first() if policy.pk else None
    if stored is not None and same_rules(stored, policy):
        return stored
    if stored is not None:
        _put_on_record(stored)
    policy.version = next_version(policy.scope_of())
    policy._history_user = by
    policy._change_reason = (reason.strip() or reason_of("changed" if stored else "created"))[:500]
    policy.save()
    return policy


def _put_on_record(policy: DetectionPolicy) -> None:
    """Months were judged by this version: it must stay in the history, also where something wrote it past `policy_save`."""
    if not policy.history.filter(version=policy.version).exists():
        DetectionPolicy.history.bulk_history_create(
            [policy], default_change_reason=reason_of("as-it-stood"), default_date=policy.updated_at
        )


@retried_transaction
def policy_delete(*, policy: DetectionPolicy, by: User | None, reason: str = "") -> None:
    """Remove an override; its history stays, since months were judged by it. The policy of the site cannot be removed."""
    if by is not None:
        require(by, "policy.edit")
    if policy.scope == SITE:
        raise ValidationError(_("The policy of the whole site cannot be removed: change it instead."))
    _put_on_record(policy)
    policy._history_user = by
    policy._change_reason = (reason.strip() or reason_of("deleted"))[:500]
    policy.delete()


@retried_transaction
def expectation_begin(
    *,
    project: Project,
    by: User,
    title: str,
    first_month: dt.date,
    until: dt.date,
    reason: str,
    today: dt.date,
    metric: str = "",
    link: str = "",
) -> Expectation:
    """Expect alerts of `project` in months from `first_month` on: until that day they are not announced and wait for nobody.

    Raises ValidationError by field, and for a day that is over already.
    """
    require(by, "expectation.edit")
    expectation = Expectation(
        project=project, metric=metric, title=title.strip(), link=link, first_month=first_month, until=until,
        reason=reason.strip(), created_by=by,
    )  # fmt: skip
    expectation.clean_fields()
    if until < max(today, first_month):
        raise ValidationError({"until": _("This day is over already.") if until < today else _("It ends before it begins.")})
    expectation._history_user = by
    expectation._change_reason = reason_of("begun")
    expectation.save()
    return expectation


@retried_transaction
def expectation_end(*, expectation: Expectation, by: User, reason: str, now: dt.datetime) -> Expectation:
    """End it before its day: its alerts are announced and wait again. One that was ended stays as it is."""
    require(by, "expectation.edit")
    current = Expectation.objects.select_for_update().get(pk=expectation.pk)
    if current.ended_at is not None:
        return current
    current.ended_at = now
    current._history_user = by
    current._change_reason = reason_of("ended", because=reason)
    current.save()
    return current
