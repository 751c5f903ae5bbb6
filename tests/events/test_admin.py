"""Moderators write in the calendar."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from curation.vocabulary import reason
from events.models import Event, Status
from tests.events.conftest import make_event
from tests.page_forms import forms_of

pytestmark = pytest.mark.django_db


def send(client: Any, url: str, **changes: str) -> Any:
    """Fill in the form of the page at `url`, and save it."""
    form = next(form for form in forms_of(client.get(url), url) if ("_save", "Save") in form.buttons)
    data = {name: values for name, values in form.fields.items() if values}
    return client.post(url, data | {"_save": "Save"} | changes)


def test_an_event_is_added(alice: User, client_for: Any) -> None:
    said = {"title": "Contest", "kind": "contest", "first_day": "2022-11-01", "last_day": "2022-11-30", "scope": "all"}
    assert send(client_for(alice), reverse("admin:events_event_add"), **said).status_code == 302
    event = Event.objects.get()
    assert (event.title, event.status, event.author) == ("Contest", Status.PUBLISHED, alice)


def test_an_event_is_changed_with_a_reason(alice: User, client_for: Any) -> None:
    event = make_event()
    url = reverse("admin:events_event_change", args=[event.pk])
    assert send(client_for(alice), url, title="Photo contest", reason="Its full name").status_code == 302
    event.refresh_from_db()
    assert (event.title, event.edited_by, event.history.first().history_change_reason) == (
        "Photo contest", alice, reason("edited", because="Its full name"),
    )  # fmt: skip
    assert event.version == 2


def test_a_change_from_a_page_that_is_out_of_date_is_refused(alice: User, client_for: Any) -> None:
    event = make_event()
    url = reverse("admin:events_event_change", args=[event.pk])
    response = send(client_for(alice), url, title="Photo contest", seen_version="0")
    assert "changed meanwhile" in response.content.decode()
    event.refresh_from_db()
    assert event.title == "Contest"
