"""The rows before and after a row agree with the list itself, whatever it is sorted by, missing values included."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db.models.functions import Lower

from alerts.models import Alert
from curation.neighbours import neighbours
from tests.factories import make_alert, make_project

pytestmark = pytest.mark.django_db
ORDERS = [
    ("-month", "-score", "pk"),
    ("score", "-pk"),
    ("-score", "pk"),
    ("project__domain", "-month", "pk"),
    ("label", "-percentage_difference", "pk"),
]


@pytest.mark.parametrize("order", ORDERS)
def test_each_row_lies_between_its_neighbours(order: tuple[str, ...]) -> None:
    for number in range(3):
        project = make_project(f"w{number}.wikipedia.org")
        for month, score, label in ((1, None, "b"), (2, 2.0, "a"), (3, 2.0, "b"), (4, 1.5, ""), (5, None, "")):
            make_alert(project, dt.date(2022, month, 1), score=score, label=label)
    listed = Alert.objects.order_by(*order)
    rows = list(listed)
    for index, row in enumerate(rows):
        before, after = neighbours(listed, row)
        assert list(after) == rows[index + 1 :]
        assert list(before) == rows[:index][::-1]


def test_a_row_that_has_left_the_list_still_has_its_place() -> None:
    project = make_project()
    rows = [make_alert(project, dt.date(2022, month, 1)) for month in (3, 2, 1)]
    Alert.objects.filter(pk=rows[1].pk).update(status="dismissed")
    before, after = neighbours(Alert.objects.filter(status="new").order_by("-month", "pk"), rows[1])
    assert (before.get(), after.get()) == (rows[0], rows[2])


def test_an_order_that_is_no_field_is_refused() -> None:
    alert = make_alert(make_project())
    with pytest.raises(ValueError, match="neighbours"):
        neighbours(Alert.objects.order_by(Lower("label")), alert)
