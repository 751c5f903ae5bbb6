"""Invented wikis that join the list while a site is running, and what the site should have stored of them."""

from __future__ import annotations

import random

from tests.machines.site import Site
from tests.replay.data import ALL, asked_slices, make_sitematrix
from tests.replay.server import ReplayServer

MONTHS = tuple(f"{index // 12}-{index % 12 + 1:02}" for index in range(2012 * 12, 2022 * 12 + 11))  # to November 2022
LEVELS = ("5..24-edits", "25..99-edits", "100..-edits")
REQUESTS_PER_WIKI = len(asked_slices())

Rows = dict[tuple[str, str, str], int]  # domain, month, slice -> count


def found_wikis(replay: ReplayServer, prefix: str, number: int) -> list[str]:
    """`number` wikis open, ten years of counts behind them: each with two peaks that nobody can miss."""
    domains = [f"{prefix}{index:03}.wikipedia.org" for index in range(number)]
    for domain in domains:
        source = random.Random(domain)
        level = source.randint(500, 5_000)
        for month in MONTHS:
            edits = source.randint(level, level + level // 5)
            replay.state.data.add(domain, ("edits", ALL, "content"), month, edits)
            replay.state.data.add_editors(domain, month, source.randint(100, 120))
        for month in ("2018-05", "2021-03"):
            replay.state.data.add(domain, ("edits", ALL, "content"), month, level * 20)
    old = [group["site"][0]["url"].removeprefix("https://") for group in _groups(replay)]
    replay.state.data.sitematrix = make_sitematrix([*old, *domains])
    return domains


def _groups(replay: ReplayServer) -> list[dict]:
    matrix = replay.state.data.sitematrix["sitematrix"]
    return [group for key, group in matrix.items() if key.isdigit()]


def expected_rows(replay: ReplayServer, domains: list[str]) -> Rows:
    """What Wikimedia has of `domains`, month by month."""
    rows: Rows = {}
    for domain in domains:
        series = replay.state.data.series
        short = domain.removesuffix(".org")
        for month, count in series[short, ("edits", ALL, "content")].items():
            rows[domain, month, f"content/{ALL}"] = count
        for level in LEVELS:
            for month, count in series[short, ("editors", ALL, "content", level)].items():
                rows[domain, month, level] = count
    return rows


def stored_rows(site: Site, prefix: str) -> Rows:
    """What the site has stored of the wikis that begin with `prefix`: the whole counts, not their parts by editor type."""
    edits = site.query(
        "SELECT domain, DATE_FORMAT(month, '%Y-%m'), CONCAT(page_type, '/', editor_type), edit_count "
        f"FROM edit_counts JOIN projects ON projects.id = project_id WHERE domain LIKE '{prefix}%' AND editor_type = '{ALL}'"
    )
    editors = site.query(
        "SELECT domain, DATE_FORMAT(month, '%Y-%m'), activity_level, editor_count "
        f"FROM editor_counts JOIN projects ON projects.id = project_id WHERE domain LIKE '{prefix}%'"
    )
    rows = [*edits, *editors]
    stored = {(domain, month, slice_): count for domain, month, slice_, count in rows}
    assert len(stored) == len(rows), "a count is stored twice"
    return stored


def number_stored(site: Site, prefix: str) -> int:
    """How many rows the site has of the wikis that begin with `prefix`, parts by editor type left out."""
    sql = "SELECT COUNT(*) FROM {} JOIN projects ON projects.id = project_id WHERE domain LIKE '{}%'"
    edits = site.query(f"{sql.format('edit_counts', prefix)} AND editor_type = '{ALL}'")[0][0]
    return edits + site.query(sql.format("editor_counts", prefix))[0][0]
