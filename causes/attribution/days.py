"""On which days of the month a change was made."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from causes.attribution.contribution import FloatArray

MOST = 0.8  # of the change: the days that hold so much of it are named
EDGE = 0.5  # of the change of a day of the run
LONGEST = 0.5  # of the month: a change that takes longer is one of the whole month


def days_of_change(count: Sequence[float], usual: float) -> tuple[int, int, float] | None:
    """(first, last, share): the run of days that made the change, by their position, and what share of it they hold.

    It is the shortest that holds four fifths (of equally short ones, the fullest), and those next to it that changed at least
    half as much as a day of it. count: by day; usual: what a day was expected to have. The change of a day is x - u, of the
    month their sum; drops are judged as peaks are. None where the run is longer than half the month, or nothing changed.
    """
    days = np.asarray(count, dtype=float)
    change = days - usual
    whole = change.sum()
    if len(days) < 2 or not np.isfinite(whole) or whole == 0:
        return None
    share = change / whole
    sums = np.concatenate([[0.0], np.cumsum(share)])
    longest = int(LONGEST * len(days))
    for length in range(1, longest + 1):
        held = sums[length:] - sums[:-length]
        first = int(np.argmax(held))
        if held[first] >= MOST:
            first, last = _with_its_edges(share, first, first + length - 1)
            return (first, last, float(share[first : last + 1].sum())) if last - first < longest else None
    return None


def _with_its_edges(share: FloatArray, first: int, last: int) -> tuple[int, int]:
    enough = EDGE * share[first : last + 1].mean()
    while first > 0 and share[first - 1] >= enough:
        first -= 1
    while last < len(share) - 1 and share[last + 1] >= enough:
        last += 1
    return first, last
