"""Tables for spreadsheets: CSV files that no program takes for formulas, written in pieces."""

from __future__ import annotations

import csv
import datetime as dt
import io
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from django.http import StreamingHttpResponse

from database.validators import visible

LINES_AT_ONCE = 500
MAX_HIDDEN = 50  # characters that nobody sees, at the start of a cell; more are no text that anybody wrote
# A cell that begins with one of these is taken for a formula by spreadsheet programs: also in full width, which some of them
# read as the plain sign, and behind what nobody sees, which some of them drop.
FORMULA_SIGNS = frozenset("=+-@\N{MINUS SIGN}")
LINE_STARTS = ("\t", "\r", "\n")
Cell = str | int | float | dt.date | bool | None


def cell(value: Cell) -> str | int | float:
    """`value` as a CSV cell: numbers stay numbers, text that a spreadsheet would run gets an apostrophe in front."""
    return (CELLS.get(type(value)) or _of_a_subclass(value))(value)


@lru_cache(maxsize=10_000)
def _text(text: str) -> str:
    """Remembered, like months: most words and months of a long file come in it again and again."""
    return f"'{text}" if _is_formula(text) else str(text)


@lru_cache(maxsize=1_000)
def _month(value: dt.date) -> str:
    return f"{value:%Y-%m}"


def _is_formula(text: str) -> bool:
    if text[:1].isascii() and text[:1].isalnum():  # nearly all, at once
        return False
    first_visible = unicodedata.normalize("NFKC", visible(text[:MAX_HIDDEN])[:1])
    return text.startswith(LINE_STARTS) or (not first_visible and len(text) > MAX_HIDDEN) or first_visible in FORMULA_SIGNS


# What becomes of each kind of value; of a subclass, what becomes of the first kind that it is one of.
CELLS: dict[type, Callable[[Any], str | int | float]] = {
    str: _text,
    bool: lambda value: "yes" if value else "no",
    int: lambda value: value,
    float: lambda value: round(value, 4),
    type(None): lambda value: "",
    dt.datetime: dt.datetime.isoformat,
    dt.date: _month,
}


def _of_a_subclass(value: Cell) -> Callable[[Any], str | int | float]:
    return next(make for kind, make in CELLS.items() if isinstance(value, kind))


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """The file in pieces of some hundred lines, the header at once; a byte order mark first, so that spreadsheets read it as
    UTF-8."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\N{ZERO WIDTH NO-BREAK SPACE}")
    writer.writerow(header)
    yield _emptied(buffer)
    for count, row in enumerate(rows, 1):
        writer.writerow(map(cell, row))
        if count % LINES_AT_ONCE == 0:
            yield _emptied(buffer)
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
