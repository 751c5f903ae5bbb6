"""Tables as JSON files, with the columns of the CSV files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import JsonResponse

from alerts.spreadsheet import Cell


def json_response(name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]], **about: Any) -> JsonResponse:
    """A download called `name`.json: `about`, and the rows as objects."""
    items = [
        {key: f"{value:%Y-%m}" if type(value) is dt.date else value for key, value in zip(header, row, strict=True)}
        for row in rows
    ]
    response = JsonResponse({**about, "rows": items}, json_dumps_params={"ensure_ascii": False})
    response["Content-Disposition"] = f'attachment; filename="{name}.json"'
    return response
