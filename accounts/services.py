"""Writes of people."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from django.db import IntegrityError

from accounts.models import User
from accounts.validators import validate_username
from database.transactions import retried_transaction

MAX_USERNAME_LENGTH = User._meta.get_field("username").max_length or 255
logger = logging.getLogger(__name__)


def person_of_wikimedia_account(*, wikimedia_id: str, username: str) -> User:
    """The person behind a Wikimedia account; a new one is made as a member without any rights.

    `wikimedia_id` is the `sub` of the account, which stays when it is renamed: the person then takes the new name. A name
    that already belongs to somebody else here is not taken over; it gets the id added. Two first sign-ins in the same moment
    make one person. Raises ValidationError for a name that cannot be shown.
    """
    validate_username(username)
    try:
        return _found_or_made(wikimedia_id, username)
    except IntegrityError:  # the account, or the name, was taken between the look and the writing: now it is found
        return _found_or_made(wikimedia_id, username)


@retried_transaction
def _found_or_made(wikimedia_id: str, username: str) -> User:
    person = User.objects.select_for_update().filter(wikimedia_id=wikimedia_id).first()
    if person is None:
        person = User(wikimedia_id=wikimedia_id)
        person.set_unusable_password()
    if person.username != username:
        former = person.username
        person.username = next(name for name in _candidates(username, wikimedia_id) if not _taken(name, person))
        person.save()
        if former and former != person.username:
            logger.info("Account %s is now called %s, formerly %s", wikimedia_id, person.username, former)
    return person


@retried_transaction
def account_of_name(*, username: str) -> User:
    """The account called `username`. A new one cannot sign in: it stands for somebody whose words came from elsewhere."""
    person, new = User.objects.get_or_create(username=username, defaults={"is_active": False})
    if new:
        person.set_unusable_password()
        person.save(update_fields=["password"])
    return person


def _candidates(username: str, wikimedia_id: str) -> Iterator[str]:
    """The name itself; with the id, shortened so that both fit."""
    mark = f" ({wikimedia_id})"
    yield username
    yield username[: MAX_USERNAME_LENGTH - len(mark)] + mark


def _taken(username: str, person: User) -> bool:
    return User.objects.filter(username=username).exclude(pk=person.pk).exists()
