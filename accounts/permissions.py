"""Who may do what: the one table. What does not stand here is refused.

An action needs an account in good standing (`SIGNED_IN`) or a Django permission; what everybody may do, such as reading, is
not asked for. Permissions reach people through their groups, which migrations fill with what `GROUPS` says; an administrator
may change groups later, and the answer follows at the next request, since it is read from the database each time.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

MODERATORS, COMMUNITY_MANAGERS = "Moderators", "Community managers"


class Needs(StrEnum):
    """What an action can ask for besides a Django permission."""

    SIGNED_IN = "signed in"


ACTIONS: dict[str, str] = {
    "annotation.contribute": Needs.SIGNED_IN,
    "annotation.edit_own": Needs.SIGNED_IN,
    "annotation.report": Needs.SIGNED_IN,
    "contributions.view": Needs.SIGNED_IN,
    "follow.manage": Needs.SIGNED_IN,
    "group.make": Needs.SIGNED_IN,
    "group.publish": "subscriptions.change_group",
    "channel.manage": "subscriptions.change_channelswitch",
    "message.view": "subscriptions.view_message",
    "contribution.skip_age_gate": "annotations.add_annotation",
    "alert.label": "alerts.label_alert",
    "alert.view": "alerts.view_alert",
    "alert.triage": "alerts.change_alert",
    "annotation.view": "annotations.view_annotation",
    "annotation.review": "annotations.change_annotation",
    "report.view": "annotations.view_report",
    "report.resolve": "annotations.change_report",
    "expectation.view": "alerts.view_expectation",
    "expectation.edit": "alerts.change_expectation",
    "event.propose": Needs.SIGNED_IN,
    "event.report": Needs.SIGNED_IN,
    "event.view": "events.view_event",
    "event.edit": "events.change_event",
    "category.view": "alerts.view_category",
    "category.edit": "alerts.change_category",
    "policy.view": "alerts.view_detectionpolicy",
    "policy.edit": "alerts.change_detectionpolicy",
    "project.view": "edits.view_project",
    "counts.view": "edits.view_editcount",
    "fetch.view": "edits.view_fetchrun",
    "fetch.request": "edits.add_fetchrun",
    "user.manage": "accounts.change_user",
    "token.manage": "api.change_apitoken",
}

# The permissions each group starts with, in full Django names. Administrators are superusers and need no group.
GROUPS: dict[str, frozenset[str]] = {
    COMMUNITY_MANAGERS: frozenset({"alerts.label_alert", "annotations.add_annotation"}),
    MODERATORS: frozenset(
        {
            "alerts.label_alert",
            "alerts.view_alert",
            "alerts.change_alert",
            "alerts.view_category",
            "alerts.change_category",
            "alerts.view_detectionpolicy",
            "alerts.view_expectation",
            "alerts.change_expectation",
            "events.view_event",
            "events.change_event",
            "annotations.view_annotation",
            "annotations.add_annotation",
            "annotations.change_annotation",
            "annotations.view_report",
            "annotations.change_report",
            "edits.view_project",
            "edits.view_editcount",
            "edits.view_fetchrun",
            "edits.add_fetchrun",
            "subscriptions.change_group",
        }
    ),
}


def may(user: User | AnonymousUser, action: str) -> bool:
    """Whether `user` may do `action`; False for an action that the table does not know."""
    needs = ACTIONS.get(action)
    if needs is None or not (user.is_authenticated and user.is_active):
        return False
    return needs == Needs.SIGNED_IN or user.has_perm(needs)


def require(user: User | AnonymousUser, *actions: str) -> None:
    """Raise PermissionDenied unless `user` may do at least one of `actions`. Services call this before they write."""
    if not any(may(user, action) for action in actions):
        raise PermissionDenied(_("You may not do this."))


def may_enter_admin(user: User | AnonymousUser) -> bool:
    """Moderators, and staff to whom at least one permission is left: who lost all groups is out, staff flag or not."""
    if not (user.is_authenticated and user.is_active):
        return False
    return may(user, "alert.triage") or (user.is_staff and bool(user.get_all_permissions()))
