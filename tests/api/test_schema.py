"""The schema promises nothing that the answers do not keep: each operation is tried with generated values."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import schemathesis
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.models import User
from alerts.models import Alert
from api.models import Scope
from api.tokens import token_make
from api.v1 import api
from api.writing import WRITES

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


OPERATIONS = {
    result.ok().definition.raw["operationId"]: result.ok()
    for result in schemathesis.openapi.from_dict(api.get_openapi_schema(path_prefix="")).get_all_operations()
}


def try_out(name: str, url: str, headers: dict[str, str]) -> set[int]:
    """Try the operation with generated values; returns the statuses of its answers."""
    found: set[int] = set()

    @settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=OPERATIONS[name].as_strategy())
    def check(case: Any) -> None:
        response = case.call(base_url=f"{url}/api/v1", headers=headers)
        case.validate_response(response, checks=CHECKS)
        found.add(response.status_code)

    check()
    return found


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_answer_is_as_promised(live_server: Any, peak: Alert, name: str) -> None:
    statuses = try_out(name, live_server.url, {})

    assert name not in WRITES or statuses == {401}


@pytest.mark.parametrize("name", sorted(WRITES))
def test_every_answer_to_a_script_that_writes_is_as_promised(
    live_server: Any, peak: Alert, alice: User, root: User, name: str
) -> None:
    now = timezone.now()
    until = now + dt.timedelta(days=1)
    _row, text = token_make(by=root, owner=alice, name="Tried", scopes=Scope.values, expires_at=until, now=now)

    assert 401 not in try_out(name, live_server.url, {"Authorization": f"Bearer {text}"})


def test_the_schema_is_openapi_3_1_and_gives_units(client: Any, db: None) -> None:
    document = client.get("/api/v1/openapi.json").json()

    assert document["openapi"].startswith("3.1")
    alert = document["components"]["schemas"]["AlertItem"]["properties"]
    assert alert["percentage_difference"]["unit"] == "per cent"
    assert "required" not in document["components"]["schemas"]["AlertItem"]
