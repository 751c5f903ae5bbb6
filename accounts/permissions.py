"""Who may do what: the one table. What does not stand here is refused.

An action needs nothing (`EVERYONE`), an account in good standing (`SIGNED_IN`), or a Django permission. Permissions reach
people through their groups, which the migration `accounts.0002_groups` fills from `GROUPS`; an administrator may change groups
later, and the answer follows at the next request, since it is read from the database each time.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

MODERATORS, COMMUNITY_MANAGERS = "Moderators", "Community managers"


class Needs(StrEnum):
    """What an action can ask for besides a Django permission."""

    EVERYONE = "everyone"
    SIGNED_IN = "signed in"


ACTIONS: dict[str, str] = {
    "pages.read": Needs.EVERYONE,
    "annotation.contribute": Needs.SIGNED_IN,
    "annotation.edit_own": Needs.SIGNED_IN,
    "annotation.report": Needs.SIGNED_IN,
    "contributions.view": Needs.SIGNED_IN,
    "contribution.skip_age_gate": "annotations.add_annotation",
    "alert.label": "alerts.label_alert",
    "alert.view": "alerts.view_alert",
    "alert.triage": "alerts.change_alert",
    "annotation.view": "annotations.view_annotation",
    "annotation.review": "annotations.change_annotation",
    "report.view": "annotations.view_report",
    "report.resolve": "annotations.change_report",
    "category.view": "alerts.view_category",
    "category.edit": "alerts.change_category",
    "policy.view": "alerts.view_detectionpolicy",
    "policy.edit": "alerts.change_detectionpolicy",
    "project.view": "edits.view_project",
    "counts.view": "edits.view_editcount",
    "fetch.view": "edits.view_fetchrun",
    "fetch.request": "edits.add_fetchrun",
    "user.manage": "accounts.change_user",
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
            "alerts.add_category",
            "alerts.change_category",
            "alerts.view_detectionpolicy",
            "annotations.view_annotation",
            "annotations.add_annotation",
            "annotations.change_annotation",
            "annotations.view_report",
            "annotations.change_report",
            "edits.view_project",
            "edits.view_projectalias",
            "edits.view_editcount",
            "edits.view_editorcount",
            "edits.view_countrevision",
            "edits.view_fetchrun",
            "edits.view_fetchoutcome",
            "edits.add_fetchrun",
        }
    ),
}


def may(user: User | AnonymousUser, action: str) -> bool:
    """Whether `user` may do `action`; False for an action that the table does not know."""
    needs = ACTIONS.get(action)
    if needs is None:
        return False
    if needs == Needs.EVERYONE:
        return True
    if not (user.is_authenticated and user.is_active):
        return False
    return needs == Needs.SIGNED_IN or user.has_perm(needs)


def may_enter_admin(user: User | AnonymousUser) -> bool:
    """Moderators, and staff to whom at least one permission is left: who lost all groups is out, staff flag or not."""
    if not (user.is_authenticated and user.is_active):
        return False
    return may(user, "alert.triage") or (user.is_staff and bool(user.get_all_permissions()))
