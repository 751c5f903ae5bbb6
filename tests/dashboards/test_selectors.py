"""What pages remember, and for how long."""

from __future__ import annotations

import datetime as dt

import pytest

from dashboards.selectors import remembered
from edits.models import FetchRun


def new_data() -> None:
    FetchRun.objects.create(source=FetchRun.Source.SNAPSHOT, state=FetchRun.State.SUCCEEDED)


@pytest.mark.django_db
def test_what_was_summed_up_is_kept_until_the_data_changes() -> None:
    assert remembered("sum", lambda: 1) == 1
    assert remembered("sum", lambda: 2) == 1
    new_data()
    assert remembered("sum", lambda: 3) == 3


@pytest.mark.django_db
def test_data_changes_while_counts_come_even_if_a_newer_run_is_over() -> None:
    counts = FetchRun.objects.create(source=FetchRun.Source.WIKIMEDIA)
    FetchRun.objects.create(source=FetchRun.Source.SITEMATRIX, state=FetchRun.State.SUCCEEDED)
    remembered("sum", lambda: "old")
    FetchRun.objects.filter(pk=counts.pk).update(heartbeat_at=counts.heartbeat_at + dt.timedelta(minutes=1))

    assert remembered("sum", lambda: "new") == "new"


@pytest.mark.django_db
def test_while_one_sums_up_anew_the_others_get_what_was_known() -> None:
    remembered("sum", lambda: "old")
    new_data()

    assert remembered("sum", lambda: (remembered("sum", lambda: pytest.fail("summed up twice")), "new")) == ("old", "new")
    assert remembered("sum", lambda: pytest.fail("summed up again")) == ("old", "new")


@pytest.mark.django_db
def test_a_sum_that_failed_is_tried_again_at_once() -> None:
    remembered("sum", lambda: "old")
    new_data()
    with pytest.raises(ZeroDivisionError):
        remembered("sum", lambda: 1 // 0)

    assert remembered("sum", lambda: "new") == "new"
