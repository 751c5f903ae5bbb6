"""The upsert that behaves the same on SQLite and MariaDB."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction

from database.upsert import BATCH_SIZE, insert_rows, upsert, upsert_values
from edits.models import EditCount, Project
from events.models import Event, EventPlace
from tests.factories import make_project

pytestmark = pytest.mark.django_db

KEY = ("project_id", "page_type", "editor_type", "month")
JAN = dt.date(2020, 1, 1)


def row(project: Project, count: int, month: dt.date = JAN) -> EditCount:
    return EditCount(project=project, month=month, edit_count=count)


def test_a_row_is_inserted_then_updated_and_its_stamp_moves() -> None:
    project = make_project()
    upsert([row(project, 1)], key=KEY, update=("edit_count",))
    before = EditCount.objects.get()
    upsert([row(project, 2)], key=KEY, update=("edit_count",))
    after = EditCount.objects.get()
    assert (after.pk, after.edit_count) == (before.pk, 2)
    assert after.updated_at > before.updated_at


def test_columns_that_are_not_named_keep_what_they_hold() -> None:
    project = make_project(site_name="Wikipedia")
    other = Project(domain=project.domain, dbname=project.dbname, family="wikibooks", site_name="something else")
    upsert([other], key=("dbname",), update=("family",))
    project.refresh_from_db()
    assert (project.family, project.site_name) == ("wikibooks", "Wikipedia")


def test_a_key_that_stands_twice_is_refused() -> None:
    project = make_project()
    with pytest.raises(ValueError, match="appears twice"):
        upsert([row(project, 1), row(project, 2)], key=KEY, update=("edit_count",))


def test_plain_values_are_stored_like_rows_and_their_stamp_moves() -> None:
    project = make_project()
    columns = (*KEY, "edit_count")
    for count in (1, 2):
        rows = [(project.pk, "content", "user", dt.date(2020, month, 1), count) for month in (3, 1, 2)]
        assert upsert_values(EditCount, columns, rows, key=KEY, update=("edit_count",)) == 3
        stamps = set(EditCount.objects.values_list("updated_at", flat=True))
        assert len(stamps) == 1
        if count == 1:
            before = stamps.pop()
    assert list(EditCount.objects.order_by("pk").values_list("month__month", "edit_count")) == [(1, 2), (2, 2), (3, 2)]
    assert stamps.pop() > before


def test_plain_values_are_checked_as_rows_are() -> None:
    project = make_project()
    columns = (*KEY, "edit_count")
    with pytest.raises(ValidationError, match="first day"):
        upsert_values(
            EditCount, columns, [(project.pk, "content", "user", dt.date(2020, 1, 2), 1)], key=KEY, update=("edit_count",)
        )
    twice = [(project.pk, "content", "user", JAN, count) for count in (1, 2)]
    with pytest.raises(ValueError, match="appears twice"):
        upsert_values(EditCount, columns, twice, key=KEY, update=("edit_count",))
    assert not EditCount.objects.exists()


def test_a_month_is_its_first_day() -> None:
    with pytest.raises(ValidationError, match="first day"):
        EditCount.objects.create(project=make_project(), month=dt.date(2020, 1, 2), edit_count=1)


def test_the_database_refuses_a_negative_count() -> None:
    project = make_project()
    with pytest.raises(DatabaseError, match="(?i)check|out of range"), transaction.atomic():
        EditCount.objects.bulk_create([row(project, -1)])


@pytest.mark.parametrize(("one", "other"), [("Müller", "Muller"), ("alice", "Alice"), ("Zoë", "zoe")])
def test_names_are_compared_byte_by_byte(one: str, other: str) -> None:
    make_project(f"{one.lower().encode('idna').decode()}.wikipedia.org", dbname=one)
    make_project("second.wikipedia.org", dbname=other)
    assert Project.objects.get(dbname=one) != Project.objects.get(dbname=other)


TERM_COLUMNS = ("event_id", "term", "first_day", "last_day")


def an_event() -> Event:
    return Event.objects.create(title="A contest", kind="contest", scope="all", first_day=JAN, last_day=JAN)


def test_rows_are_inserted_without_objects_in_as_many_statements_as_it_takes() -> None:
    event, count = an_event(), BATCH_SIZE + 1
    odd = 'Zürich\'s "100 %" %s \u200d'
    rows = ((event.pk, odd if number == 7 else f"wiki:{number}", JAN, None) for number in range(count))
    assert insert_rows(EventPlace, TERM_COLUMNS, rows) == count
    assert EventPlace.objects.count() == count
    stored = EventPlace.objects.get(term=odd)
    assert (stored.event, stored.first_day, stored.last_day) == (event, JAN, None)
    assert insert_rows(EventPlace, TERM_COLUMNS, ()) == 0


def test_a_key_that_exists_stores_nothing_of_what_was_to_be_inserted() -> None:
    event, count = an_event(), BATCH_SIZE + 1
    rows = [(event.pk, f"wiki:{number}", JAN, JAN) for number in range(count)]
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows(EventPlace, TERM_COLUMNS, [*rows, rows[0]])
    assert not EventPlace.objects.exists()


def test_a_column_that_the_table_does_not_have_is_named() -> None:
    with pytest.raises(KeyError, match="nonsense"):
        insert_rows(EventPlace, ("event_id", "nonsense"), [(1, 2)])
