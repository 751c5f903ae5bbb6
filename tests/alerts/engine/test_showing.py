"""Of edits, those by people and those by bots, one alert of a wiki and month is shown, on every surface."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections import Counter
from pathlib import Path

import pytest
from django.db.models import F
from django.test import Client

from accounts.models import User
from alerts import services
from alerts.engine.showing import arrange
from alerts.models import Alert, DetectionPolicy, Direction, Status
from edits.metrics import together
from edits.models import EditCount, EditorType, PageType, Project
from edits.months import month_range
from subscriptions.criteria import announceable
from subscriptions.models import Follow, Scope
from subscriptions.selectors import feed_of
from tests.alerts.series import TODAY, judge_by
from tests.factories import NOW, make_alert, make_project

pytestmark = pytest.mark.django_db

# Recorded edits to content pages of two Wikipedias (Wikimedia Analytics API, CC0), by kind of editor.
RECORDED = Path(__file__).with_name("edits-by-editor-type.csv")
NAMES = together("edits")
MONTH = dt.date(2022, 3, 1)


def store_recorded(domain: str) -> Project:
    project = make_project(domain)
    with RECORDED.open() as rows:
        mine = [row for row in csv.DictReader(rows) if row["project"] == domain]
    kinds = [kind for kind in EditorType.values if kind in mine[0]]
    for row in mine:
        counts = {kind: int(row[kind]) for kind in kinds}
        EditCount.objects.bulk_create(
            EditCount(
                project=project, month=dt.date.fromisoformat(f"{row['month']}-01"), page_type=PageType.CONTENT,
                editor_type=kind, edit_count=count,
            )
            for kind, count in (counts | {EditorType.ALL.value: sum(counts.values())}).items()
        )  # fmt: skip
    return project


def sweep() -> None:
    services.detect_alerts(today=TODAY, now=NOW, metrics=NAMES)


def in_month(project: Project, month: str) -> Alert:
    """The one alert that is shown of the wiki's month."""
    first = dt.date.fromisoformat(f"{month}-01")
    (alert,) = Alert.objects.shown("edits").standing().filter(project=project, month=first)
    return alert


@pytest.fixture
def iceland(db: None) -> Project:
    """Judged a little less strictly than by default: its months then hold every way in which a whole and its parts meet."""
    judge_by("expected_band", p_value=0.03)
    project = store_recorded("is.wikipedia.org")
    sweep()
    return project


def test_no_recorded_month_has_two_shown_alerts(iceland: Project) -> None:
    store_recorded("stq.wikipedia.org")
    sweep()
    standing = Alert.objects.standing()
    shown = Counter(standing.shown().values_list("project", "month"))
    assert max(shown.values()) == 1
    assert max(Counter(standing.values_list("project", "month")).values()) > 1
    assert standing.shown("bot_edits").count() == standing.filter(metric="bot_edits").count()


def test_a_preview_counts_what_people_are_shown_and_would_be(iceland: Project) -> None:
    policy = DetectionPolicy.objects.get(project=None, family="")
    policy.parameters |= {"p_value": 0.01}
    differences = services.preview_policy(policy=policy, months=1000, today=TODAY)
    before, after = differences.shown()
    assert before == Alert.objects.standing().shown().count() < differences.before
    services.policy_save(policy=policy, by=None)
    services.recompute_alerts(apply=True, today=TODAY)
    assert after == Alert.objects.standing().shown().count() < before


def test_a_part_in_the_first_month_of_the_whole_is_marked_on_it(iceland: Project) -> None:
    bots, people, both = (in_month(iceland, month) for month in ("2013-09", "2014-07", "2015-02"))
    assert (bots.metric, bots.parts, [mark.label for mark in bots.marks]) == ("edits", "bots:drop", ["bots"])
    assert (people.metric, people.parts) == ("edits", "people:peak,bots:drop")
    assert (both.metric, both.parts) == ("edits", "people:peak,bots:peak")
    assert in_month(iceland, "2014-01").parts == "people:peak,bots:peak"  # the drop of bots before it had not ended


def test_a_drop_of_people_that_bots_hid_is_shown_by_itself(iceland: Project) -> None:
    hidden = in_month(iceland, "2012-06")
    assert (hidden.metric, hidden.direction, hidden.parts, hidden.marks) == ("people_edits", "drop", "people:drop", [])


def test_a_contest_of_people_that_bots_hid_is_shown_by_itself() -> None:
    judge_by("expected_band")
    project = store_recorded("stq.wikipedia.org")
    sweep()
    alone = Alert.objects.shown("edits").standing().filter(metric="people_edits", direction="peak")
    whole = EditCount.objects.filter(project=project, editor_type=EditorType.ALL)
    for contest in alone:
        assert contest.parts.startswith("people:peak")
        assert not Alert.objects.filter(metric="edits", month__lte=contest.month, episode_end__gte=contest.month)
        assert whole.get(month=contest.month).edit_count >= contest.count
    assert alone


@pytest.mark.parametrize("kind", [EditorType.ALL, EditorType.GROUP_BOT, EditorType.USER])
def test_a_revised_month_leaves_all_alerts_as_if_all_were_arranged_anew(iceland: Project, kind: EditorType) -> None:
    for month in month_range(dt.date(2012, 1, 1), dt.date(2015, 12, 1)):
        if month.month % 4:
            continue
        EditCount.objects.filter(project=iceland, editor_type=kind, month=month).update(edit_count=F("edit_count") * 3)
        sweep()
        assert arrange(Alert.objects.standing().filter(project=iceland), NAMES) == []


def test_sweeping_again_or_wiki_by_wiki_changes_nothing(iceland: Project) -> None:
    before = list(Alert.objects.order_by("pk").values_list("pk", "shown_under", "parts", "updated_at"))
    sweep()
    services.recompute_alerts(today=TODAY, now=NOW, apply=True)
    assert list(Alert.objects.order_by("pk").values_list("pk", "shown_under", "parts", "updated_at")) == before


def test_a_part_comes_out_when_the_whole_is_withdrawn(iceland: Project) -> None:
    whole = in_month(iceland, "2015-02")
    part = whole.shown_with.get(metric="people_edits")
    rows = EditCount.objects.filter(project=iceland, month=whole.month, editor_type=EditorType.ALL)
    before = rows.get().edit_count
    rows.update(edit_count=int(whole.expected or 0))
    sweep()
    whole.refresh_from_db()
    assert (whole.status, in_month(iceland, "2015-02")) == (Status.WITHDRAWN, part)
    rows.update(edit_count=before)
    sweep()
    assert in_month(iceland, "2015-02") == whole


# --- the rule itself ---


def make(project: Project, metric: str, month: int = 3, *, last: int | None = None, direction: str = "peak") -> Alert:
    end = dt.date(2022, last, 1) if last else None
    return make_alert(project, dt.date(2022, month, 1), metric=metric, direction=direction, episode_end=end)


def arranged(alerts: list[Alert]) -> dict[str, tuple[str | None, str]]:
    arrange(alerts, NAMES)
    named = {alert.pk: f"{alert.metric}-{alert.month.month}" for alert in alerts}
    return {named[alert.pk]: (named.get(alert.shown_under_id or 0), alert.parts) for alert in alerts}


def test_a_drop_of_people_beside_a_peak_of_all_is_marked_as_such() -> None:
    project = make_project()
    alerts = [make(project, "bot_edits"), make(project, "people_edits", direction="drop"), make(project, "edits")]
    assert arranged(alerts) == {
        "edits-3": (None, "people:drop,bots:peak"),
        "people_edits-3": ("edits-3", "people:drop"),
        "bot_edits-3": ("edits-3", "bots:peak"),
    }
    assert [(mark.name, mark.opposite) for mark in alerts[2].marks] == [("people", True), ("bots", False)]


def test_of_two_parts_people_are_shown() -> None:
    project = make_project()
    assert arranged([make(project, "bot_edits"), make(project, "people_edits")])["bot_edits-3"][0] == "people_edits-3"


def test_a_part_that_began_earlier_has_a_month_of_its_own_and_is_marked_on_the_whole() -> None:
    project = make_project()
    assert arranged([make(project, "bot_edits", 2, last=4), make(project, "edits", 3)]) == {
        "bot_edits-2": (None, "bots:peak"),
        "edits-3": (None, "bots:peak"),
    }


def test_a_part_within_an_episode_is_shown_under_it() -> None:
    project = make_project()
    found = arranged([make(project, "edits", 1, last=4), make(project, "people_edits", 4), make(project, "people_edits", 5)])
    assert found["people_edits-4"][0] == "edits-1"
    assert found["people_edits-5"][0] is None


# --- every surface ---


@pytest.fixture
def three(alice: User) -> dict[str, Alert]:
    """One wiki's peak of bots, which stands out in the whole, too; another's of people alone; a third's of bots alone."""
    for domain, metrics in {
        "is.wikipedia.org": ("edits", "bot_edits"),
        "stq.wikipedia.org": ("people_edits",),
        "fo.wikipedia.org": ("bot_edits",),
    }.items():
        project = make_project(domain)
        EditCount.objects.bulk_create(
            EditCount(project=project, month=month, page_type="content", editor_type="all-editor-types", edit_count=3000)
            for month in month_range(dt.date(2021, 1, 1), MONTH)
        )
        alerts = [make(project, metric) for metric in metrics]
        Alert.objects.bulk_update(arrange(alerts, NAMES), ["shown_under", "parts"])
    return {f"{alert.project.dbname} {alert.metric}": alert for alert in Alert.objects.select_related("project")}


SHOWN = {"iswiki edits", "stqwiki people_edits", "fowiki bot_edits"}


def names_of(three: dict[str, Alert], ids: list[int]) -> list[str]:
    names = {alert.pk: name for name, alert in three.items()}
    return sorted(names[pk] for pk in ids)


def listed(client: Client, three: dict[str, Alert], url: str) -> list[str]:
    """The alerts that a page links to."""
    page = client.get(url).content.decode()
    return sorted(name for name, alert in three.items() if f'href="{alert.get_absolute_url()}"' in page)


def test_lists_and_files_hold_one_alert_of_each(client: Client, three: dict[str, Alert]) -> None:
    assert listed(client, three, "/alerts/") == sorted(SHOWN)
    assert listed(client, three, "/alerts/?metric=edits") == sorted(SHOWN)
    assert listed(client, three, "/alerts/?metric=bot_edits") == ["fowiki bot_edits", "iswiki bot_edits"]
    assert listed(client, three, "/alerts/?editors=people") == ["stqwiki people_edits"]
    data = json.loads(b"".join(client.get("/alerts.json")))
    assert names_of(three, [row["id"] for row in data["rows"]]) == sorted(SHOWN)
    assert {row["parts"] for row in data["rows"]} == {"bots:peak", "people:peak"}
    assert len(b"".join(client.get("/alerts.csv")).decode().splitlines()) == 1 + len(SHOWN)
    items = client.get("/api/v1/alerts").json()["items"]
    assert names_of(three, [item["id"] for item in items]) == sorted(SHOWN)
    (month,) = [each for each in client.get("/api/v1/months?metric=edits").json() if each["month"] == "2022-03"]
    assert month["alerts"] == len(SHOWN)


def test_feeds_and_letters_tell_of_one(client: Client, three: dict[str, Alert], bob: User) -> None:
    assert names_of(three, [alert.pk for alert in announceable(today=TODAY)]) == sorted(SHOWN)
    feed = client.get("/alerts.atom").content.decode()
    assert feed.count("<entry") == len(SHOWN)
    assert "Edits (bots)" in feed
    Follow.objects.create(user=bob, scope=Scope.EVERYTHING, value="", key="everything:", metrics=["bot_edits"])
    assert names_of(three, [alert.pk for alert in feed_of(bob)]) == ["fowiki bot_edits", "iswiki edits"]


def test_the_overview_shows_people_first_and_bots_one_press_away(client: Client, three: dict[str, Alert]) -> None:
    first = client.get("/?month=2022-03")
    assert listed(client, three, "/?month=2022-03") == ["stqwiki people_edits"]
    sides = {side.name: side for side in first.context["sides"]}
    assert {name: side.count for name, side in sides.items()} == {"people": 1, "bots": 2, "all": 3}
    assert first.context["now"]["total"] == first.context["now"]["peaks"] == 1
    assert listed(client, three, f"/{sides['bots'].url}") == ["fowiki bot_edits", "iswiki edits"]
    assert listed(client, three, f"/{sides['all'].url}") == sorted(SHOWN)


def test_a_part_is_not_going_on_beside_its_whole(client: Client) -> None:
    project = make_project()
    store_months = [EditCount(project=project, month=month, page_type="content", editor_type="all-editor-types", edit_count=9)
                    for month in month_range(dt.date(2022, 1, 1), MONTH)]  # fmt: skip
    EditCount.objects.bulk_create(store_months)
    alerts = [make(project, "bot_edits", 2, last=4), make(project, "edits", 3)]
    Alert.objects.bulk_update(arrange(alerts, NAMES), ["shown_under", "parts"])
    page = client.get("/?month=2022-03&editors=all")
    assert [line.alert for line in page.context["alerts"]] == [alerts[1]]
    assert (page.context["going_on"], page.context["now"]["peaks"]) == ([], 1)
    assert [line.alert for line in client.get("/?month=2022-02&editors=all").context["alerts"]] == [alerts[0]]


def test_the_queue_of_moderators_holds_one(client_for, three: dict[str, Alert], alice: User) -> None:  # noqa: ANN001
    client = client_for(alice)
    queue = client.get("/admin/alerts/alert/").context["cl"]
    assert names_of(three, [alert.pk for alert in queue.result_list]) == sorted(SHOWN)
    parts = client.get("/admin/alerts/alert/?metric=bot_edits").context["cl"]
    assert names_of(three, [alert.pk for alert in parts.result_list]) == ["fowiki bot_edits", "iswiki bot_edits"]
    start = client.get("/admin/").context
    assert start["queues"][0].count == len(SHOWN)
    assert {alert.pk for alert in start["worst"]} == {three[name].pk for name in SHOWN}


def test_pages_of_a_whole_and_its_part_lead_to_each_other(client: Client, three: dict[str, Alert]) -> None:
    whole, part = three["iswiki edits"], three["iswiki bot_edits"]
    assert whole.direction == Direction.PEAK
    assert listed(client, three, whole.get_absolute_url()).count("iswiki bot_edits") == 1
    assert "Lists show another alert" in client.get(part.get_absolute_url()).content.decode()
