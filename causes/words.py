"""Figures as people read them, for the phrases of the hypotheses."""

from __future__ import annotations

from django.utils.translation import pgettext

from edits.figures import counted, number

__all__ = ["amount", "number", "percent", "times"]


def percent(share: float) -> str:
    """A share of a change as `94%`: it may be above 100 or below 0."""
    return pgettext("a percentage", "%(number)s%%") % {"number": number(100 * share)}


def times(ratio: float) -> str:
    """`3.4` or `12`, for "3.4 times as many"."""
    return number(ratio, 1 if ratio < 10 else 0)


def amount(metric: str, count: float) -> str:
    """`9,451 edits`: a count of a metric with its unit, in the right plural."""
    return counted(round(count), metric)
