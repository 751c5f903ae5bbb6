"""The decisions in docs/adr/: numbers in a row, headings alike, each in the index, and no reference that leads nowhere."""

from __future__ import annotations

import re
import subprocess

from django.conf import settings

ADRS = sorted((settings.BASE_DIR / "docs/adr").glob("[0-9]*.md"))


def test_numbers_are_in_a_row_and_headings_alike() -> None:
    for number, path in enumerate(ADRS, start=1):
        assert path.name.startswith(f"{number:04d}-")
        assert path.read_text(encoding="utf-8").startswith(f"# {number}. ")
        assert "**Context.**" in path.read_text(encoding="utf-8"), path.name


def test_the_index_lists_each_decision_once_by_its_heading() -> None:
    index = (settings.BASE_DIR / "docs/adr/README.md").read_text(encoding="utf-8")
    headings = [f"[{path.read_text(encoding='utf-8').splitlines()[0][2:]}]({path.name})" for path in ADRS]
    assert sorted(re.findall(r"\[.*?\]\(\d{4}-.*?\)", index)) == sorted(headings)


def test_references_lead_to_a_decision() -> None:
    command = ["git", "grep", "-hoE", r"(ADRs? [0-9]+|adr/[0-9]{4})", "--", "*.py", "*.md", "*.html", "*.js", "*.toml"]
    found = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True).stdout.split("\n")
    numbers = {int(match.group()) for text in found if (match := re.search(r"[0-9]+", text))}
    assert numbers <= set(range(1, len(ADRS) + 1))
