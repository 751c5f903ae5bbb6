"""What a saved alert form means: which services to call, in which order."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from alerts import services
from alerts.curation.forms import AlertForm
from alerts.lifecycle import Move
from alerts.models import Alert


def save_alert_form(*, form: AlertForm, by: User) -> Alert:
    """Label, assign and decide, as the form says; the form has checked versions and moves under the row's lock."""
    given = form.cleaned_data
    alert: Alert = form.instance
    reason = given.get("reason", "").strip()
    changed = set(form.changed_data)
    note = "" if form.move else reason  # a decision takes the reason with it
    if changed & {"category", "label"} and form.move != Move.EXPLAIN:
        alert = services.alert_label(alert=alert, by=by, category=given["category"], label=given["label"], note=note)
    if "assignee" in changed:
        alert = services.alert_assign(alert=alert, by=by, assignee=given["assignee"], note=note)
    if form.move is not None:
        alert = _DECIDE[form.move](alert, by, given, reason)
    if changed == {"reason"} and note:
        alert = services.alert_note(alert=alert, by=by, note=note)
    return alert


def _acknowledge(alert: Alert, by: User, given: dict[str, Any], reason: str) -> Alert:
    return services.alert_acknowledge(alert=alert, by=by, note=reason)


def _explain(alert: Alert, by: User, given: dict[str, Any], reason: str) -> Alert:
    return services.alert_explain(alert=alert, by=by, category=given["category"], label=given["label"], note=reason)


def _dismiss(alert: Alert, by: User, given: dict[str, Any], reason: str) -> Alert:
    return services.alert_dismiss(alert=alert, by=by, reason=reason)


def _reopen(alert: Alert, by: User, given: dict[str, Any], reason: str) -> Alert:
    return services.alert_reopen(alert=alert, by=by, reason=reason)


_DECIDE = {
    Move.ACKNOWLEDGE: _acknowledge,
    Move.EXPLAIN: _explain,
    Move.DISMISS: _dismiss,
    Move.REOPEN: _reopen,
}
