"""From the days that Wikimedia names to "Mar 4 – 9" on the page."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import translation

from alerts.models import Alert
from causes.attribution.days import days_of_change
from causes.models import CaseFile, Explanation
from causes.selectors import why
from causes.services import explain_alerts
from tests.causes.case_files.conftest import DOMAIN, Work
from tests.events.conftest import make_event
from tests.replay.data import KINDS, ReplayData, short_name
from tests.replay.server import ReplayServer


def burst(data: ReplayData, first: int, last: int, times: float = 20.0) -> None:
    """Let the edits of November 2022 be made from the first to the last day, `times` as many as on the others."""
    weights = [times if first <= day <= last else 1.0 for day in range(1, 31)]
    for kind in KINDS:
        data.days[short_name(DOMAIN), kind, "2022-11"] = weights


def test_the_page_says_on_which_days(alert: Alert, work: Work, replay: ReplayServer, client: Client) -> None:
    burst(replay.state.data, 4, 9)
    file = work(alert)
    assert file is not None
    assert file.state == CaseFile.State.COMPLETE
    assert sum(map(sum, file.data("days")["cells"].values())) == alert.count  # type: ignore[index]
    explain_alerts()
    told = why(alert)
    assert told is not None
    assert told.days is not None
    assert "of the rise was on Nov 4\N{THIN SPACE}–\N{THIN SPACE}9." in told.days.sentence
    inside = next(layer for layer in told.days.layers if layer.inside)
    assert inside.path.count("M") == 6
    page = client.get(alert.get_absolute_url()).content.decode()
    assert "on Nov 4\N{THIN SPACE}–\N{THIN SPACE}9" in page
    assert 'class="days"' in page
    with translation.override("de"):
        assert why(alert).days.sentence  # type: ignore[union-attr]


def test_days_that_are_not_known_are_not_shown(alert: Alert, client: Client) -> None:
    explain_alerts()
    assert why(alert).days is None  # type: ignore[union-attr]
    assert 'class="days"' not in client.get(alert.get_absolute_url()).content.decode()


def test_days_of_another_count_are_not_used(alert: Alert, work: Work) -> None:
    work(alert)
    Alert.objects.filter(pk=alert.pk).update(count=alert.count + 1)
    explain_alerts(again=True)
    assert "days" not in Explanation.objects.get().evidence


@pytest.mark.parametrize(
    ("count", "found"),
    [
        ([10] * 10 + [110] * 3 + [10] * 17, (10, 12)),
        ([10] * 29 + [400], (29, 29)),
        ([400] + [10] * 29, (0, 0)),
        ([20] * 30, None),  # all of them
        ([10] * 12 + [0] * 5 + [10] * 13, (12, 16)),  # a drop
        ([10] * 30, None),  # nothing changed
        ([], None),
        ([30], None),
    ],
)
def test_the_shortest_run_that_holds_most(count: list[float], found: tuple[int, int] | None) -> None:
    run = days_of_change(count, 10.0)
    assert (run and run[:2]) == found


def test_an_event_on_the_days_of_the_excess_fits_better(
    alert: Alert, work: Work, replay: ReplayServer, client: Client
) -> None:
    make_event("Outside", "2022-11-20", "2022-11-25")
    inside = make_event("Inside", "2022-11-04", "2022-11-09")
    explain_alerts()
    page = client.get(alert.get_absolute_url()).content.decode()
    assert "of the excess is on its days" not in page
    burst(replay.state.data, 4, 9)
    work(alert)
    explain_alerts(again=True)
    events = Explanation.objects.get().evidence["events"]
    assert [(event["name"], event["weight"]) for event in events] == [(inside.title, "strong")]
    page = client.get(alert.get_absolute_url()).content.decode()
    assert page.count("of the excess is on its days") == 2
    assert page.index("Inside") < page.index("Outside")
