"""The comparison: its chart, its table, and how wikis are added."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client

from alerts.models import Alert
from dashboards.charts.app import draw
from edits.models import EditCount, Project
from edits.months import month_range
from tests.dashboards.test_files import rows_of
from tests.factories import make_edit_counts, make_project

EIGHT = "&".join(f"p=x{number}.wikipedia.org" for number in range(8))


@pytest.fixture
def faroes(db: None) -> Project:
    """Five months of 2020."""
    project = make_project("fo.wikipedia.org", language_name_en="Faroese")
    make_edit_counts(project, {dt.date(2020, month, 1): 10 * month for month in range(1, 6)})
    return project


@pytest.fixture
def nine(db: None) -> None:
    for number in range(9):
        project = make_project(f"x{number}.wikipedia.org")
        make_edit_counts(project, dict.fromkeys(month_range(dt.date(2022, 1, 1), dt.date(2022, 12, 1)), 10 * number + 10))


def test_indexes_to_the_newest_common_year(iceland: Project) -> None:
    figure = draw("/compare/", "?p=is.wikipedia.org&scale=indexed&range=all")

    assert sum(figure["data"][0]["y"][-12:]) / 12 == pytest.approx(100, abs=0.01)


def test_takes_a_year_that_all_have_and_names_it(client: Client, iceland: Project, faroes: Project) -> None:
    query = "?p=is.wikipedia.org&p=fo.wikipedia.org&scale=indexed"
    figure = draw("/compare/", query)
    first, second = figure["data"]

    at = first["x"].index("2020-01-01")
    assert sum(first["y"][at : at + 5]) / 5 == pytest.approx(100, abs=0.01)
    assert second["y"][at : at + 5] == pytest.approx([33.33, 66.67, 100, 133.33, 166.67], abs=0.01)
    words = "Edits, 100 = mean of Jan 2020 to May 2020"
    assert figure["layout"]["yaxis"]["title"]["text"] == words
    assert words in client.get("/compare/" + query).content.decode().split("<figcaption")[1]
    assert second["text"][at] == "<b>Faroese Wikipedia</b><br>January 2020<br>10 edits<br>index 33"


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ("from=2019-11&to=2020-02", [None, None, 10, 20]),
        ("from=2020-02&to=2020-03", [20, 30]),
        ("from=2020-05&to=2020-07", [50, None, None]),
        ("from=2021-01&to=2021-02", [None, None]),
    ],
)
def test_each_count_stands_at_its_month(iceland: Project, faroes: Project, window: str, expected: list[float | None]) -> None:
    figure = draw("/compare/", f"?p=is.wikipedia.org&p=fo.wikipedia.org&{window}")

    assert figure["data"][1]["y"] == expected


def test_takes_the_first_definition_only(iceland: Project) -> None:
    make_edit_counts(iceland, {dt.date(2022, 12, 1): 99_000}, page_type="all-page-types")

    assert max(filter(None, draw("/compare/", "?p=is.wikipedia.org&range=all")["data"][0]["y"])) == 9579


def test_hover_tells_the_scaled_count_from_the_real_one(iceland: Project) -> None:
    EditCount.objects.filter(month=dt.date(2022, 12, 1)).update(edit_count=1_009)

    figure = draw("/compare/", "?p=is.wikipedia.org&show=per30")

    assert figure["data"][0]["text"][-1].endswith("<br>976 edits per 30 days (1,009 in the month)")  # 976.45
    assert figure["layout"]["yaxis"]["title"]["text"] == "Edits per 30 days"


@pytest.mark.parametrize("query", ["", "&range=1", "&scale=indexed", "&show=per30", "&scale=indexed&show=per30&from=2020-02"])
def test_the_table_has_the_figures_of_the_chart(client: Client, iceland: Project, faroes: Project, query: str) -> None:
    address = "?p=is.wikipedia.org&p=fo.wikipedia.org" + query
    lines = [line["y"] for line in draw("/compare/", address)["data"] if line["name"] != "alerts"]

    text = client.get("/compare/" + address).content.decode().split("<tbody>")[1].split("</tbody>")[0]

    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in text.split("<tr>")[1:]][::-1]
    shown = [[re.sub(r"<.*?>", "", cell, flags=re.DOTALL).strip() for cell in row] for row in cells]
    drawn = [["–" if y is None else f"{round(y):,}" for y in month] for month in zip(*lines, strict=True)]
    assert shown == drawn


@pytest.mark.parametrize("wanted", ["fo.wikipedia.org", "fowiki", "Faroese Wikipedia", "färöisch", "faroe"])
def test_a_clear_name_is_added_to_the_address(client: Client, iceland: Project, faroes: Project, wanted: str) -> None:
    response = client.get("/compare/", {"p": "is.wikipedia.org", "add": wanted, "scale": "indexed"})

    assert response.status_code == 302
    assert response["Location"] == "/compare/?p=is.wikipedia.org&p=fo.wikipedia.org&scale=indexed"


@pytest.mark.parametrize("wanted", ["faroes", "faro"])
def test_an_unclear_name_is_asked_back(client: Client, iceland: Project, faroes: Project, wanted: str) -> None:
    text = client.get("/compare/", {"p": "is.wikipedia.org", "add": wanted}).content.decode()

    assert f"Which wiki do you mean by “{wanted}”?" in text
    assert 'href="?p=is.wikipedia.org&amp;p=fo.wikipedia.org"' in text
    assert 'value="fo.wikipedia.org"' not in text


def test_a_name_that_several_have_is_asked_back(client: Client, iceland: Project) -> None:
    for name in ("nostalgia", "test"):
        make_project(f"{name}.wikipedia.org", special=True, site_name="Wikipedia")

    text = client.get("/compare/", {"p": "is.wikipedia.org", "add": "wikipedia"}).content.decode()

    assert "Which wiki do you mean by “wikipedia”?" in text


@pytest.mark.parametrize("query", [f"{EIGHT}&add=x8.wikipedia.org", f"{EIGHT}&p=x8.wikipedia.org"])
def test_a_ninth_is_refused_and_the_eight_stay(client: Client, nine: None, query: str) -> None:
    response = client.get(f"/compare/?{query}")

    text = response.content.decode()
    assert response.status_code == 200
    assert "At most 8 wikis can be compared; left out: x8.wikipedia.org." in text
    assert text.count('name="p"') == 8
    assert len(draw("/compare/", f"?{query}")["data"]) == 8


def test_different_measures_are_not_compared_silently(client: Client, iceland: Project, db: None) -> None:
    make_edit_counts(make_project("fo.wikipedia.org"), {dt.date(2022, 1, 1): 10}, page_type="all-page-types")

    text = client.get("/compare/?p=is.wikipedia.org&p=fo.wikipedia.org").content.decode()

    assert "fo.wikipedia.org</bdi>: edits to all pages" in text
    assert "Not the same measure" not in client.get("/compare/?p=is.wikipedia.org").content.decode()


def test_the_alerts_stand_in_chart_table_and_file(client: Client, peak: Alert, faroes: Project) -> None:
    query = "?p=is.wikipedia.org&p=fo.wikipedia.org&from=2022-10&to=2022-12"
    marks = next(trace for trace in draw("/compare/", query)["data"] if trace["name"] == "alerts")
    assert (marks["x"], marks["y"], marks["marker"]["symbol"]) == (["2022-11-01"], [9579], ["triangle-up"])
    line = draw("/compare/", query)["data"][0]
    assert "extreme" in line["text"][1]

    table = client.get(f"/compare/{query}").content.decode().split("<tbody>")[1]
    assert f'href="/alerts/{peak.pk}/"' in table

    rows = rows_of(client.get(f"/compare.csv{query}"))
    assert [(row["project"], row["month"], row["count"], row["alert"]) for row in rows] == [
        ("is.wikipedia.org", "2022-10", "3000", ""),
        ("is.wikipedia.org", "2022-11", "9579", "peak"),
        ("is.wikipedia.org", "2022-12", "3080", ""),
        ("fo.wikipedia.org", "2022-10", "", ""),
        ("fo.wikipedia.org", "2022-11", "", ""),
        ("fo.wikipedia.org", "2022-12", "", ""),
    ]


def test_a_withdrawn_alert_stands_nowhere(client: Client, peak: Alert) -> None:
    Alert.objects.update(status="withdrawn")
    assert [trace["name"] for trace in draw("/compare/", "?p=is.wikipedia.org")["data"]] == ["Icelandic Wikipedia"]


def test_the_file_has_what_is_drawn(client: Client, iceland: Project, faroes: Project) -> None:
    query = "?p=is.wikipedia.org&p=fo.wikipedia.org&scale=indexed&show=per30"
    first = rows_of(client.get(f"/compare.csv{query}"))[0]
    assert list(first) == ["project", "month", "count", "per_30_days", "index", "alert", "severity", "status"]
    assert rows_of(client.get("/compare.csv")) == []
