"""Figures: what the chart's callback answers."""

from __future__ import annotations

import datetime as dt
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import numpy as np
import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django_plotly_dash import dash_wrapper
from django_plotly_dash.models import StatelessApp
from flask import Flask

from alerts.models import Alert, DetectionPolicy
from annotations.models import Annotation
from dashboards.charts.app import app, draw
from dashboards.charts.notes import note_marks
from dashboards.charts.series import judged_series
from edits.models import EditCount, Project

UPDATE = "/dash/app/chart/_dash-update-component"


def callback(client: Client, pathname: object, search: object = "", **changes: Any) -> Any:
    body = {
        "output": "drawing.data",
        "outputs": {"id": "drawing", "property": "data"},
        "inputs": [
            {"id": "address", "property": "pathname", "value": pathname},
            {"id": "address", "property": "search", "value": search},
        ],
        "changedPropIds": ["address.pathname"],
    } | changes
    return client.post(UPDATE, json.dumps(body), content_type="application/json")


def trace(figure: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in figure["data"] if each["name"] == name)


def hover(figure: dict[str, Any], date: str) -> str:
    counts = trace(figure, "counts")
    return str(counts["text"][counts["x"].index(date)])


def test_callback_answers_with_the_figure_of_the_page(client: Client, peak: Alert) -> None:
    response = callback(client, "/projects/is.wikipedia.org/")

    assert response.status_code == 200
    figure = response.json()["response"]["drawing"]["data"]
    counts = trace(figure, "counts")
    assert counts["y"][counts["x"].index("2022-11-01")] == 9579
    assert counts["customdata"][counts["x"].index("2022-11-01")] == peak.pk


def test_callback_leaves_no_session_and_no_cookie(client: Client, peak: Alert) -> None:
    response = callback(client, "/projects/is.wikipedia.org/")

    assert not response.cookies
    assert Session.objects.count() == 0


def test_each_thread_builds_the_app_once_and_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    inside: list[int] = []
    most: list[int] = []

    def flask(*args: Any) -> Flask:
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.01)  # the others come
        inside.pop()
        return Flask(*args)

    monkeypatch.setattr(dash_wrapper, "Flask", flask)
    begun = Barrier(4)

    def use_twice(_: int) -> bool:
        begun.wait()
        return app.as_dash_instance() is app.as_dash_instance()

    with ThreadPoolExecutor(4) as threads:
        same = list(threads.map(use_twice, range(4)))

    assert same == [True] * 4
    assert most == [1] * 4


@pytest.mark.django_db
def test_the_chart_is_registered_by_a_migration() -> None:
    assert StatelessApp.objects.filter(app_name="chart").count() == 1


def test_a_missing_month_is_a_gap(peak: Alert) -> None:
    counts = trace(draw("/projects/is.wikipedia.org/", "?range=all"), "counts")

    assert counts["y"][counts["x"].index("2020-06-01")] is None
    assert counts["connectgaps"] is False


def test_range_is_kept_within_what_is_stored(peak: Alert) -> None:
    meta = draw("/projects/is.wikipedia.org/", "?from=2001-01&to=2199-12")["layout"]["meta"]

    assert (meta["from"], meta["to"]) == ("2019-01", "2022-12")


def test_upright_axis_fits_what_is_in_view(peak: Alert) -> None:
    calm = draw("/projects/is.wikipedia.org/", "?from=2021-01&to=2021-12")["layout"]["yaxis"]["range"][1]
    busy = draw("/projects/is.wikipedia.org/", "?from=2022-01&to=2022-12")["layout"]["yaxis"]["range"][1]

    assert calm < 5000 < busy


def test_log_scale(peak: Alert) -> None:
    axis = draw("/projects/is.wikipedia.org/", "?show=log")["layout"]["yaxis"]

    assert axis["type"] == "log"
    assert 3 < axis["range"][0] < axis["range"][1] < 4.5


def test_per_30_days_makes_months_equal(iceland: Project) -> None:
    EditCount.objects.filter(month=dt.date(2021, 2, 1)).update(edit_count=2800)
    counts = trace(draw("/projects/is.wikipedia.org/", "?show=per30"), "counts")

    assert counts["y"][counts["x"].index("2021-02-01")] == 3000


def test_per_30_days_is_said_and_counts_for_all_figures(iceland: Project) -> None:
    EditCount.objects.filter(month=dt.date(2021, 2, 1)).update(edit_count=2800)
    plain = draw("/projects/is.wikipedia.org/", "?show=band&show=mean")
    scaled = draw("/projects/is.wikipedia.org/", "?show=band&show=mean&show=per30")

    assert "<br>3,000 edits per 30 days (2,800 in the month)<br>" in hover(scaled, "2021-02-01")
    figures = [[int(each.replace(",", "")) for each in re.findall(r"[\d,]+(?![\d %])", hover(figure, "2021-02-01"))[-4:]]
               for figure in (plain, scaled)]  # fmt: skip
    assert [round(each * 30 / 28, -2) for each in figures[0]] == [round(each, -2) for each in figures[1]]


def test_the_upright_axis_has_its_unit(peak: Alert) -> None:
    def title(search: str) -> str:
        return str(draw("/projects/is.wikipedia.org/", search)["layout"]["yaxis"]["title"]["text"])

    assert (title(""), title("?show=per30"), title("?show=years")) == ("Edits", "Edits per 30 days", "Edits")


def test_the_classic_rule_has_its_figures_on_hover(peak: Alert) -> None:
    assert "3-year mean 3,0" in hover(draw("/projects/is.wikipedia.org/", "?show=mean"), "2022-06-01")
    assert "3-year mean" not in hover(draw("/projects/is.wikipedia.org/", ""), "2022-06-01")


def test_mean_and_threshold_on_request(peak: Alert) -> None:
    names = [each["name"] for each in draw("/projects/is.wikipedia.org/", "?show=mean")["data"]]

    assert names == ["3-year mean", "3-year mean + 30 %", "counts", "alerts"]


def test_year_over_year_has_a_line_for_each_year(peak: Alert) -> None:
    figure = draw("/projects/is.wikipedia.org/", "?range=all&show=years")

    assert [each["name"] for each in figure["data"]] == ["2019", "2020", "2021", "2022", "alerts"]
    assert trace(figure, "2022")["y"][10] == 9579


def test_year_over_year_opens_alerts_and_marks_them(peak: Alert) -> None:
    figure = draw("/projects/is.wikipedia.org/", "?show=years")

    assert trace(figure, "2022")["customdata"][9:] == [None, peak.pk, None]
    assert (trace(figure, "alerts")["x"], trace(figure, "alerts")["customdata"]) == ([11], [peak.pk])


def test_year_over_year_of_one_year_shows_the_one_before(peak: Alert) -> None:
    names = [each["name"] for each in draw("/projects/is.wikipedia.org/", "?range=1&show=years")["data"]]

    assert names == ["2021", "2022", "alerts"]


def test_stack_by_editor_type_where_stored(iceland: Project) -> None:
    EditCount.objects.bulk_create(
        EditCount(project=iceland, month=dt.date(2022, 1, 1), editor_type=name, edit_count=count)
        for name, count in {"user": 2000, "anonymous": 700}.items()
    )

    figure = draw("/projects/is.wikipedia.org/", "?show=editors")

    assert [each["name"] for each in figure["data"] if each.get("stackgroup")] == ["registered editors", "anonymous editors"]
    assert "registered editors: 2,000<br>anonymous editors: 700" in hover(figure, "2022-01-01")
    assert "registered" not in hover(figure, "2022-02-01")


def test_shape_tells_peak_from_drop_and_hollow_tells_settled(peak: Alert) -> None:
    marker = trace(draw("/projects/is.wikipedia.org/", ""), "alerts")["marker"]
    assert (marker["symbol"], marker["color"]) == (["triangle-up"], ["--red"])

    Alert.objects.update(status="explained", direction="drop")
    marker = trace(draw("/projects/is.wikipedia.org/", ""), "alerts")["marker"]
    assert (marker["symbol"], marker["color"]) == (["triangle-down"], ["--bg"])


def test_withdrawn_alerts_are_not_drawn(peak: Alert) -> None:
    Alert.objects.update(status="withdrawn")

    assert "alerts" not in [each["name"] for each in draw("/projects/is.wikipedia.org/", "")["data"]]


def test_notes_are_drawn_and_do_not_overlap(peak: Alert, bob: object) -> None:
    Alert.objects.update(label="Contest of the north")
    marks = draw("/projects/is.wikipedia.org/", "")["layout"]["annotations"]

    assert [mark["text"] for mark in marks] == ["Contest of the north"]


def test_published_note_is_drawn_and_pending_is_not(peak: Alert, bob: Any) -> None:
    note = Annotation.objects.create(alert=peak, text="An edit-a-thon in Reykjavík.", author=bob)
    assert draw("/projects/is.wikipedia.org/", "")["layout"]["annotations"] == []

    note.status, note.headline = "published", True
    note.save()
    assert draw("/projects/is.wikipedia.org/", "")["layout"]["annotations"][0]["text"] == "An edit-a-thon in Reykjavík."


def test_hover_is_in_plain_words(peak: Alert) -> None:
    counts = trace(draw("/projects/is.wikipedia.org/", ""), "counts")
    words = counts["text"][counts["x"].index("2022-11-01")]

    assert words.startswith("<b>November 2022</b><br>9,579 edits<br>expected about")
    assert "+218%" in words


def test_no_month_is_outside_the_range_without_a_mark_or_words(peak: Alert) -> None:
    """The peak's own mark; once it was withdrawn, and where the policy asks for more, the words why there is none."""
    assert "no alert" not in hover(draw("/projects/is.wikipedia.org/", ""), "2022-11-01")
    Alert.objects.update(status="withdrawn")
    withdrawn = "outside the normal range, but no alert: it was withdrawn"
    assert withdrawn in hover(draw("/projects/is.wikipedia.org/", ""), "2022-11-01")
    policy = DetectionPolicy.objects.get(scope="site")
    policy.minimum_volume, policy.version = 1_000_000, policy.version + 1
    policy.save()
    assert "an alert needs at least 1,0" in hover(draw("/projects/is.wikipedia.org/", ""), "2022-11-01")
    policy.directions, policy.version = ["drop"], policy.version + 1
    policy.save()
    assert "the rules here raise no alert for this" in hover(draw("/projects/is.wikipedia.org/", ""), "2022-11-01")


def test_every_month_outside_the_range_says_why(iceland: Project) -> None:
    series = judged_series(iceland, "edits")
    figure = draw("/projects/is.wikipedia.org/", "?range=all")
    outside = [
        f"{month:%Y-%m-%d}"
        for month, out in zip(series.months, (series.counts > series.upper) | (series.counts < series.lower), strict=True)
        if out
    ]
    assert outside
    assert all("the normal range" in hover(figure, date) for date in outside)


def test_alert_page_shows_the_years_around_it(peak: Alert) -> None:
    meta = draw(f"/alerts/{peak.pk}/", None)["layout"]["meta"]

    assert (meta["from"], meta["to"]) == ("2020-05", "2022-12")


@pytest.fixture
def episode(peak: Alert) -> Alert:
    """The peak of November 2022 goes on in December, which is higher."""
    EditCount.objects.filter(month=dt.date(2022, 12, 1)).update(edit_count=12_000)
    Alert.objects.update(episode_end=dt.date(2022, 12, 1))
    return peak


def test_months_that_carry_a_peak_on_are_marked_and_open_it(episode: Alert) -> None:
    figure = draw("/projects/is.wikipedia.org/", "")
    carried = trace(figure, "carried")

    assert (carried["x"], carried["y"], carried["customdata"]) == (["2022-12-01"], [12_000], [episode.pk])
    assert carried["marker"]["symbol"] == ["triangle-up"]
    assert carried["marker"]["size"][0] < trace(figure, "alerts")["marker"]["size"][0]
    assert trace(figure, "counts")["customdata"][-2:] == [episode.pk, episode.pk]
    assert "part of the peak since November 2022" in hover(figure, "2022-12-01")
    assert "until December 2022, most in December 2022: 12,000 edits" in hover(figure, "2022-11-01")


def test_the_expected_range_follows_its_policy_at_once(iceland: Project) -> None:
    before = judged_series(iceland, "edits")
    policy = DetectionPolicy.objects.get(scope="site")
    policy.detector, policy.parameters, policy.version = "rolling_mean", {}, policy.version + 1
    policy.save()

    assert not np.array_equal(judged_series(iceland, "edits").upper, before.upper, equal_nan=True)


def test_where_notes_have_no_room_the_rarest_stay_whatever_their_direction() -> None:
    """Four notes of neighbouring months, and three lanes."""
    months = [dt.date(2022, month, 1) for month in range(1, 5)]
    scores = (3.0, -9.0, 4.0, 5.0)
    alerts = {
        month: Alert(pk=at, month=month, score=score, label=f"What happened in month {at}, in many words")
        for at, (month, score) in enumerate(zip(months, scores, strict=True))
    }
    placed = note_marks(alerts, {}, (dt.date(2015, 1, 1), dt.date(2024, 12, 1)))

    assert [note["mark"]["x"] for note in placed] == ["2022-02-01", "2022-04-01", "2022-03-01"]
    assert [note["lane"] for note in placed] == [0, 1, 2]
