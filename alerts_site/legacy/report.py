"""What became of each row of the old database."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

EXAMPLES = 5


@dataclass(slots=True)
class TableReport:
    """One table: rows by what became of them, and examples of what was not understood."""

    rows: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    refused: dict[str, list[str]] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)

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
                more = "" if len(examples) <= EXAMPLES else ", …"
                lines.append(f"  {len(examples):,} {heading}: {what} ({', '.join(examples[:EXAMPLES])}{more})")
        return lines

    def as_json(self) -> dict[str, Any]:
        """For machines, with every row named."""
        return {"rows": self.rows, "outcomes": dict(self.outcomes), "not_taken_over": self.refused, "notes": self.notes}
