"""Lists: filters, fields, and pages that hold still."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from alerts.models import Alert
from annotations.models import Annotation
from edits.metrics import METRICS
from edits.models import Project
from tests.factories import make_alert, make_project


def get(client: Client, path: str, **query: Any) -> Any:
    response = client.get(f"/api/v1/{path}", query)
    assert response.status_code == 200, response.content
    return response.json()


def walk(client: Client, path: str, **query: Any) -> list[dict[str, Any]]:
    """The items of all pages."""
    answer = get(client, path, **query)
    items = answer["items"]
    while answer["next"]:
        answer = client.get(answer["next"]).json()
        items += answer["items"]
    return items


@pytest.mark.parametrize("sort", ["newest", "worst", "largest"])
def test_pages_together_are_the_whole_list(client: Client, iceland: Project, sort: str) -> None:
    made = [
        make_alert(iceland, dt.date(2022, 1 + i, 1), score=score, excess=score)
        for i, score in enumerate((3.0, None, -8.0, 3.0))
    ]

    paged = walk(client, "alerts", sort=sort, limit=1)

    assert paged == get(client, "alerts", sort=sort)["items"]
    assert {item["id"] for item in paged} == {alert.pk for alert in made}


def test_a_row_added_at_the_front_moves_no_later_page(client: Client, iceland: Project) -> None:
    first, second = (make_alert(iceland, dt.date(2022, month, 1)) for month in (2, 1))
    page = get(client, "alerts", limit=1)
    make_alert(iceland, dt.date(2022, 3, 1))

    assert [item["id"] for item in page["items"]] == [first.pk]
    assert [item["id"] for item in client.get(page["next"]).json()["items"]] == [second.pk]


def test_a_cursor_whose_row_is_gone_is_refused(client: Client, peak: Alert) -> None:
    response = client.get("/api/v1/alerts", {"cursor": peak.pk + 1})

    assert response.status_code == 400
    assert response.json()["errors"][0]["parameter"] == "cursor"


def test_filters_are_those_of_the_pages(client: Client, peak: Alert) -> None:
    other = make_alert(make_project("fo.wiktionary.org", language_code="fo"), direction="drop", score=-4.0, severity="high")

    def ids(**query: str) -> set[int]:
        return {item["id"] for item in get(client, "alerts", **query)["items"]}

    assert ids() == {peak.pk, other.pk}
    assert (
        ids(direction="drop")
        == ids(family="wiktionary")
        == ids(language="fo")
        == ids(project="fo.wiktionary.org")
        == {other.pk}
    )
    assert ids(month="2022-11", family="wikipedia") == {peak.pk}


def test_fields_leaves_the_others_out(client: Client, peak: Alert) -> None:
    assert get(client, "alerts", fields="id,month")["items"] == [{"id": peak.pk, "month": "2022-11"}]


def test_projects_are_narrowed(client: Client, iceland: Project) -> None:
    closed = make_project("fo.wikibooks.org", closed=True)

    assert [item["project"] for item in get(client, "projects", open="true")["items"]] == [iceland.domain]
    assert [item["project"] for item in get(client, "projects", open="false")["items"]] == [closed.domain]
    assert [item["project"] for item in get(client, "projects", family="wikibooks")["items"]] == [closed.domain]


def test_only_published_notes_are_given_and_their_authors_are_not_named(client: Client, peak: Alert, bob: Any) -> None:
    for status in Annotation.Status.values:
        Annotation.objects.create(alert=peak, author=bob, text=f"A note that is {status}.", status=status)

    (note,) = get(client, "annotations")["items"]

    assert note["text"] == "A note that is published."
    assert "bob" not in str(note)


def test_each_metric_is_described(client: Client, db: None) -> None:
    assert {item["name"]: item["label"] for item in get(client, "metrics")} == {
        name: str(metric.label) for name, metric in METRICS.items()
    }


@pytest.mark.parametrize("path", ["projects", "alerts", "annotations"])
def test_the_number_of_queries_does_not_grow_with_the_list(
    client: Client, iceland: Project, django_assert_max_num_queries: Any, path: str, bob: Any
) -> None:
    for month in range(1, 12):
        alert = make_alert(make_project(f"a{month}.wikipedia.org"), dt.date(2022, month, 1))
        Annotation.objects.create(alert=alert, author=bob, text="What is known of it.", status="published", headline=True)

    with django_assert_max_num_queries(4):
        assert len(get(client, path)["items"]) >= 11


def test_each_wiki_names_its_page(client: Client, peak: Alert) -> None:
    listed = {item["project"]: item["page"] for item in client.get("/api/v1/projects").json()["items"]}

    assert listed == {project.domain: f"http://testserver{project.get_absolute_url()}" for project in Project.objects.all()}
