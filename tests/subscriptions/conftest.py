"""What the tests of subscriptions share: a mail server, a wiki with history, people who follow it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from accounts.models import User
from alerts.models import Alert
from edits.models import Project
from edits.months import month_range
from subscriptions.models import Address, Cadence, Follow
from subscriptions.services import follow, preferences_of
from tests.factories import make_alert, make_edit_counts, make_project
from tests.subscriptions.smtp import MailServer, mail_server

NOW = dt.datetime(2022, 12, 12, 9, 0, tzinfo=dt.UTC)
MONTH = dt.date(2022, 11, 1)


@pytest.fixture
def mails(settings: object) -> Iterator[MailServer]:
    """A real SMTP server, which the site is set up for."""
    with mail_server() as server:
        settings.EMAIL_BACKEND = "subscriptions.smtp.Backend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.host, server.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_TIMEOUT = 5
        settings.SITE_URL = "https://alerts.example.org"
        settings.DEFAULT_FROM_EMAIL = "alerts@example.org"
        yield server


@pytest.fixture
def hindi(db: None) -> Project:
    """A wiki with four years of counts up to November 2022."""
    project = make_project("hi.wikipedia.org", language_name="हिन्दी", language_name_en="Hindi")
    counts = {month: 3000 + 40 * (month.month % 5) for month in month_range(dt.date(2019, 1, 1), MONTH)}
    counts[MONTH] = 14220
    make_edit_counts(project, counts)
    return project


@pytest.fixture
def peak(hindi: Project) -> Alert:
    return make_alert(hindi, MONTH, percentage_difference=374.0, count=14220, expected=3000.0)


def ready_address(user: User, target: str = "", channel: str = "mail") -> Address:
    return Address.objects.create(
        user=user,
        channel=channel,
        target=target or f"{user.username}@example.org",
        state=Address.State.READY,
        confirmed_at=NOW,
    )


def follows(user: User, scope: str = "wiki", value: str = "hi.wikipedia.org", **wishes: object) -> Follow:
    """A follow with an address in use."""
    preferences_of(user)
    wishes.setdefault("address", Address.objects.filter(user=user).first() or ready_address(user))
    wishes.setdefault("cadence", Cadence.MONTHLY)
    return follow(by=user, scope=scope, value=value, **wishes)
