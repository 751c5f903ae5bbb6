from __future__ import annotations

from collections.abc import Callable

import pytest

from edits.wikimedia.errors import Unavailable
from edits.wikimedia.session import Session
from tests.replay.fixtures import replay, session_for  # noqa: F401 - fixtures


def test_an_address_that_is_none_is_a_failure_like_others(session_for: Callable[..., Session]) -> None:  # noqa: F811
    with pytest.raises(Unavailable, match="No scheme supplied"):
        session_for(tries=1).get_json("analytics.example/metrics")
