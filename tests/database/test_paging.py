"""Counting stops where nobody leafs on."""

from __future__ import annotations

import pytest
from django.core.paginator import Paginator

from database import paging
from edits.models import Project
from tests.factories import make_project


@pytest.mark.parametrize(("most", "counted", "pages"), [(2, 2, 1), (10, 3, 2)])
def test_a_short_paginator_counts_no_further_than_it_shows(
    db: None, monkeypatch: pytest.MonkeyPatch, most: int, counted: int, pages: int
) -> None:
    monkeypatch.setattr(paging, "MAX_COUNTED", most)
    for code in ("is", "uz", "fr"):
        make_project(f"{code}.wikipedia.org")
    paginator = paging.ShortPaginator(Project.objects.order_by("domain"), 2)
    assert (paginator.count, paginator.num_pages) == (counted, pages)
    assert [project.domain for project in paginator.page(1)] == ["fr.wikipedia.org", "is.wikipedia.org"]


@pytest.mark.parametrize("paginator", [paging.KeysFirstPaginator, paging.ShortKeysFirstPaginator])
def test_rows_that_are_found_by_their_keys_come_in_their_order(db: None, paginator: type[Paginator[Project]]) -> None:
    for code in ("is", "uz", "fr", "fo", "xh"):
        make_project(f"{code}.wikipedia.org")
    pages = paginator(Project.objects.order_by("-domain"), 2)
    assert [[project.dbname for project in pages.page(number)] for number in (1, 2, 3)] == [
        ["xhwiki", "uzwiki"],
        ["iswiki", "frwiki"],
        ["fowiki"],
    ]
