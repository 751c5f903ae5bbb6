"""Each page and callback asks the database a fixed number of times, however much there is to show."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from alerts.models import Alert
from edits.months import month_range
from subscriptions.models import Group
from subscriptions.services import group_save
from tests.address_rows import rows_of
from tests.addresses import pages
from tests.dashboards.test_charts import callback
from tests.events.conftest import make_event
from tests.factories import make_alert, make_edit_counts, make_project

# Of a second request, when what pages remember is there.
QUERIES = {
    "/?month=2022-11": 10,  # with what began earlier and still goes on, and how many are of people and of bots
    "/alerts/": 9,
    "/alerts/{pk}/": 19,  # three for what went on, one for what is judged apart, two for the picture, one for the reporting
    "/alerts/{pk}/card/": 8,
    "/projects/is.wikipedia.org/": 18,  # one, like one of each chart's, tells the policy; one the other definition
    "/projects/is.wikipedia.org/?alert={pk}": 18,
    "/compare/?p=is.wikipedia.org&p=fo.wikipedia.org": 4,
    "/months/2022-11/": 13,  # one for what drove it
    "/languages/": 1,
    "/languages/is/": 9,
    "/months/2022-11/report/": 2,
    "/months/2022-11/report/?language=is": 11,
    "/projects/": 1,
    "/projects/?q=island": 4,
    "/search/?q=islandic": 1,
    "/methodology/": 7,
    "/alerts/{pk}/chart/": 2,
    "/status/": 4,
    "/quality/": 3,
    "/language/": 0,
    "/accounts/login/": 0,
    "/api/": 16,  # its examples, and what its programs print, are real answers
}
# The same of pages of rows that tests/address_rows.py makes.
ROW_QUERIES = {
    "/groups/": 1,
    "/groups/{group}/": 14,
    "/events/": 3,
    "/events/{event}/": 4,
}
CALLBACK_QUERIES = {
    "/projects/is.wikipedia.org/": 7,
    "/alerts/{pk}/": 7,  # one for the known breaks
}


def test_each_page_for_everybody_is_pinned() -> None:
    pinned = {address.split("?")[0] for address in (*QUERIES, *ROW_QUERIES)}
    left_out = {address for address in pages() if address.split("?")[0] not in pinned}
    assert not left_out, f"Say in QUERIES or ROW_QUERIES how often {left_out} ask the database."


def add_more(*indices: int) -> None:
    """More wikis, with more alerts, in the same month and language."""
    for index in indices:
        other = make_project(f"x{index}.wikipedia.org", language_code="is", language_name_en="Icelandic")
        make_edit_counts(other, dict.fromkeys(month_range(dt.date(2020, 1, 1), dt.date(2022, 12, 1)), 100))
        make_alert(other)
        make_alert(other, dt.date(2021, 11, 1))


def count(ask: Any) -> int:
    """Queries of a page whose sums are remembered: the lower of two counts, for one may run out meanwhile."""
    assert ask().status_code == 200
    counts = []
    for _again in range(2):
        with CaptureQueriesContext(connection) as queries:
            ask()
        counts.append(len(queries))
    return min(counts)


@pytest.mark.parametrize("address", QUERIES)
def test_page_asks_so_many_times(client: Client, peak: Alert, address: str) -> None:
    make_edit_counts(make_project("fo.wikipedia.org"), {dt.date(2022, 11, 1): 10})
    wanted = address.format(pk=peak.pk)
    add_more(1, 2)

    assert count(lambda: client.get(wanted)) == QUERIES[address]
    add_more(*range(3, 10))
    assert count(lambda: client.get(wanted)) == QUERIES[address]


def add_more_rows(reader: User, *indices: int) -> None:
    """More wikis with alerts, and more groups and events of the same month."""
    add_more(*indices)
    for index in indices:
        group = group_save(by=reader, name=f"More {index}", lines=[("language", "is")])
        Group.objects.filter(pk=group.pk).update(published=True)
        make_event(f"More {index}", scope="language:is")


@pytest.mark.parametrize("address", ROW_QUERIES)
def test_page_of_a_row_asks_so_many_times(client: Client, peak: Alert, bob: User, address: str) -> None:
    wanted = address.format(**rows_of(peak, bob))
    add_more_rows(bob, 1, 2)

    assert count(lambda: client.get(wanted)) == ROW_QUERIES[address]
    add_more_rows(bob, *range(3, 10))
    assert count(lambda: client.get(wanted)) == ROW_QUERIES[address]


@pytest.mark.parametrize("address", CALLBACK_QUERIES)
def test_callback_asks_so_many_times(client: Client, peak: Alert, address: str) -> None:
    wanted = address.format(pk=peak.pk)

    assert count(lambda: callback(client, wanted)) == CALLBACK_QUERIES[address]
    add_more(*range(3, 10))
    assert count(lambda: callback(client, wanted)) == CALLBACK_QUERIES[address]
