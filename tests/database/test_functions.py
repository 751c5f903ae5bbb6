import datetime as dt

from database.functions import MonthIndex
from edits.models import EditCount
from edits.months import month_range, to_index
from tests.factories import make_edit_counts, make_project


def test_a_month_has_the_number_that_python_gives_it(db: None) -> None:
    months = list(month_range(dt.date(2001, 1, 1), dt.date(2026, 12, 1)))
    make_edit_counts(make_project("is.wikipedia.org"), dict.fromkeys(months, 1))

    rows = EditCount.objects.values_list("month", MonthIndex("month"))

    assert {type(number) for _month, number in rows} == {int}
    assert dict(rows) == {month: to_index(month) for month in months}
