"""What a form about alerts means: which services to call, in which order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from accounts.models import User
from alerts import services
from alerts.admin.forms import AlertForm
from alerts.lifecycle import Move
from alerts.models import Alert

Given = Mapping[str, Any]  # the cleaned fields of a form
Decide = Callable[[Alert, User, Given, int | None], Alert]


def _acknowledge(alert: Alert, by: User, given: Given, seen: int | None) -> Alert:
    return services.alert_acknowledge(alert=alert, by=by, note=given["reason"], expected_version=seen)


def _explain(alert: Alert, by: User, given: Given, seen: int | None) -> Alert:
    return services.alert_explain(
        alert=alert, by=by, category=given["category"], label=given["label"], note=given["reason"], expected_version=seen
    )


def _dismiss(alert: Alert, by: User, given: Given, seen: int | None) -> Alert:
    return services.alert_dismiss(alert=alert, by=by, reason=given["reason"], expected_version=seen)


def _reopen(alert: Alert, by: User, given: Given, seen: int | None) -> Alert:
    return services.alert_reopen(alert=alert, by=by, reason=given["reason"], expected_version=seen)


def _assign_to_oneself(alert: Alert, by: User, given: Given, seen: int | None) -> Alert:
    return services.alert_assign(alert=alert, by=by, assignee=by, note=given["reason"], expected_version=seen)


# The one table from a move to the service that makes it. `seen` is the version that the person decided on, if known.
DECIDE: Mapping[Move, Decide] = {
    Move.ACKNOWLEDGE: _acknowledge,
    Move.EXPLAIN: _explain,
    Move.DISMISS: _dismiss,
    Move.REOPEN: _reopen,
    Move.ASSIGN: _assign_to_oneself,
}


def save_alert_form(*, form: AlertForm, by: User) -> Alert:
    """Label, assign and decide, as the form says; the form has checked versions and moves under the row's lock.

    1. Store a changed category or label, unless the decision stores them. 2. Store a changed assignee. 3. Decide.
    4. A reason that came alone is a note for the history.
    """
    given = form.cleaned_data | {"reason": (form.cleaned_data.get("reason") or "").strip()}
    alert: Alert = form.instance
    changed = set(form.changed_data)
    note = "" if form.move else given["reason"]  # a decision takes the reason with it
    if changed & {"category", "label"} and form.move != Move.EXPLAIN:
        alert = services.alert_label(alert=alert, by=by, category=given["category"], label=given["label"], note=note)
    if "assignee" in changed:
        alert = services.alert_assign(alert=alert, by=by, assignee=given["assignee"], note=note)
    if form.move is not None:
        alert = DECIDE[form.move](alert, by, given, None)
    if changed == {"reason"} and note:
        alert = services.alert_note(alert=alert, by=by, note=note)
    return alert
