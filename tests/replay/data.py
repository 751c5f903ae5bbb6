"""What the replay server answers from: recorded data read in place, the bundled sample, or made-up series for
benchmarks.

Recorded data knows active editors only as a total (5 or more edits); the replay splits it over the three activity
levels by a fixed rule (`split_levels`), so that they add up to the recorded number. The bundled sample knows only edits
to all pages; the replay gives them for content pages as well. What a metric asks for and nothing is recorded of is made up
from the edits (`fill_in`), the same on every machine; `synthetic` names it.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edits.metrics import METRICS
from edits.months import days_in
from edits.wikimedia.analytics import Endpoint

Series = dict[str, int]  # "YYYY-MM" -> count
Slice = tuple[str, ...]  # the value field, and the parts of the path: ("editors", editor type, page type, activity level)

ALL = "all-editor-types"
EDITS = ("edits", ALL, "content")
KINDS = tuple(("edits", kind, "content") for kind in ("user", "anonymous", "group-bot", "name-bot"))
LEVELS = ("5..24-edits", "25..99-edits", "100..-edits")


@dataclass
class ReplayData:
    """A SiteMatrix answer, and the counts of each slice of each project by short name (`en.wikipedia`)."""

    sitematrix: dict[str, Any]
    series: dict[tuple[str, Slice], Series] = field(default_factory=lambda: defaultdict(dict))
    synthetic: list[Slice] = field(default_factory=list)  # what was made up, because nothing is recorded
    days: dict[tuple[str, Slice, str], list[float]] = field(default_factory=dict)  # of a month: the counts of its days
    # By subject (editors, edited-pages), project, editor type, page type and month: (rank, name, edits).
    tops: dict[tuple[str, str, str, str, str], list[tuple[int, str | None, int]]] = field(default_factory=dict)

    def add(self, domain: str, slice_: Slice, month: str, count: int) -> None:
        self.series[short_name(domain), slice_][month] = count

    def add_editors(self, domain: str, month: str, total: int) -> None:
        for level, count in zip(LEVELS, split_levels(total), strict=True):
            self.add(domain, ("editors", ALL, "content", level), month, count)

    def counts(self, project: str, slice_: Slice, revised: Series) -> Series:
        """The series of a slice, with edits revised as told: editor types add up to all, whatever happened to the sum."""
        if slice_ == EDITS:
            return self.series.get((project, EDITS), {}) | revised
        if slice_ not in KINDS:
            return dict(self.series.get((project, slice_), {}))
        recorded = [self.series.get((project, kind)) for kind in KINDS]
        at, made_up = KINDS.index(slice_), kind_shares(project)
        if not any(recorded):
            totals = self.series.get((project, EDITS), {}) | revised
            return {month: split(total, made_up)[at] for month, total in totals.items()}
        before = {month: [(kind or {}).get(month, 0) for kind in recorded] for month in revised}
        changed = {
            month: split(total, before[month] if any(before[month]) else made_up)[at] for month, total in revised.items()
        }
        return (recorded[at] or {}) | changed

    def fill_in(self) -> ReplayData:
        """Make up what the metrics ask for and no project has, as a share of its edits."""
        recorded = {slice_ for _project, slice_ in self.series}
        self.synthetic = [slice_ for slice_ in asked_slices() if slice_ not in recorded and slice_ not in KINDS]
        for project in [name for name, slice_ in self.series if slice_ == EDITS]:
            self.fill_in_project(project)
        return self

    def fill_in_project(self, project: str) -> None:
        """Make up what is `synthetic` for one project, by its short name."""
        for slice_ in self.synthetic:
            share = random.Random("/".join((project, *slice_))).uniform(0.02, 0.2)
            self.series[project, slice_] = {
                month: max(round(count * share), 1) for month, count in self.series[project, EDITS].items() if count
            }


def slice_key(endpoint: Endpoint, parts: Mapping[str, str]) -> Slice:
    """The slice that a path with `parts` (by their names in the path, in its order) asks for."""
    return (endpoint.value_field, *parts.values())


def asked_slices(*metrics: str) -> list[Slice]:
    """The slices that the metrics (those called so, or all) ask Wikimedia for."""
    slices = []
    for metric in METRICS.values():
        if (endpoint := metric.endpoint) and (not metrics or metric.name in metrics):
            places = [name for name in re.findall(r"\{([a-z-]+)\}", endpoint.path) if name != "project"]
            for slice_ in metric.fetched:
                values = dict(endpoint.fixed) | dict(zip(endpoint.slice_names, slice_, strict=True))
                slices.append(slice_key(endpoint, {name: values[name] for name in places}))
    return slices


def short_name(project: str) -> str:
    """`en.wikipedia` for `en.wikipedia.org`, `wikidata` for `www.wikidata.org`: as AQS echoes a project."""
    return project.lower().removeprefix("www.").removesuffix(".org")


def split_levels(total: int) -> tuple[int, int, int]:
    """Editors with 5 to 24, 25 to 99 and 100 or more edits that add up to `total`: about 65, 25 and 10 of 100."""
    most, many = total // 10, total // 4
    return total - many - most, many, most


def kind_shares(project: str) -> list[float]:
    """How a project's edits divide into KINDS where nothing is recorded; the same on every machine."""
    source = random.Random(f"{project}/kinds")
    bots, anonymous = source.uniform(0.02, 0.4), source.uniform(0.03, 0.3)
    return [(1 - bots) * (1 - anonymous), (1 - bots) * anonymous, bots * 0.98, bots * 0.02]


def split(total: int, shares: Sequence[float]) -> list[int]:
    """`total` in proportion to `shares`, in whole numbers that add up to it; the first takes what rounding leaves."""
    whole = sum(shares)
    rest = [int(total * share / whole) if whole else 0 for share in shares[1:]]
    return [total - sum(rest), *rest]


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
    load_details(data, folder / "explain")
    return data.fill_in()


def load_details(data: ReplayData, folder: Path) -> None:
    """What is recorded of single months: edits outside content pages, days of 12 wikis, top lists (of 29 wikis: of pages)."""
    for name in ("edits-by-editor-and-page-type-320wikis.csv.gz", "enwiki-edits-by-editor-and-page-type-2001-2023.csv.gz"):
        for row in _rows(folder / name):
            if row["page_type"] == "non-content":
                data.add(row["project"], ("edits", row["editor_type"], "non-content"), row["month"], int(row["edits"]))
    kinds = {"registered": KINDS[:1], "anonymous": KINDS[1:2], "bot": KINDS[2:]}
    for row in _rows(folder / "daily-edits-by-kind-12wikis-2018-2020.csv.gz"):
        if row["date"] >= "2020-12":  # not recorded to its end
            continue
        for kind in kinds[row["kind"]]:
            key = (short_name(row["project"]), kind, row["date"][:7])
            # A little is added to each day, so that one without any edits of a kind can carry what rounding leaves.
            days = data.days.setdefault(key, [1e-6] * days_in(dt.date.fromisoformat(f"{key[2]}-01")))
            days[int(row["date"][8:]) - 1] += int(row["edits"])
    for row in _rows(folder / "aqs-top-by-edits-enwiki-2022-07.csv"):
        if row["granularity"] == "monthly":
            subject = {"top-editors": "editors", "top-edited-pages": "edited-pages"}[row["list"]]
            place = (subject, short_name(row["project"]), row["editor_type"], row["page_type"], row["timestamp"][:7])
            data.tops.setdefault(place, []).append((int(row["rank"]), row["name"] or None, int(row["edits"])))
    for (subject, project, editors, pages, month), rows in list(data.tops.items()):
        if (subject, editors, pages) == ("editors", ALL, "content"):  # by kind only the lists of all pages are recorded
            for one, bots in (("group-bot", True), ("user", False)):
                of_kind = [row for row in rows if (row[1] or "").lower().endswith("bot") is bots]
                data.tops[subject, project, one, pages, month] = of_kind
    weeks: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in _rows(folder / "weekly-top-articles-29wikis-2024-2026.csv.gz"):
        weeks[short_name(row["project"]), row["week_end"][:7]][row["title"]] += int(row["edits"])
    for (project, month), titles in weeks.items():
        ranked = [(rank, title, edits) for rank, (title, edits) in enumerate(titles.most_common(100), 1)]
        data.tops["edited-pages", project, ALL, "content", month] = list(ranked)


def load_sample(file: Path) -> ReplayData:
    """A small CSV of `project,month,edits`; the list of wikis is made from it."""
    rows = list(_rows(file))
    data = ReplayData(sitematrix=make_sitematrix(sorted({row["project"] for row in rows})))
    for row in rows:
        for page_type in ("content", "all-page-types"):
            data.add(row["project"], ("edits", ALL, page_type), row["month"], int(row["edits"]))
    return data.fill_in()


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
    return data.fill_in()


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
