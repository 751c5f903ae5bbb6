"""An alert is known by the month in which it began; its figures are those of its worst month, and each place says so."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils.html import strip_tags

from alerts.models import Alert
from dashboards.episodes import Episode, episode_of
from dashboards.filters import AlertFilter
from dashboards.views.lines import lines
from dashboards.views.overview import tallies
from edits.models import EditCount
from edits.months import add_months
from subscriptions.words import lines_of, sentence, subject, title
from tests.dashboards.test_files import rows_of

NOVEMBER, DECEMBER, JANUARY = dt.date(2022, 11, 1), dt.date(2022, 12, 1), dt.date(2023, 1, 1)
COUNTS = {NOVEMBER: 6010, DECEMBER: 9579, JANUARY: 5100}


@pytest.fixture
def long_peak(peak: Alert) -> Alert:
    """It began in November, was worst in December, and lasted until January."""
    for month, count in COUNTS.items():
        EditCount.objects.update_or_create(
            project=peak.project, month=month, page_type="content", editor_type="all-editor-types",
            defaults={"edit_count": count},
        )  # fmt: skip
    peak.worst_month, peak.episode_end, peak.count = DECEMBER, JANUARY, COUNTS[DECEMBER]
    peak.save()
    return peak


def text_of(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", strip_tags(response.content.decode()))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("/alerts/", "9,579 in Dec 2022, expected"),
        ("/alerts/?month=2022-11", "6,010 expected"),
        ("/alerts/?month=2022-12", "9,579 since Nov 2022 · expected"),
        ("/months/2022-11/", "6,010 expected"),
        ("/months/2022-12/", "9,579 since Nov 2022 · expected"),
        ("/alerts/{pk}/", "9,579 edits in December 2022"),
        ("/alerts/{pk}/card/", "9,579 edits in December 2022"),
        ("/projects/is.wikipedia.org/", "9,579 in Dec 2022"),
    ],
)
def test_a_page_names_the_month_of_the_count(client: Client, long_peak: Alert, url: str, words: str) -> None:
    assert words.lower() in text_of(client, url.format(pk=long_peak.pk)).lower()


def test_an_alert_of_one_month_needs_no_such_words(client: Client, peak: Alert) -> None:
    assert "9,579 expected" in text_of(client, "/alerts/")


def test_the_heading_is_the_month_in_which_it_began(client: Client, long_peak: Alert) -> None:
    assert f"{long_peak.project.name}, November 2022" in text_of(client, f"/alerts/{long_peak.pk}/")


def test_the_small_picture_marks_the_worst_month(long_peak: Alert) -> None:
    [line] = lines([long_peak])
    assert line.count == COUNTS[DECEMBER]
    assert "Two years to Dec 2022" in line.picture


def test_the_first_month_keeps_its_own_count(long_peak: Alert) -> None:
    assert episode_of(long_peak, COUNTS) == Episode(JANUARY, DECEMBER, COUNTS[DECEMBER])


def test_messages_and_feeds(client: Client, long_peak: Alert) -> None:
    line = lines_of([long_peak])[long_peak.pk]
    assert sentence(line).startswith("9,579 edits in December 2022, expected ")
    assert title(line).endswith(", December 2022 (since November 2022)")
    assert subject([line], 1) == title(line)
    assert line.counts[-1] == COUNTS[DECEMBER]
    assert title(line) in client.get("/alerts.atom").content.decode()


def test_files_and_the_api(client: Client, long_peak: Alert) -> None:
    [row] = rows_of(client.get("/alerts.csv"))
    assert (row["month"], row["figures_month"], row["count"]) == ("2022-11", "2022-12", "9579")
    for url in ("/api/v1/alerts", f"/api/v1/alerts/{long_peak.pk}"):
        answer = client.get(url).json()
        item = answer["items"][0] if "items" in answer else answer
        assert (item["month"], item["figures_month"], item["count"]) == ("2022-11", "2022-12", 9579)


def test_every_month_of_an_episode_is_a_peak_of_its_month(long_peak: Alert) -> None:
    months = [add_months(NOVEMBER, step) for step in range(-1, 4)]
    found = tallies(months, AlertFilter(metric="edits"))
    assert [found[month]["peaks"] for month in months] == [0, 1, 1, 1, 0]
    assert [found[month]["total"] for month in months] == [0, 1, 1, 1, 0]
    assert {found[month]["drops"] for month in months} == {0}


@pytest.mark.parametrize("url", ["/alerts/", "/alerts.csv", "/alerts.json", "/alerts.atom", "/api/v1/alerts"])
def test_every_list_of_a_month_holds_the_alerts_that_last_into_it(client: Client, long_peak: Alert, url: str) -> None:
    address = f"/alerts/{long_peak.pk}/"
    answers = [client.get(url, {"month": f"{add_months(NOVEMBER, step):%Y-%m}"}) for step in range(-1, 4)]
    assert [address in b"".join(answer).decode() for answer in answers] == [False, True, True, True, False]


def test_the_page_of_a_later_month_counts_it(client: Client, long_peak: Alert) -> None:
    assert "Peaks1 Drops0" in text_of(client, "/months/2022-12/")
