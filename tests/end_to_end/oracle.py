"""What must be stored in the end, worked out from the replay's data alone and by other means than the project's."""

from __future__ import annotations

import datetime as dt

from tests.replay.data import KINDS, ReplayData, Series, asked_slices, short_name

Rows = dict[tuple[str, str, dt.date], int]  # domain, slice, month -> count


def open_domains(data: ReplayData) -> list[str]:
    """The domains of all wikis that are neither closed nor private."""
    matrix = data.sitematrix["sitematrix"]
    groups = [group["site"] for key, group in matrix.items() if key.isdigit()]
    sites = [site for group in [*groups, matrix["specials"]] for site in group]
    return [site["url"].removeprefix("https://") for site in sites if "closed" not in site and "private" not in site]


def expected_rows(data: ReplayData, *, published: str, settled: str, metric: str) -> Rows:
    """Counts up to the month `published`; zeros between named months, and after the last one up to `settled`.

    Parts by editor type are left out: `tests/faults/test_parts.py` is about them.
    """
    slices = [slice_ for slice_ in asked_slices(metric) if slice_ not in KINDS]
    rows: Rows = {}
    for domain in open_domains(data):
        named = [_named(data.series.get((short_name(domain), slice_), {}), published) for slice_ in slices]
        months = sorted({month for series in named for month in series})
        if not months:
            continue
        last = max(months[-1], settled)
        for slice_, series in zip(slices, named, strict=True):
            for month in _from_to(months[0], last):
                rows[domain, slice_[-1], dt.date.fromisoformat(f"{month}-01")] = series.get(month, 0)
    return rows


def _named(series: Series, published: str) -> Series:
    return {month: count for month, count in series.items() if count and month <= published}


def _from_to(first: str, last: str) -> list[str]:
    year, month = map(int, first.split("-"))
    months = []
    while (text := f"{year:04}-{month:02}") <= last:
        months.append(text)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return months
