"""The explorer's page and files: the same figures as the chart."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from alerts.models import Alert, Category
from annotations.models import Annotation
from dashboards.charts.app import draw
from edits.models import EditCount, Project

ADDRESS = "/projects/is.wikipedia.org/"


def table(text: str) -> list[list[str]]:
    """The cells of the table of months, its head first."""
    found = text.split('data-fresh="months"')[1].split("</table>")[0]
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in found.split("<tr>")[1:]]
    return [[re.sub(r"<[^>]*>", "", cell).strip() for cell in row] for row in rows]


def rows_of(client: Client, query: str) -> list[dict[str, str]]:
    text = b"".join(client.get(f"{ADDRESS}counts.csv{query}")).decode("utf-8-sig")  # type: ignore[call-overload]
    return list(csv.DictReader(io.StringIO(text)))


def key(client: Client, query: str) -> str:
    return client.get(ADDRESS + query).content.decode().split("<figcaption")[1].split("</figcaption")[0]


@pytest.fixture
def by_type(iceland: Project) -> None:
    EditCount.objects.bulk_create(
        EditCount(project=iceland, month=dt.date(2022, 1, 1), editor_type=name, edit_count=count)
        for name, count in {"user": 2000, "anonymous": 700}.items()
    )


@pytest.mark.parametrize("query", ["", "?range=1", "?from=2020-01&to=2021-06", "?range=3&show=years", "?show=per30"])
def test_the_table_has_the_months_of_the_file(client: Client, peak: Alert, query: str) -> None:
    _head, *shown = table(client.get(ADDRESS + query).content.decode())
    rows = rows_of(client, query)[::-1]

    assert [f"{dt.date.fromisoformat(row['month'] + '-01'):%b %Y}" for row in rows] == [row[0] for row in shown]
    assert [f"{int(row['count']):,}" if row["count"] else "–" for row in rows] == [row[1] for row in shown]
    assert ("Nov 2022", "Peak, extreme") in [(row[0], row[-1]) for row in shown] or "to=" in query


def test_the_table_has_editor_types_and_30_days_where_they_are_shown(client: Client, peak: Alert, by_type: None) -> None:
    head, *rows = table(client.get(f"{ADDRESS}?range=1&show=editors&show=per30").content.decode())

    january = dict(zip(head, rows[-1], strict=True))
    assert (january["Registered editors"], january["Anonymous editors"]) == ("2,000", "700")
    assert january["Per 30 days"] == f"{round(3040 * 30 / 31):,}"


def test_files_have_editor_types_where_they_are_shown(client: Client, peak: Alert, by_type: None) -> None:
    january = rows_of(client, "?range=1&show=editors")[0]

    assert (january["edits_user"], january["edits_anonymous"]) == ("2000", "700")
    assert "edits_user" not in rows_of(client, "?range=1")[0]
    listed: Any = client.get(f"{ADDRESS}counts.json?range=1&show=editors").json()
    assert listed["rows"][0]["edits_user"] == 2000


def test_files_have_cause_note_episode_and_the_classic_threshold(client: Client, peak: Alert, bob: User) -> None:
    Annotation.objects.create(alert=peak, text="An edit-a-thon.", author=bob, status="published", headline=True)
    Alert.objects.update(category=Category.objects.get(slug="contest"), episode_end=dt.date(2022, 12, 1))

    *_before, november, december = rows_of(client, "?range=1")

    assert (november["category"], november["note"]) == ("contest", "An edit-a-thon.")
    assert (november["part_of_alert_since"], december["part_of_alert_since"]) == ("", "2022-11")
    assert float(november["classic_threshold"]) == pytest.approx(1.3 * float(november["rolling_mean"]), abs=0.01)
    assert "threshold" not in november


def test_the_key_names_what_is_drawn_and_nothing_else(client: Client, peak: Alert, by_type: None) -> None:
    assert "Expected range" in key(client, "")
    assert "3-year mean + 30 %" not in key(client, "")
    assert "3-year mean + 30 %" in key(client, "?show=mean")
    assert "Expected range" not in key(client, "?show=mean")
    assert "Expected range" not in key(client, "?show=band&show=editors")
    assert "Expected range" not in key(client, "?show=band&show=years")


def test_closing_the_card_keeps_what_is_shown(client: Client, peak: Alert) -> None:
    text = client.get(f"{ADDRESS}?range=3&show=mean&alert={peak.pk}").content.decode()

    assert f'href="{ADDRESS}?range=3&amp;show=mean" data-close' in text


def test_a_former_domain_keeps_what_is_shown(client: Client, iceland: Project) -> None:
    iceland.aliases.create(domain="old.wikipedia.org")

    response = client.get("/projects/old.wikipedia.org/?range=3&show=mean")

    assert response["Location"] == f"{ADDRESS}?range=3&show=mean"


def test_the_alerts_chart_opens_in_the_explorer_as_it_is(client: Client, peak: Alert) -> None:
    link = f"{ADDRESS}?from=2020-05&amp;to=2025-05&amp;alert={peak.pk}"

    assert f'href="{link}"' in client.get(f"/alerts/{peak.pk}/").content.decode()
    drawn = draw(f"/alerts/{peak.pk}/", None)["layout"]["meta"]
    assert drawn == draw(ADDRESS, "?from=2020-05&to=2025-05")["layout"]["meta"]


@pytest.mark.parametrize("address", [ADDRESS, "/compare/?p=is.wikipedia.org", "/alerts/{pk}/"])
def test_every_page_with_a_chart_has_a_word_for_those_without_scripts(client: Client, peak: Alert, address: str) -> None:
    text = client.get(address.format(pk=peak.pk)).content.decode()

    assert "The chart needs JavaScript." in text.split("<noscript>")[1].split("</noscript>")[0]
