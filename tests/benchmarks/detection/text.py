"""Tables as text."""

from __future__ import annotations


def markdown(header: list[str], rows: list[list[str]]) -> str:
    """A table; the first column is text, all others are figures."""
    lines = ["| " + " | ".join(header) + " |", "|---|" + "---:|" * (len(header) - 1)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def percent(share: float, digits: int = 2) -> str:
    return f"{100 * share:.{digits}f} %"
