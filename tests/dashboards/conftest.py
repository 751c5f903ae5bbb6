"""What the tests of pages share."""

from __future__ import annotations

import datetime as dt

import pytest

from alerts.models import Alert
from edits.models import Project
from edits.months import month_range
from tests.factories import make_alert, make_edit_counts, make_project


@pytest.fixture
def iceland(db: None) -> Project:
    """Four years of counts around 3,000 a month, with one month of 9,579 and one that is missing."""
    project = make_project("is.wikipedia.org", language_name="íslenska", language_name_en="Icelandic")
    months = list(month_range(dt.date(2019, 1, 1), dt.date(2022, 12, 1)))
    counts = {month: 3000 + 40 * (month.month % 5) for month in months}
    counts[dt.date(2022, 11, 1)] = 9579
    del counts[dt.date(2020, 6, 1)]
    make_edit_counts(project, counts)
    return project


@pytest.fixture
def peak(iceland: Project) -> Alert:
    """The alert of that month."""
    return make_alert(iceland, dt.date(2022, 11, 1))
