"""People with roles, and clients that are signed in as them."""

from __future__ import annotations

import pytest
import pytest_django
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import translation

from accounts.models import User
from accounts.permissions import COMMUNITY_MANAGERS, MODERATORS
from alerts.models import DetectionPolicy
from alerts_site.cache import ForgivingRedisCache
from tests.tables import Rows, read_rows, write_rows

FILLED_IN = pytest.StashKey[tuple[pytest_django.DjangoDbBlocker, Rows]]()


def uses_database(item: pytest.Item) -> bool:
    fixtures = {"db", "transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
    return bool(fixtures or item.get_closest_marker("django_db"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """The recorded data lie outside the repository: a machine may not have them."""
    for mark in item.iter_markers("recorded_data"):
        if not (settings.SNAPSHOT_DIR / mark.args[0]).is_file():
            pytest.skip(f"no {mark.args[0]} in {settings.SNAPSHOT_DIR} (SNAPSHOT_DIR)")


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker
) -> None:
    """The tables, and a copy of what migrations filled in. A run of tests with a mark alone makes no tables."""
    if any(map(uses_database, request.session.items)):
        with django_db_blocker.unblock():
            request.config.stash[FILLED_IN] = (django_db_blocker, read_rows(connection))


@pytest.fixture(autouse=True)
def what_migrations_made_stays(django_db_setup: None, django_db_serialized_rollback: None, _django_db_helper: None) -> None:
    """Django leaves the tables that a test emptied empty: `pytest_runtest_teardown` puts back what migrations filled in."""
    connection._test_serialized_contents = "[]"  # on this connection: Playwright's event loop gives its tests another one


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """A test that commits empties all tables at its end; what migrations filled in is put back for the next one.

    Django's own way saves the rows one by one, which takes most of a second on MariaDB.
    """
    filled_in = item.config.stash.get(FILLED_IN, None)
    if filled_in and nextitem and uses_database(item):  # after the last one the tables themselves are gone
        blocker, rows = filled_in
        with blocker.unblock():
            if not DetectionPolicy.objects.exists():
                write_rows(connection, rows)


@pytest.fixture(autouse=True)
def the_language_is_english() -> None:
    """A page that was asked for in German leaves the thread speaking German; each test starts in the site's own language."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def the_cache_is_empty(request: pytest.FixtureRequest) -> None:
    """Pages keep sums in the cache until the data changes, and each test has data of its own. A test without Redis leaves the
    cache unasked for some seconds; the next test has Redis."""
    ForgivingRedisCache._away_until = 0.0
    if uses_database(request.node):
        cache.clear()


def _user(name: str, *groups: str, **values: object) -> User:
    user = User.objects.create_user(username=name, password=f"{name} knows this", **values)
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


@pytest.fixture
def alice(db: None) -> User:
    """Moderates."""
    return _user("alice", MODERATORS, is_staff=True)


@pytest.fixture
def bob(db: None) -> User:
    """A member: signed in, no role."""
    return _user("bob")


@pytest.fixture
def carol(db: None) -> User:
    """Manages a community."""
    return _user("carol", COMMUNITY_MANAGERS)


@pytest.fixture
def dora(db: None) -> User:
    """Blocked."""
    return _user("dora", is_active=False)


@pytest.fixture
def root(db: None) -> User:
    """Administrates."""
    return User.objects.create_superuser(username="root", password="root knows this")


@pytest.fixture
def client_for(client: Client):  # noqa: ANN201
    """A client signed in as the given person; None is charlie, the stranger."""

    def sign_in(user: User | None) -> Client:
        someone = Client(enforce_csrf_checks=client.handler.enforce_csrf_checks)
        if user is not None:
            someone.force_login(user)
        return someone

    return sign_in
