"""The rows that addresses of tests/addresses.py name."""

from __future__ import annotations

from accounts.models import User
from alerts.models import Alert
from annotations.models import Annotation
from subscriptions.models import Address, Group
from subscriptions.services import follow, group_save, preferences_of
from subscriptions.tokens import confirm_token, unsubscribe_token
from tests.events.conftest import make_event


def rows_of(alert: Alert, reader: User) -> dict[str, object]:
    """What stands in the braces of addresses: the alert, and around it an event, a note, and what `reader` follows."""
    group = group_save(by=reader, name="Iceland", lines=[("language", "is")])
    Group.objects.filter(pk=group.pk).update(published=True)
    address = Address.objects.create(user=reader, channel="mail", target="reader@example.org")
    return {
        "pk": alert.pk,
        "event": make_event().pk,
        "group": group.slug,
        "note": Annotation.objects.create(alert=alert, author=reader, text="A contest ran here.", status="published").pk,
        "follow": follow(by=reader, scope="group", value=group.slug).pk,
        "address": address.pk,
        "feed": preferences_of(reader).feed_token,
        "unsubscribe": unsubscribe_token(address),
        "confirm": confirm_token(address),
    }
