"""What pages share, and for how long."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse

from dashboards import caching
from dashboards.caching import cached_until_data_changes, one_data_version
from edits.models import FetchRun


def new_data() -> None:
    FetchRun.objects.create(source=FetchRun.Source.SNAPSHOT, state=FetchRun.State.SUCCEEDED)


@pytest.mark.django_db
def test_what_was_summed_up_is_kept_until_the_data_changes() -> None:
    assert cached_until_data_changes("sum", lambda: 1) == 1
    assert cached_until_data_changes("sum", lambda: 2) == 1
    new_data()
    assert cached_until_data_changes("sum", lambda: 3) == 3


@pytest.mark.django_db
def test_data_changes_while_counts_come_even_if_a_newer_run_is_over() -> None:
    counts = FetchRun.objects.create(source=FetchRun.Source.WIKIMEDIA)
    FetchRun.objects.create(source=FetchRun.Source.SITEMATRIX, state=FetchRun.State.SUCCEEDED)
    cached_until_data_changes("sum", lambda: "old")
    FetchRun.objects.filter(pk=counts.pk).update(heartbeat_at=counts.heartbeat_at + dt.timedelta(minutes=1))

    assert cached_until_data_changes("sum", lambda: "new") == "new"


@pytest.mark.django_db
def test_while_one_sums_up_anew_the_others_get_what_was_known() -> None:
    cached_until_data_changes("sum", lambda: "old")
    new_data()

    assert cached_until_data_changes(
        "sum", lambda: (cached_until_data_changes("sum", lambda: pytest.fail("summed up twice")), "new")
    ) == ("old", "new")
    assert cached_until_data_changes("sum", lambda: pytest.fail("summed up again")) == ("old", "new")


@pytest.mark.django_db
def test_a_sum_that_failed_is_tried_again_at_once() -> None:
    cached_until_data_changes("sum", lambda: "old")
    new_data()
    with pytest.raises(ZeroDivisionError):
        cached_until_data_changes("sum", lambda: 1 // 0)

    assert cached_until_data_changes("sum", lambda: "new") == "new"


@pytest.mark.django_db(transaction=True)
def test_where_nothing_is_known_one_builds_and_the_others_wait() -> None:
    built: list[int] = []
    begin = threading.Barrier(8)

    def build() -> str:
        built.append(1)
        time.sleep(0.3)
        return "sum"

    def read() -> str:
        begin.wait()
        try:
            return cached_until_data_changes("sum", build)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as readers:
        found = [reader.result() for reader in [readers.submit(read) for _ in range(8)]]
    assert found == ["sum"] * 8
    assert len(built) == 1


@pytest.mark.django_db(transaction=True)
def test_after_new_counts_nobody_waits_and_one_sum_is_made_beside_the_requests(settings: LazySettings) -> None:
    settings.RENEW_IN_BACKGROUND = True
    cached_until_data_changes("sum", lambda: "old")
    new_data()
    may_end, built = threading.Event(), list[str]()

    def build() -> str:
        built.append(threading.current_thread().name)
        may_end.wait(10)
        return "new"

    assert [cached_until_data_changes("sum", build) for _reader in range(3)] == ["old"] * 3
    may_end.set()
    end = time.monotonic() + 10
    while cached_until_data_changes("sum", lambda: pytest.fail("summed up twice")) != "new":
        assert time.monotonic() < end
        time.sleep(0.01)
    assert len(built) == 1
    assert built[0].startswith("sums")


@pytest.mark.django_db(transaction=True)
def test_a_page_is_answered_before_what_it_shows_is_renewed(settings: LazySettings) -> None:
    settings.RENEW_IN_BACKGROUND = True
    cached_until_data_changes("sum", lambda: "old")
    new_data()
    built, answered = threading.Event(), threading.Event()

    def build() -> str:
        assert answered.is_set()
        built.set()
        return "new"

    def page(_request: HttpRequest) -> HttpResponse:
        shown = cached_until_data_changes("sum", build)
        assert not built.wait(0.2)
        answered.set()
        return HttpResponse(shown)

    assert one_data_version(page)(HttpRequest()).content == b"old"
    assert built.wait(10)


@pytest.mark.django_db(transaction=True)
def test_a_sum_that_fails_beside_the_requests_is_tried_again(settings: LazySettings) -> None:
    settings.RENEW_IN_BACKGROUND = True
    cached_until_data_changes("sum", lambda: "old")
    new_data()
    assert cached_until_data_changes("sum", lambda: 1 // 0) == "old"
    end = time.monotonic() + 10
    while cached_until_data_changes("sum", lambda: "new") != "new":
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.django_db
def test_a_builder_that_was_killed_holds_nobody_up_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching, "WAITING_SECONDS", 0.2)
    cache.add("dashboards:sum:building", "of a process that is no more", 30)

    assert cached_until_data_changes("sum", lambda: "built all the same") == "built all the same"
    assert cache.get("dashboards:sum:building") == "of a process that is no more"  # nobody takes another's turn away


@pytest.mark.django_db
def test_without_a_cache_everybody_builds_at_once(settings: LazySettings) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    begun = time.monotonic()
    assert cached_until_data_changes("sum", lambda: 1) == 1
    assert time.monotonic() - begun < 1


@pytest.mark.django_db
def test_a_request_asks_once_for_the_version_of_the_data(django_assert_num_queries: Callable[[int], Any]) -> None:
    def page(request: HttpRequest) -> HttpResponse:
        with django_assert_num_queries(1):
            cached_until_data_changes("one", lambda: 1)
            cached_until_data_changes("two", lambda: 2)
        return HttpResponse()

    one_data_version(page)(HttpRequest())
