"""Months that belong to one alert."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from alerts.models import Alert
from dashboards.episodes import Episode, carried_on, episode_of
from dashboards.sentences import episode_words, part_words
from edits.models import EditCount

NOVEMBER, DECEMBER, JANUARY = dt.date(2022, 11, 1), dt.date(2022, 12, 1), dt.date(2023, 1, 1)


def alert(direction: str = "peak", end: dt.date | None = JANUARY, count: int = 500) -> Alert:
    return Alert(month=NOVEMBER, direction=direction, episode_end=end, metric="edits", count=count)


def test_months_after_the_alerts_own_carry_it_on() -> None:
    peak = alert()

    assert carried_on([peak, alert(end=None)]) == {DECEMBER: peak, JANUARY: peak}


@pytest.mark.parametrize(("direction", "month", "count"), [("peak", DECEMBER, 900), ("drop", JANUARY, 400)])
def test_the_month_that_stood_out_most(direction: str, month: dt.date, count: int) -> None:
    assert episode_of(alert(direction), {DECEMBER: 900, JANUARY: 400}) == Episode(JANUARY, month, count)


def test_a_single_month_is_no_episode() -> None:
    assert episode_of(alert(end=None), {NOVEMBER: 500, DECEMBER: 900}) is None


def test_the_words() -> None:
    assert episode_words(alert(), Episode(JANUARY, DECEMBER, 900)) == "until January 2023, most in December 2022: 900 edits"
    assert episode_words(alert("drop"), Episode(JANUARY, DECEMBER, 1)) == "until January 2023, fewest in December 2022: 1 edit"
    assert episode_words(alert(), Episode(JANUARY, NOVEMBER, 500)) == "until January 2023"
    assert part_words(alert("drop")) == "part of the drop since November 2022"


@pytest.mark.parametrize(
    "address", ["/projects/is.wikipedia.org/", "/projects/is.wikipedia.org/?alert={pk}", "/alerts/{pk}/card/", "/alerts/{pk}/"]
)
def test_table_card_and_page_say_how_long_and_which_month(client: Client, peak: Alert, address: str) -> None:
    EditCount.objects.filter(month=DECEMBER).update(edit_count=12_000)
    Alert.objects.update(episode_end=DECEMBER)

    text = client.get(address.format(pk=peak.pk)).content.decode()

    assert "until December 2022, most in December 2022: 12,000 edits" in text


@pytest.mark.parametrize("month", ["2022-11", "2022-12"])
def test_the_overview_counts_an_alert_that_lasts_into_the_month_wherever_it_counts(
    client: Client, peak: Alert, month: str
) -> None:
    Alert.objects.update(episode_end=DECEMBER)

    context = client.get(f"/?month={month}").context

    assert context["now"]["total"] == 1
    assert {side.name: side.count for side in context["sides"]} == {"people": 1, "bots": 0, "all": 1}
