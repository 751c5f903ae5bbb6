"""The permission table: its defaults, and that the groups in the database are made of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AnonymousUser, Group, Permission

from accounts.models import User
from accounts.permissions import ACTIONS, COMMUNITY_MANAGERS, GROUPS, MODERATORS, Needs, may, may_enter_admin

ROOMS = [Path(config.path) for config in apps.get_app_configs() if Path(config.path).parent == settings.BASE_DIR]
CONTRIBUTE = {action for action, needs in ACTIONS.items() if needs == Needs.SIGNED_IN}
EXPECTED: dict[str, set[str]] = {
    "anonymous": set(),
    "blocked": set(),
    "member": CONTRIBUTE,
    "community manager": CONTRIBUTE | {"alert.label", "contribution.skip_age_gate"},
    "moderator": set(ACTIONS) - {"policy.edit", "user.manage", "channel.manage", "message.view", "token.manage"},
    "admin": set(ACTIONS),
}


@pytest.fixture
def people(alice: User, bob: User, carol: User, dora: User, root: User) -> dict[str, object]:
    return {
        "anonymous": AnonymousUser(),
        "blocked": dora,
        "member": bob,
        "community manager": carol,
        "moderator": alice,
        "admin": root,
    }


@pytest.mark.parametrize("role", EXPECTED)
def test_each_role_may_do_what_the_table_says_and_nothing_else(role: str, people: dict[str, object]) -> None:
    allowed = {action for action in ACTIONS if may(people[role], action)}  # type: ignore[arg-type]
    assert allowed == EXPECTED[role]
    assert may_enter_admin(people[role]) == (role in {"moderator", "admin"})  # type: ignore[arg-type]


def test_an_action_that_the_table_does_not_know_is_refused_to_all(people: dict[str, object]) -> None:
    assert not any(may(person, "alert.delete_everything") for person in people.values())  # type: ignore[arg-type]


@pytest.mark.django_db
@pytest.mark.parametrize("name", [MODERATORS, COMMUNITY_MANAGERS])
def test_the_migration_gives_the_groups_the_permissions_of_the_table(name: str) -> None:
    rows = Group.objects.get(name=name).permissions.values_list("content_type__app_label", "codename")
    assert {f"{app}.{codename}" for app, codename in rows} == GROUPS[name]


@pytest.mark.django_db
def test_every_permission_the_table_names_exists() -> None:
    rows = Permission.objects.values_list("content_type__app_label", "codename")
    existing = {f"{app}.{codename}" for app, codename in rows}
    assert {needs for needs in ACTIONS.values() if not isinstance(needs, Needs)} <= existing


def test_every_action_is_asked_for_and_every_right_of_a_group_is_one_that_an_action_needs() -> None:
    modules = [module for room in ROOMS for module in room.rglob("*.py") if module.name != "permissions.py"]
    text = "".join(module.read_text() for module in modules)
    assert {action for action in ACTIONS if f'"{action}"' not in text} == set()
    assert frozenset().union(*GROUPS.values()) <= set(ACTIONS.values())


def test_who_lost_the_group_is_out_though_staff(alice: User) -> None:
    alice.groups.clear()
    demoted = User.objects.get(pk=alice.pk)
    assert demoted.is_staff
    assert not may_enter_admin(demoted)
    assert not may(demoted, "alert.triage")


def test_nobody_is_deleted_in_the_admin(root: User, bob: User, client_for: Any) -> None:
    client = client_for(root)
    assert client.get(f"/admin/accounts/user/{bob.pk}/change/").status_code == 200
    assert client.post(f"/admin/accounts/user/{bob.pk}/delete/", {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=bob.pk).exists()
