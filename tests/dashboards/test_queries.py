"""Each page and callback asks the database a fixed number of times, however much there is to show."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alerts.models import Alert
from edits.months import month_range
from tests.dashboards.test_charts import callback
from tests.factories import make_alert, make_edit_counts, make_project

# Of a second request, when what pages remember is there.
QUERIES = {
    "/?month=2022-11": 8,  # with what began earlier and still goes on
    "/alerts/": 8,
    "/alerts/{pk}/": 11,  # with how many had reported: "only here" among few means little
    "/alerts/{pk}/card/": 4,
    "/projects/is.wikipedia.org/": 8,  # one of them, like one of each chart's, tells which policy the expected range is of
    "/projects/is.wikipedia.org/?alert={pk}": 12,
    "/compare/?p=is.wikipedia.org&p=fo.wikipedia.org": 4,
    "/months/2022-11/": 10,
    "/languages/is/": 8,
    "/search/?q=islandic": 1,
    "/methodology/": 5,
}
CALLBACK_QUERIES = {
    "/projects/is.wikipedia.org/": 6,
    "/alerts/{pk}/": 6,
}


def add_more(*indices: int) -> None:
    """More wikis, with more alerts, in the same month and language."""
    for index in indices:
        other = make_project(f"x{index}.wikipedia.org", language_code="is", language_name_en="Icelandic")
        make_edit_counts(other, dict.fromkeys(month_range(dt.date(2020, 1, 1), dt.date(2022, 12, 1)), 100))
        make_alert(other)
        make_alert(other, dt.date(2021, 11, 1))


def count(ask: Any) -> int:
    """Queries of the second of two equal requests."""
    assert ask().status_code == 200
    with CaptureQueriesContext(connection) as queries:
        ask()
    return len(queries)


@pytest.mark.parametrize("address", QUERIES)
def test_page_asks_so_many_times(client: Client, peak: Alert, address: str) -> None:
    make_edit_counts(make_project("fo.wikipedia.org"), {dt.date(2022, 11, 1): 10})
    wanted = address.format(pk=peak.pk)
    add_more(1, 2)

    assert count(lambda: client.get(wanted)) == QUERIES[address]
    add_more(*range(3, 10))
    assert count(lambda: client.get(wanted)) == QUERIES[address]


@pytest.mark.parametrize("address", CALLBACK_QUERIES)
def test_callback_asks_so_many_times(client: Client, peak: Alert, address: str) -> None:
    wanted = address.format(pk=peak.pk)

    assert count(lambda: callback(client, wanted)) == CALLBACK_QUERIES[address]
    add_more(*range(3, 10))
    assert count(lambda: callback(client, wanted)) == CALLBACK_QUERIES[address]
