"""Do the parts of a count add up to it? They are asked one by one, and Wikimedia may publish or revise in between."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

from edits.fetching.published import ResolvedCounts
from edits.metrics import Metric, Slice

Counts = dict[Slice, dict[dt.date, int]]


def check_parts(metric: Metric, resolved: ResolvedCounts) -> tuple[ResolvedCounts, dict[dt.date, tuple[int, int]]]:
    """The counts without parts that do not add up, and those months with (sum of the parts, the whole).

    A part of which a month is not known is zero when the others are all of the whole. In a month in which they do not add up
    only the whole is kept: parts of two fetches are no shares of anything.
    """
    counts: Counts = {slice_: dict(months) for slice_, months in resolved.counts.items()}
    wrong: dict[dt.date, tuple[int, int]] = {}
    for whole, parts in _divisions(metric):
        for month, count in counts.get(whole, {}).items():
            known = [counts[part].get(month, 0) for part in parts if part in counts]
            if sum(known) != count:
                wrong[month] = (sum(known), count)
                for part in parts:
                    counts.get(part, {}).pop(month, None)
            else:
                for part in parts:
                    counts.setdefault(part, {}).setdefault(month, 0)
    return replace(resolved, counts=counts), wrong


def _divisions(metric: Metric) -> Sequence[tuple[Slice, Sequence[Slice]]]:
    """(whole, its parts) for each breakdown that is fetched."""
    definition = metric.definitions[0]
    return [
        (definition.slices[0], tuple(metric.parts_of(breakdown, definition).values()))
        for breakdown in metric.breakdowns
        if breakdown.fetched
    ]


def describe(wrong: Mapping[dt.date, tuple[int, int]]) -> str:
    """What does not add up, for the record: the newest month, and how many more."""
    month = max(wrong)
    parts, whole = wrong[month]
    more = f", and {len(wrong) - 1} more months" if len(wrong) > 1 else ""
    return f"{month:%Y-%m}: the parts add up to {parts}, the whole is {whole}{more}; the parts were not stored"
