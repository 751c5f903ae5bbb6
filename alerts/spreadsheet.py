"""Rows for spreadsheets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

# A cell that begins with one of these is taken for a formula by spreadsheet programs.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula gets an apostrophe in front; numbers stay numbers."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return "" if value is None else value


def safe_row(values: Sequence[Any]) -> list[Any]:
    return [safe_cell(value) for value in values]
