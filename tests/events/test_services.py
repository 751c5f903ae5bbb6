"""What people do with events, and who may."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from accounts.models import User
from curation.reports import NotPossible
from curation.vocabulary import reason
from events import services
from events.models import Event, Status
from tests.events.conftest import make_event

D = dt.date
VALUES: dict[str, Any] = {
    "title": "Wiki Loves Iceland",
    "kind": "contest",
    "first_day": D(2022, 11, 1),
    "last_day": D(2022, 11, 30),
    "scope": "wiki:is.wikipedia.org",
}


def test_a_moderators_event_is_shown_at_once_and_a_members_waits(alice: User, bob: User) -> None:
    assert services.event_create(by=alice, values=VALUES).status == Status.PUBLISHED
    proposed = services.event_create(by=bob, values=VALUES)
    assert proposed.status == Status.PENDING
    assert services.event_publish(event=proposed, by=alice).status == Status.PUBLISHED


def test_only_moderators_edit_publish_and_reject(bob: User, carol: User) -> None:
    event = make_event()
    for person in (bob, carol):
        with pytest.raises(PermissionDenied):
            services.event_edit(event=event, by=person, values={"title": "Mine"})
        with pytest.raises(PermissionDenied):
            services.event_publish(event=event, by=person)
        with pytest.raises(PermissionDenied):
            services.event_reject(event=event, by=person, reason="No")


def test_the_blocked_propose_nothing(dora: User) -> None:
    with pytest.raises(PermissionDenied):
        services.event_create(by=dora, values=VALUES)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"last_day": D(2022, 10, 1)}, "last_day"),
        ({"last_day": None}, "last_day"),
        ({"first_day": None, "last_day": None}, "first_day"),
        ({"scope": "mars"}, "scope"),
        ({"scope": ""}, "scope"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"title": "bell \x07"}, "title"),
        ({"title": ""}, "title"),
        ({"kind": "party"}, "kind"),
        ({"touches": ["everything"]}, "touches"),
        ({"touches": "people"}, "touches"),
        ({"summary": "x" * 2001}, "summary"),
    ],
)
def test_what_cannot_be_stored_is_refused_by_field(alice: User, values: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        services.event_create(by=alice, values=VALUES | values)
    assert field in refused.value.message_dict
    assert not Event.objects.exists()


def test_every_change_is_on_record(alice: User) -> None:
    event = services.event_create(by=alice, values=VALUES)
    services.event_edit(event=event, by=alice, values={"title": "Other"}, reason="Its name")
    services.event_edit(event=event, by=alice, values={"title": "Other"})
    services.event_reject(event=event, by=alice, reason="It did not take place")
    rows = list(event.history.order_by("history_id").values_list("title", "history_user__username", "history_change_reason"))
    assert rows == [
        ("Wiki Loves Iceland", "alice", reason("written")),
        ("Other", "alice", reason("edited", because="Its name")),
        ("Other", "alice", reason("reject", because="It did not take place")),
    ]


def test_two_who_edit_at_once_do_not_overwrite_each_other(alice: User) -> None:
    event = services.event_create(by=alice, values=VALUES)
    services.event_edit(event=event, by=alice, values={"title": "First"}, expected_version=1)
    with pytest.raises(services.ChangedMeanwhile) as refused:
        services.event_edit(event=event, by=alice, values={"title": "Second"}, expected_version=1)
    assert refused.value.current.title == "First"


def test_a_rejection_needs_a_reason_and_a_second_one_is_refused(alice: User) -> None:
    event = make_event()
    with pytest.raises(ValidationError):
        services.event_reject(event=event, by=alice, reason=" ")
    services.event_reject(event=event, by=alice, reason="No")
    with pytest.raises(NotPossible):
        services.event_reject(event=event, by=alice, reason="No")


@pytest.mark.parametrize(
    ("first", "last", "kind"),
    [
        (D(2022, 2, 1), D(2022, 1, 1), "contest"),
        (None, None, "contest"),
        (D(2022, 2, 1), None, "definition"),
        (None, D(2022, 2, 1), "other"),
    ],
)
def test_the_database_refuses_days_that_make_no_sense(db: None, first: D | None, last: D | None, kind: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.create(title="x", kind=kind, first_day=first, last_day=last, scope="all")
