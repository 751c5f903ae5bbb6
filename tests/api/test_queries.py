"""Each operation asks the database a fixed number of times, however much there is to give."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from alerts.models import Alert
from tests.address_rows import rows_of
from tests.addresses import Kind, addresses_of, kind_of, patterns
from tests.dashboards.test_queries import add_more_rows

EMBEDS = {
    "embed-wiki": 7,
    "embed-wiki-svg": 2,
    "embed-wiki-png": 2,
    "embed-wiki-badge": 3,
    "embed-alert-svg": 2,
    "embed-alert-png": 2,
    "oembed": 1,
}
OPERATIONS = [
    name
    for name in patterns()
    if name.startswith("api-v1:") and name != "api-v1:openapi-json" and kind_of(name) == Kind.DOCUMENT
]
# Of a second request, when what is remembered is there.
QUERIES = {
    "counts": 5,
    "history": 13,
    "list_alerts": 4,
    "list_annotations": 1,
    "list_categories": 1,
    "list_causes": 0,
    "list_detectors": 0,
    "list_events": 1,
    "list_families": 1,
    "list_groups": 4,
    "list_languages": 1,
    "list_metrics": 0,
    "list_months": 2,
    "list_policies": 1,
    "list_projects": 1,
    "list_quality": 1,
    "list_status": 1,
    "one_alert": 4,
    "one_event": 2,
    "one_project": 1,
    "report_of_month": 8,
}


def count(ask: Any) -> int:
    assert ask().status_code == 200
    with CaptureQueriesContext(connection) as queries:
        ask()
    return len(queries)


def test_every_operation_is_pinned() -> None:
    assert {name.removeprefix("api-v1:") for name in OPERATIONS} == set(QUERIES)


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_asks_so_many_times(client: Client, peak: Alert, bob: User, name: str) -> None:
    (address,) = (each.format(**rows_of(peak, bob)) for each in addresses_of(name))
    add_more_rows(bob, 1, 2)

    asked = count(lambda: client.get(address))
    assert asked == QUERIES[name.removeprefix("api-v1:")]
    add_more_rows(bob, *range(3, 10))
    assert count(lambda: client.get(address)) == asked


@pytest.mark.parametrize("name", EMBEDS)
def test_what_stands_on_other_sites_asks_so_many_times(client: Client, peak: Alert, bob: User, name: str) -> None:
    (address,) = (each.format(**rows_of(peak, bob)) for each in addresses_of(name))

    assert count(lambda: client.get(address)) == EMBEDS[name]
    add_more_rows(bob, 1, 2)
    assert count(lambda: client.get(address)) == EMBEDS[name]
