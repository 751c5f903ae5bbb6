"""Writes of judgements: what people do with alerts and policies. Each change and its history row are one transaction.

Every `alert_` function takes the alert (as the caller saw it), who acts, and optionally `expected_version`: the `version` of
the page the person decided on. It returns the changed alert, freshly read. They raise `ChangedMeanwhile` when the alert has
another version by now, `IllegalTransition` when its status does not allow the move, and `ValidationError` for text that
cannot be stored. Whether the person may do it at all is the caller's to ask.
"""

from __future__ import annotations

from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from alerts.lifecycle import SETTLED, Actor, ChangedMeanwhile, Move, outcome_of
from alerts.models import Alert, Category, DetectionPolicy
from alerts.policies import SITE, next_version, same_rules
from alerts.rejudging import preview_policy, recompute_alerts
from alerts.sweep import detect_alerts
from database.transactions import retried_transaction

__all__ = [
    "KEEP", "alert_acknowledge", "alert_assign", "alert_dismiss", "alert_explain", "alert_label", "alert_note",
    "alert_reopen", "detect_alerts", "policy_delete", "policy_save", "preview_policy", "recompute_alerts",
]  # fmt: skip


class _Keep:
    """Stands for "leave this as it is" where None and "" mean "remove it"."""


KEEP: Final = _Keep()


def alert_acknowledge(*, alert: Alert, by: User, expected_version: int | None = None, note: str = "") -> Alert:
    """Take the alert up: somebody is looking at it."""
    return _change(alert, by, Move.ACKNOWLEDGE, expected_version, note or "Taken up", {})


def alert_explain(
    *,
    alert: Alert,
    by: User,
    category: Category,
    label: str | _Keep = KEEP,
    expected_version: int | None = None,
    note: str = "",
) -> Alert:
    """Say what caused it: a category of the closed vocabulary and, optionally, a few words of free text."""
    changes = {"category": category, "label": label}
    return _change(alert, by, Move.EXPLAIN, expected_version, note or f"Explained: {category.name}", changes)


def alert_dismiss(*, alert: Alert, by: User, reason: str, expected_version: int | None = None) -> Alert:
    """Close the alert as not noteworthy. `reason` is mandatory and goes to the history."""
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": _("Say why this alert is dismissed.")})
    return _change(alert, by, Move.DISMISS, expected_version, f"Dismissed: {reason}", {"dismissal_reason": reason})


def alert_reopen(*, alert: Alert, by: User, expected_version: int | None = None, reason: str = "") -> Alert:
    """Put the alert back into the queue; its label stays, the reason for its dismissal goes (the history keeps it)."""
    note = f"Reopened: {reason.strip()}" if reason.strip() else "Reopened"
    return _change(alert, by, Move.REOPEN, expected_version, note, {"dismissal_reason": ""})


def alert_assign(
    *, alert: Alert, by: User, assignee: User | None, expected_version: int | None = None, note: str = ""
) -> Alert:
    """Say who looks at the alert; None: nobody."""
    default = f"Assigned to {assignee.get_username()}" if assignee else "Assigned to nobody"
    return _change(alert, by, Move.ASSIGN, expected_version, note or default, {"assignee": assignee})


def alert_label(
    *,
    alert: Alert,
    by: User,
    category: Category | None | _Keep = KEEP,
    label: str | _Keep = KEEP,
    expected_version: int | None = None,
    note: str = "",
) -> Alert:
    """Set the category, the free text, or both, in any status. What is not given stays."""
    return _change(alert, by, Move.LABEL, expected_version, note or "Labelled", {"category": category, "label": label})


def alert_note(*, alert: Alert, by: User, note: str, expected_version: int | None = None) -> Alert:
    """Leave a note in the history; the alert stays as it is."""
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
    current = Alert.objects.select_for_update().get(pk=alert.pk)
    if expected_version is not None and current.version != expected_version:
        raise ChangedMeanwhile(current)
    status = outcome_of(current, move, by=Actor.PERSON)
    wanted = {name: value for name, value in changes.items() if value is not KEEP}
    wanted = {name: value.strip() if isinstance(value, str) else value for name, value in wanted.items()}
    same = status == current.status and all(getattr(current, name) == value for name, value in wanted.items())
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


@retried_transaction
def policy_save(*, policy: DetectionPolicy, by: User | None, reason: str = "") -> DetectionPolicy:
    """Validate and store `policy`, as a new version when any of its rules changed; its history keeps each version.

    New months are judged by it from now on; months that were judged keep the version that judged them. Raises ValidationError
    by field for an unknown detector, a parameter out of range, a metric or direction that does not exist, a second policy of
    the same scope. A policy of which nothing changed is not written.
    """
    policy.full_clean()
    stored = DetectionPolicy.objects.select_for_update().filter(pk=policy.pk).first() if policy.pk else None
    if stored is not None and same_rules(stored, policy):
        return stored
    if stored is not None:
        _put_on_record(stored)
    policy.version = next_version(policy.scope_of())
    policy._history_user = by
    policy._change_reason = (reason.strip() or ("Changed" if stored else "Created"))[:500]
    policy.save()
    return policy


def _put_on_record(policy: DetectionPolicy) -> None:
    """Months were judged by this version: it must stay in the history, also where something wrote it past `policy_save`."""
    if not policy.history.filter(version=policy.version).exists():
        DetectionPolicy.history.bulk_history_create(
            [policy], default_change_reason="As it stood", default_date=policy.updated_at
        )


@retried_transaction
def policy_delete(*, policy: DetectionPolicy, by: User | None, reason: str = "") -> None:
    """Remove an override; its history stays, since months were judged by it. The policy of the site cannot be removed."""
    if policy.scope == SITE:
        raise ValidationError(_("The policy of the whole site cannot be removed: change it instead."))
    _put_on_record(policy)
    policy._history_user = by
    policy._change_reason = (reason.strip() or "Deleted")[:500]
    policy.delete()
