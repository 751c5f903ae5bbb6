"""Tables as files: CSV that spreadsheets can open without harm, and JSON."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import JsonResponse, StreamingHttpResponse

from alerts.spreadsheet import safe_cell

Cell = str | int | float | dt.date | bool | None


def cell(value: Cell) -> str | int | float:
    """`value` as a CSV cell: numbers stay numbers, text that a spreadsheet would run gets an apostrophe in front."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.date):
        return f"{value:%Y-%m}" if not isinstance(value, dt.datetime) else value.isoformat()
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return round(value, 4)
    return str(safe_cell(value))


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """The file, line by line; a byte order mark first, so that spreadsheets read it as UTF-8."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\N{ZERO WIDTH NO-BREAK SPACE}")
    writer.writerow(header)
    yield _emptied(buffer)
    for row in rows:
        writer.writerow([cell(value) for value in row])
        yield _emptied(buffer)


def _emptied(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def csv_response(name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> StreamingHttpResponse:
    """A download called `name`.csv."""
    response = StreamingHttpResponse(csv_lines(header, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def json_response(name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]], **about: Any) -> JsonResponse:
    """A download called `name`.json: `about`, and the rows as objects."""
    items = [
        {key: f"{value:%Y-%m}" if type(value) is dt.date else value for key, value in zip(header, row, strict=True)}
        for row in rows
    ]
    response = JsonResponse({**about, "rows": items}, json_dumps_params={"ensure_ascii": False})
    response["Content-Disposition"] = f'attachment; filename="{name}.json"'
    return response
