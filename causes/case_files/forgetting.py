"""Names of people are kept for a while, and then forgotten: docs/privacy.md."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from causes.hypotheses.weighing import BOTS
from causes.models import CaseFile
from database.transactions import retried_transaction

AT_ONCE = 200


def holds_names(contents: Mapping[str, Any]) -> bool:
    """Whether the contents of a case file name people. Names of bots are no names of people."""
    data = contents.get("accounts", {}).get("data")
    return (
        data is not None and data["kind"] not in BOTS and any(name is not None for name, _edits, _before in data["accounts"])
    )


def forget_names(*, now: dt.datetime) -> int:
    """Forget the names of people in the files whose time is over; counts stay. Return how many files that were."""
    forgotten = 0
    while number := _forget_some(now):
        forgotten += number
    return forgotten


@retried_transaction
def _forget_some(now: dt.datetime) -> int:
    files = CaseFile.objects.select_for_update().filter(names_until__lte=now).order_by("pk")[:AT_ONCE]
    number = 0
    for file in files:
        if holds_names(file.contents):
            data = file.contents["accounts"]["data"]
            data["accounts"] = [[None, edits, before] for _name, edits, before in data["accounts"]]
        file.names_until = None
        file.save(update_fields=["contents", "names_until"])
        number += 1
    return number
