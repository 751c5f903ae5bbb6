"""What became of each row of the old database."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

MAX_EXAMPLES, MAX_CHARACTERS = 5, 200  # rows of a kind, characters of a row: on the screen; the JSON has all


@dataclass(slots=True)
class TableReport:
    """One table: rows by what became of them, what was not understood, and rows that are listed for an administrator."""

    rows: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    refused: dict[str, list[str]] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)
    listed: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, reason: str, example: str) -> None:
        """A row that was not taken over."""
        self.refused.setdefault(reason, []).append(example)

    def note(self, what: str, example: str) -> None:
        """Something to know about a row that was taken over."""
        self.notes.setdefault(what, []).append(example)

    def lines(self) -> list[str]:
        """For people."""
        lines = [f"{self.rows:,} rows"]
        lines += [f"  {count:,} {what}" for what, count in sorted(self.outcomes.items())]
        for heading, entries in (("not taken over", self.refused), ("note", self.notes)):
            for what, examples in sorted(entries.items()):
                shown = ", ".join(example[:MAX_CHARACTERS] for example in examples[:MAX_EXAMPLES])
                more = "" if len(examples) <= MAX_EXAMPLES else ", …"
                lines.append(f"  {len(examples):,} {heading}: {what} ({shown}{more})")
        return lines

    def as_json(self) -> dict[str, Any]:
        """For machines, with every row named."""
        found = {"rows": self.rows, "outcomes": dict(self.outcomes), "not_taken_over": self.refused, "notes": self.notes}
        return found | ({"listed": self.listed} if self.listed else {})
