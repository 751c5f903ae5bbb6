"""What the replay server answers from: recorded data read in place, the bundled sample, or made-up series for
benchmarks.

Recorded data knows active editors only as a total (5 or more edits); the replay splits it over the three activity
levels by a fixed rule (`split_levels`), so that they add up to the recorded number. The bundled sample knows only edits
to all pages; the replay gives them for content pages as well.
"""

from __future__ import annotations

import csv
import gzip
import json
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Series = dict[str, int]  # "YYYY-MM" -> count
Slice = tuple[str, ...]  # ("edits", editor type, page type) or ("editors", editor type, page type, activity level)

ALL = "all-editor-types"
LEVELS = ("5..24-edits", "25..99-edits", "100..-edits")


@dataclass
class ReplayData:
    """A SiteMatrix answer, and the counts of each slice of each project by short name (`en.wikipedia`)."""

    sitematrix: dict[str, Any]
    series: dict[tuple[str, Slice], Series] = field(default_factory=lambda: defaultdict(dict))

    def add(self, domain: str, slice_: Slice, month: str, count: int) -> None:
        self.series[short_name(domain), slice_][month] = count

    def add_editors(self, domain: str, month: str, total: int) -> None:
        for level, count in zip(LEVELS, split_levels(total), strict=True):
            self.add(domain, ("editors", ALL, "content", level), month, count)


def short_name(project: str) -> str:
    """`en.wikipedia` for `en.wikipedia.org`, `wikidata` for `www.wikidata.org`: as AQS echoes a project."""
    return project.lower().removeprefix("www.").removesuffix(".org")


def split_levels(total: int) -> tuple[int, int, int]:
    """Editors with 5 to 24, 25 to 99 and 100 or more edits that add up to `total`: about 65, 25 and 10 of 100."""
    most, many = total // 10, total // 4
    return total - many - most, many, most


def load_recorded(folder: Path) -> ReplayData:
    """The folder of recorded data (PROVENANCE.md describes its files)."""
    with gzip.open(folder / "sitematrix-2026-04.json.gz", "rt", encoding="utf-8") as file:
        data = ReplayData(sitematrix=json.load(file))
    for row in _rows(folder / "monthly-edits-by-editor-type.csv.gz"):
        data.add(row["project"], ("edits", row["editor_type"], "content"), row["month"], int(row["edits"]))
    for row in _rows(folder / "monthly-edits.csv.gz"):
        data.add(row["project"], ("edits", ALL, row["page_type"]), row["month"], int(row["edits"]))
    for row in _rows(folder / "monthly-active-editors.csv.gz"):
        data.add_editors(row["project"], row["month"], int(row["editors"]))
    return data


def load_sample(file: Path) -> ReplayData:
    """A small CSV of `project,month,edits`; the list of wikis is made from it."""
    rows = list(_rows(file))
    data = ReplayData(sitematrix=make_sitematrix(sorted({row["project"] for row in rows})))
    for row in rows:
        for page_type in ("content", "all-page-types"):
            data.add(row["project"], ("edits", ALL, page_type), row["month"], int(row["edits"]))
    return data


def make_synthetic(projects: int, months: int, *, last: str) -> ReplayData:
    """`projects` invented wikis with `months` months each up to `last`, the same on every machine. For benchmarks."""
    domains = [f"w{number:04}.wikipedia.org" for number in range(projects)]
    data = ReplayData(sitematrix=make_sitematrix(domains))
    year, month = map(int, last.split("-"))
    end = year * 12 + month - 1
    names = [f"{index // 12:04}-{index % 12 + 1:02}" for index in range(end - months + 1, end + 1)]
    for domain in domains:
        source = random.Random(domain)
        level = source.randint(50, 50_000)
        for name in names:
            data.add(domain, ("edits", ALL, "content"), name, source.randint(level // 2 + 1, level * 2))
            data.add_editors(domain, name, source.randint(20, 400))
    return data


def make_sitematrix(domains: list[str], *, closed: tuple[str, ...] = (), specials: tuple[str, ...] = ()) -> dict[str, Any]:
    """A SiteMatrix answer (formatversion=1) with one language group per wiki."""
    matrix: dict[str, Any] = {"count": len(domains) + len(specials)}
    for number, domain in enumerate(domains):
        language, family = domain.split(".")[:2]
        code = "wiki" if family == "wikipedia" else family
        site = _site(domain, f"{language.replace('-', '_')}{code}", code) | ({"closed": ""} if domain in closed else {})
        group = {"code": language, "name": language, "site": [site], "dir": "ltr", "localname": language.capitalize()}
        matrix[str(number)] = group
    matrix["specials"] = [
        _site(domain, f"{short_name(domain).split('.')[0]}wiki", short_name(domain).split(".")[0]) for domain in specials
    ]
    return {"sitematrix": matrix}


def _site(domain: str, dbname: str, code: str) -> dict[str, str]:
    return {"url": f"https://{domain}", "dbname": dbname, "code": code, "sitename": short_name(domain)}


def _rows(path: Path) -> Iterator[dict[str, str]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
