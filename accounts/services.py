"""Writes of people."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from accounts.models import User
from accounts.validators import validate_username
from database.transactions import retried_transaction

logger = logging.getLogger(__name__)


@retried_transaction
def person_of_wikimedia_account(*, wikimedia_id: str, username: str) -> User:
    """The person behind a Wikimedia account; a new one is made as a member without any rights.

    `wikimedia_id` is the `sub` of the account, which stays when it is renamed: the person then takes the new name. A name
    that already belongs to somebody else here is not taken over; it gets the id added. Raises ValidationError for a name
    that cannot be shown.
    """
    validate_username(username)
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


def _candidates(username: str, wikimedia_id: str) -> Iterator[str]:
    yield username
    yield f"{username} ({wikimedia_id})"


def _taken(username: str, person: User) -> bool:
    return User.objects.filter(username=username).exclude(pk=person.pk).exists()
