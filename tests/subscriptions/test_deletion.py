"""What is followed goes, and its follows with it: on MariaDB, too, which checks each statement."""

from __future__ import annotations

import pytest

from accounts.models import User
from edits.models import Project
from subscriptions.models import Follow
from subscriptions.services import follow, forget_person, group_remove, group_save

pytestmark = pytest.mark.django_db


def test_a_group_goes_with_everybodys_follows_of_it(hindi: Project, bob: User, alice: User) -> None:
    group = group_save(by=bob, name="Mine", lines=[("language", "hi")])
    group.published = True
    group.save()
    for person in (bob, alice):
        follow(by=person, scope="group", value=group.slug)
    group_remove(by=bob, group=group)
    assert not Follow.objects.exists()


def test_a_person_goes_with_the_follows_of_their_groups(hindi: Project, bob: User, alice: User) -> None:
    group = group_save(by=bob, name="Mine", lines=[("language", "hi")])
    group.published = True
    group.save()
    follow(by=alice, scope="group", value=group.slug)
    forget_person(by=bob)
    assert not Follow.objects.exists()


def test_a_wiki_goes_with_its_follows(hindi: Project, bob: User) -> None:
    follow(by=bob, scope="wiki", value=hindi.domain)
    hindi.delete()
    assert not Follow.objects.exists()
