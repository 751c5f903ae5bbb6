"""From stored counts to an explanation beside the alert."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pytest
from django.db.models import F
from django.test import Client

from alerts.models import Alert
from alerts.services import detect_alerts
from causes.evidence import Evidence
from causes.findings import Cause
from causes.models import Explanation
from causes.selectors import why
from causes.services import explain_alerts, unexplained
from edits.models import EditCount, Project
from edits.months import add_months, month_range
from tests.factories import make_alert, make_edit_counts, make_project

pytestmark = pytest.mark.django_db

FIRST, MONTH = dt.date(2019, 1, 1), dt.date(2022, 11, 1)
USUAL = {"user": 4000, "anonymous": 600, "group-bot": 900, "name-bot": 10}


def store(project: Project, usual_counts: Mapping[str, int] = USUAL, **changes: int) -> None:
    """Steady months by kind, with a little movement, and the last one changed."""
    months = list(month_range(FIRST, MONTH))
    whole = dict.fromkeys(months, 0)
    for kind, usual in usual_counts.items():
        counts = {month: usual + (usual * (i * 7 % 11 - 5)) // 100 for i, month in enumerate(months)}
        counts[MONTH] = changes.get(kind.replace("-", "_"), counts[MONTH])
        make_edit_counts(project, counts, editor_type=kind)
        whole = {month: whole[month] + counts[month] for month in months}
    make_edit_counts(project, whole)


def alert_of(project: Project, metric: str = "edits") -> Alert:
    detect_alerts()
    return Alert.objects.get(project=project, metric=metric, month=MONTH)


@pytest.fixture
def project() -> Project:
    return make_project("is.wikipedia.org")


def test_bots_are_named_with_what_they_made_of_the_rise(project: Project) -> None:
    store(project, group_bot=30_900)
    alert = alert_of(project)
    explain_alerts()
    told = why(alert)
    assert told is not None
    assert told.cause == Cause.BOTS
    assert told.sentence.startswith("Bots made 10")  # 100 or 101 of the rise
    assert told.sentence.endswith("people edited as usual.")
    assert sum(bar.share for bar in told.bars) == pytest.approx(1)


@pytest.mark.parametrize("name_bots", [0, 10])
def test_a_wiki_without_bots_until_then_is_told_from_one_with(project: Project, name_bots: int) -> None:
    store(project, USUAL | {"group-bot": 0, "name-bot": name_bots}, user=30_000)
    alert = alert_of(project)
    explain_alerts()
    kinds = Evidence.from_json(Explanation.objects.get(alert=alert).evidence).kinds
    assert kinds is not None
    assert kinds.bots_seen == bool(name_bots)


def test_the_worst_month_of_an_episode_is_explained(project: Project) -> None:
    store(project, group_bot=30_900)
    before = EditCount.objects.filter(project=project, month=add_months(MONTH, -1))
    before.filter(editor_type__in=("group-bot", "all-editor-types")).update(edit_count=F("edit_count") + 9_000)
    detect_alerts()
    alert = Alert.objects.get(project=project, metric="edits")
    assert (alert.month, alert.figures_month) == (add_months(MONTH, -1), MONTH)
    explain_alerts()
    told = why(alert)
    assert told is not None
    assert told.cause == Cause.BOTS
    assert told.bars


def test_parts_that_do_not_add_up_to_the_count_say_nothing(project: Project) -> None:
    store(project, group_bot=30_900)
    EditCount.objects.filter(project=project, month=MONTH, editor_type="user").update(edit_count=1)
    alert = alert_of(project)
    explain_alerts()
    told = why(alert)
    assert told is not None
    assert told.bars == ()
    assert told.cause == Cause.NOT_EXPLAINED


def test_an_alert_that_another_tool_raised_is_no_fault(project: Project) -> None:
    store(project, group_bot=30_900)
    alert = make_alert(project, MONTH, count=35_510)
    explain_alerts()
    assert alert.explanation.evidence.get("kinds") is None


def test_a_missing_part_says_nothing(project: Project) -> None:
    store(project, group_bot=30_900)
    EditCount.objects.filter(project=project, month=MONTH, editor_type="name-bot").delete()
    alert = alert_of(project)
    explain_alerts()
    assert alert.explanation.evidence.get("kinds") is None


def test_a_revised_alert_is_explained_anew_and_the_rest_left_alone(project: Project) -> None:
    store(project, group_bot=30_900)
    alert = alert_of(project)
    explain_alerts()
    assert not unexplained().exists()
    before = alert.explanation.updated_at
    assert explain_alerts().explained == 0
    EditCount.objects.filter(project=project, month=MONTH, editor_type="user").update(edit_count=90_000)
    EditCount.objects.filter(project=project, month=MONTH, editor_type="group-bot").update(edit_count=900)
    EditCount.objects.filter(project=project, month=MONTH, editor_type="all-editor-types").update(edit_count=91_500 + 10)
    whole = sum(
        EditCount.objects.filter(project=project, month=MONTH)
        .exclude(editor_type="all-editor-types")
        .values_list("edit_count", flat=True)
    )
    EditCount.objects.filter(project=project, month=MONTH, editor_type="all-editor-types").update(edit_count=whole)
    alert = alert_of(project)
    assert alert in unexplained()
    explain_alerts()
    alert = Alert.objects.get(pk=alert.pk)
    assert alert.explanation.updated_at > before
    assert (alert.explanation.explained_count, alert.explanation.cause) == (whole, Cause.PEOPLE)


def test_what_people_said_is_never_touched(project: Project) -> None:
    store(project, group_bot=30_900)
    alert = alert_of(project)
    Alert.objects.filter(pk=alert.pk).update(label="Our own words", version=7)
    explain_alerts(again=True)
    alert.refresh_from_db()
    assert (alert.label, alert.version, alert.category) == ("Our own words", 7, None)


def test_the_same_time_of_earlier_years_is_found_with_its_label(project: Project) -> None:
    store(project, user=40_000)
    alert = alert_of(project)
    make_alert(project, add_months(MONTH, -12), label="Contest of the year")
    make_alert(project, add_months(MONTH, -23))
    explain_alerts()
    found = next(each for each in why(alert).findings if each.name == "every_year")  # type: ignore[union-attr]
    assert "2 of 3 earlier years" in found.sentence
    assert "Contest of the year" in found.lines[0]


def test_pages_files_and_filter_show_it(project: Project, client: Client) -> None:
    store(project, group_bot=30_900)
    alert = alert_of(project)
    page = client.get(alert.get_absolute_url())
    assert 'id="why-' not in page.content.decode()
    explain_alerts()
    text = client.get(alert.get_absolute_url()).content.decode()
    assert "Bots made 10" in text
    assert text.index('id="why-') < text.index("The facts")
    shown = client.get("/alerts/?cause=bots").content.decode()
    assert alert.get_absolute_url() in shown
    assert alert.get_absolute_url() not in client.get("/alerts/?cause=many-people").content.decode()
    assert client.get("/alerts/?cause=ghosts").status_code == 400
    evidence = client.get(f"/alerts/{alert.pk}.json").json()
    assert evidence["explanation"]["cause"] == "bots"
    assert evidence["explanation"]["evidence"]["kinds"]["leader"] == "bots"
    assert Explanation.objects.count() == Alert.objects.count()
