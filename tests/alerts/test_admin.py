"""The moderator's list and the page of one alert."""

from __future__ import annotations

import csv
import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from alerts import services
from alerts.models import Alert, Category, Status
from annotations import services as services_of_notes
from annotations.models import Annotation
from tests.factories import make_alert, make_edit_counts, make_project
from tests.forms import page_of, rows_of

LIST = "/admin/alerts/alert/"
MONTH = dt.date(2022, 11, 1)


def _many(count: int) -> list[Alert]:
    alerts = []
    for number in range(count):
        project = make_project(f"w{number}.wikipedia.org")
        make_edit_counts(project, {dt.date(2022, month, 1): 100 * month for month in range(1, 12)})
        alerts.append(make_alert(project, MONTH, score=float(number)))
    return alerts


def test_the_list_needs_the_same_queries_for_one_alert_and_for_fifty(
    alice: User, client_for: Any, django_assert_max_num_queries: Any
) -> None:
    client = client_for(alice)
    alerts = _many(50)
    Annotation.objects.create(alert=alerts[0], author=alice, text="A contest began this month.", status="published")
    with django_assert_max_num_queries(24):
        response = client.get(LIST)
    assert response.content.count(b'class="spark"') == 50


def test_worst_first_and_newest_month_first(alice: User, client_for: Any) -> None:
    first, second, third = _many(3)
    newer = make_alert(first.project, dt.date(2022, 12, 1), score=0.1)
    listed = list(client_for(alice).get(LIST).context["cl"].result_list)
    assert listed == [newer, third, second, first]


def test_category_and_label_are_edited_in_the_list(alice: User, client_for: Any) -> None:
    alert = _many(2)[1]
    contest = Category.objects.get(slug="contest")
    client = client_for(alice)
    sent = rows_of(client.get(LIST), **{"form-0-category": contest.pk, "form-0-label": "WikiMarathon"})
    assert client.post(LIST, sent).status_code == 302
    alert.refresh_from_db()
    assert (alert.category, alert.label, alert.version) == (contest, "WikiMarathon", 2)
    assert alert.history.first().history_user == alice


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=w1.wiki", [1]),
        ("q=marathon", [0]),
        ("q=imported", [2]),
        ("q=nothing-like-this", []),
        ("status__exact=dismissed", [2]),
        ("severity__exact=high", [1]),
        ("waiting=open", [1, 0]),
        ("waiting=long", [1, 0]),
        ("waiting=mine", []),
        ("language=w1", [1]),
        ("family=wikipedia", [2, 1, 0]),
        ("category=none", [2, 1]),
        ("category=contest", [0]),
        ("month=2022-11", [2, 1, 0]),
        ("month=2022-10", []),
        ("noted=yes", [2]),
        ("noted=no", [1, 0]),
        ("detector=rolling_mean", []),
        ("month__year=2022", [2, 1, 0]),
    ],
)
def test_filters_and_search(alice: User, client_for: Any, query: str, expected: list[int]) -> None:
    zero, one, two = alerts = _many(3)
    Alert.objects.filter(pk=zero.pk).update(label="Marathon", category=Category.objects.get(slug="contest"))
    Alert.objects.filter(pk=one.pk).update(severity="high")
    Alert.objects.filter(pk=two.pk).update(status="dismissed")
    Annotation.objects.create(alert=two, author=alice, text="A bot imported a gazetteer.", status="published")
    listed = client_for(alice).get(f"{LIST}?{query}").context["cl"].result_list
    assert [alerts.index(alert) for alert in listed] == expected


def test_a_moderator_works_through_a_queue(alice: User, client_for: Any) -> None:
    one, two, three = _many(3)
    client = client_for(alice)
    url = reverse("admin:alerts_alert_change", args=[three.pk]) + "?_changelist_filters=status__exact%3Dnew"
    page = client.get(url)
    assert page.context["previous_url"] == ""
    assert str(two.pk) in page.context["next_url"]
    contest = Category.objects.get(slug="contest")
    sent = page_of(page, _move="explain", _next="1", category=contest.pk, label="Edit marathon")
    answer = client.post(url, sent)
    assert answer.status_code == 302, answer.context["errors"]
    assert answer["Location"] == page.context["next_url"]
    three.refresh_from_db()
    assert (three.status, three.category, three.label) == (Status.EXPLAINED, contest, "Edit marathon")
    page = client.get(answer["Location"])
    answer = client.post(answer["Location"], page_of(page, _move="dismiss", _next="1"))
    assert "Say why" in answer.content.decode()
    two.refresh_from_db()
    assert two.status == Status.NEW
    client.post(page.request["PATH_INFO"], page_of(page, _move="dismiss", reason="Noise"))
    two.refresh_from_db()
    assert (two.status, two.dismissal_reason) == (Status.DISMISSED, "Noise")
    one.refresh_from_db()
    assert one.status == Status.NEW


def test_the_page_tells_why_who_else_and_what_happened(alice: User, client_for: Any) -> None:
    one, two = _many(2)
    earlier = make_alert(one.project, dt.date(2021, 5, 1), label="Bot week")
    client = client_for(alice)
    url = reverse("admin:alerts_alert_change", args=[one.pk])
    client.post(url, page_of(client.get(url), _move="acknowledge", reason="Looking"))
    page = client.get(url)
    text = page.content.decode()
    assert list(page.context["same_month"]) == [two]
    assert list(page.context["earlier"]) == [earlier]
    assert "Bot week" in text
    entry = page.context["entries"][0]
    assert (entry.who, entry.why) == ("alice", "Looking")
    assert [(change.old, change.new) for change in entry.changes] == [("new", "in review")]
    assert "5,023" in text


@pytest.mark.parametrize(
    ("changes", "why"),
    [({}, "See the log of May"), ({"assignee": "alice"}, "See the log of May"), ({"label": "Bots"}, "See the log of May")],
)
def test_a_typed_reason_reaches_the_history(alice: User, client_for: Any, changes: dict[str, Any], why: str) -> None:
    alert = _many(1)[0]
    client, url = client_for(alice), reverse("admin:alerts_alert_change", args=[alert.pk])
    changes = {name: alice.pk if name == "assignee" else value for name, value in changes.items()}
    client.post(url, page_of(client.get(url), reason=why, _continue="1", **changes))
    entry = client.get(url).context["entries"][0]
    assert (entry.who, entry.why, len(entry.changes)) == ("alice", why, len(changes))


def test_an_alert_stays_with_who_lost_the_right_to_triage(alice: User, root: User, client_for: Any) -> None:
    alert = _many(1)[0]
    Alert.objects.filter(pk=alert.pk).update(assignee=alice)
    alice.groups.clear()
    client, url = client_for(root), reverse("admin:alerts_alert_change", args=[alert.pk])
    client.post(url, page_of(client.get(url), label="Bots"))
    alert.refresh_from_db()
    assert (alert.label, alert.assignee) == ("Bots", alice)
    assert 'title="assigned to alice"' in client.get(LIST).content.decode()


def test_drops_are_drawn_as_drops(alice: User, client_for: Any) -> None:
    alert = _many(1)[0]
    Alert.objects.filter(pk=alert.pk).update(direction="drop")
    client = client_for(alice)
    for url in (LIST, reverse("admin:alerts_alert_change", args=[alert.pk])):
        page = client.get(url).content.decode()
        assert 'class="drop" d=' in page
        assert 'class="peak" d=' not in page


def test_the_message_names_the_alert_and_what_was_done(alice: User, client_for: Any) -> None:
    alert = _many(1)[0]
    client, url = client_for(alice), reverse("admin:alerts_alert_change", args=[alert.pk])
    told = []
    for changes in ({"label": "Bots", "_continue": "1"}, {"_move": "acknowledge"}):
        page = client.post(url, page_of(client.get(url), **changes), follow=True)
        told += [str(message) for message in page.context["messages"]]
    assert told == [f"{alert.project.name}, November 2022: saved.", f"{alert.project.name}, November 2022: in review."]


def test_the_whole_history_can_be_asked_for(alice: User, client_for: Any) -> None:
    alert = _many(1)[0]
    for number in range(55):
        services.alert_note(alert=alert, by=alice, note=f"Note {number}")
    client, url = client_for(alice), reverse("admin:alerts_alert_change", args=[alert.pk])
    page = client.get(url)
    assert len(page.context["entries"]) == 50
    assert 'href="?history=all"' in page.content.decode()
    page = client.get(url + "?history=all")
    assert len(page.context["entries"]) == 56
    assert 'href="?history=all"' not in page.content.decode()


def test_stored_english_is_shown_in_the_language_of_the_reader(alice: User, client_for: Any) -> None:
    alert = _many(1)[0]
    # A name that the German catalogue has: the names that the site comes with are in it, too.
    category = Category.objects.create(slug="reports", name="Reports")
    services.alert_explain(alert=alert, by=alice, category=category)
    note = services_of_notes.annotation_contribute(alert=alert, by=alice, text="A contest began this month.")
    services_of_notes.annotation_remove(annotation=note, by=alice, reason="It was in May")
    client, german = client_for(alice), {"Accept-Language": "de"}
    page = client.get(reverse("admin:alerts_alert_change", args=[alert.pk]), headers=german)
    assert page.context["entries"][0].why.endswith(": Beanstandungen")
    assert ">Beanstandungen</option>" in client.get(LIST, headers=german).content.decode()
    entries = client.get(f"/admin/annotations/annotation/{note.pk}/change/").context["entries"]
    assert [entry.why for entry in entries] == ["Removed: It was in May", "Made the headline", "Written"]
    assert [(change.old, change.new) for change in entries[1].changes] == [("–", "yes")]


def test_the_export_says_which_wiki_it_is_and_what_people_wrote(alice: User, client_for: Any) -> None:
    alert = _many(1)[0]
    Annotation.objects.create(alert=alert, author=alice, text="A contest began this month.", status="published")
    Annotation.objects.create(alert=alert, author=alice, text="Still to be looked at.")
    answer = client_for(alice).post(LIST, {"action": "export_csv", "_selected_action": [alert.pk]})
    head, row = csv.reader(b"".join(answer.streaming_content).decode("utf-8-sig").splitlines())
    told = dict(zip(head, row, strict=True))
    assert (told["site_name"], told["language"], told["family"]) == (alert.project.name, "w0", "wikipedia")
    assert told["annotations"] == "A contest began this month."


def test_empty_queues_say_so(alice: User, client_for: Any) -> None:
    for queue in ("annotation", "report"):
        page = client_for(alice).get(f"/admin/annotations/{queue}/").content.decode()
        assert "Nothing waits here." in page
        assert "0 of 0 selected" not in page


def test_back_to_the_list_with_its_filter(alice: User, client_for: Any) -> None:
    alert = _many(1)[0]
    url = reverse("admin:alerts_alert_change", args=[alert.pk]) + "?_changelist_filters=status__exact%3Dnew"
    assert f'<a href="{LIST}?status__exact=new">Alerts</a>' in client_for(alice).get(url).content.decode()


def test_a_moderator_annotates_and_approves_inside_the_alert(alice: User, bob: User, client_for: Any) -> None:
    alert = _many(1)[0]
    pending = Annotation.objects.create(alert=alert, author=bob, text="There was a contest in November.")
    client = client_for(alice)
    url = reverse("admin:alerts_alert_change", args=[alert.pk])
    page = client.get(url)
    sent = page_of(
        page,
        **{
            "annotations-0-text": "There was a contest in November 2022.",
            "annotations-0-step": "approve",
            "annotations-1-text": "Also a bot ran for two days.",
        },
    )
    assert client.post(url, sent).status_code == 302
    pending.refresh_from_db()
    assert (pending.status, pending.author, pending.headline) == ("published", bob, True)
    assert pending.text == "There was a contest in November 2022."
    own = Annotation.objects.get(author=alice)
    assert (own.status, own.headline) == ("published", None)


def test_the_calendar_leads_from_years_to_months_and_back(alice: User, client_for: Any) -> None:
    project = make_project()
    old = make_alert(project, dt.date(2020, 5, 1))
    make_alert(project, MONTH)
    client = client_for(alice)
    years = client.get(f"{LIST}?status__exact=new").context["cl"].calendar()
    assert [text for text, _ in years.choices] == ["2020", "2021", "2022"]
    page = client.get(LIST + years.choices[0][1])
    assert list(page.context["cl"].result_list) == [old]
    months = page.context["cl"].calendar()
    assert (months.here, len(months.choices)) == ("2020", 12)
    page = client.get(LIST + months.choices[4][1])
    assert list(page.context["cl"].result_list) == [old]
    assert page.context["cl"].calendar().here == "May 2020"
    assert "status__exact=new" in page.context["cl"].calendar().back
    assert len(client.get(LIST + months.back).context["cl"].result_list) == 2


def test_the_start_page_tells_what_waits_with_few_queries(
    alice: User, bob: User, client_for: Any, django_assert_max_num_queries: Any
) -> None:
    alerts = _many(12)
    Annotation.objects.bulk_create(
        Annotation(alert=alert, author=bob, text=f"A contest on wiki {alert.pk}.") for alert in alerts
    )
    Alert.objects.filter(pk=alerts[0].pk).update(status="acknowledged", assignee=alice)
    client = client_for(alice)
    with django_assert_max_num_queries(20):
        page = client.get("/admin/")
    counts = {str(queue.label): queue.count for queue in page.context["queues"]}
    assert counts["new alerts"] == 11
    assert counts["assigned to you"] == 1
    assert counts["annotations wait for review"] == 12
    assert [alert.pk for alert in page.context["worst"]] == [alert.pk for alert in reversed(alerts[-6:])]


def test_b3_the_start_page_begins_with_the_worst_whatever_its_month(alice: User, client_for: Any) -> None:
    project = make_project()
    newest = make_alert(project, dt.date(2026, 7, 1), severity="notable", score=9.0)
    rare = make_alert(project, dt.date(2024, 1, 1), severity="high", score=30.0)
    worst = make_alert(project, dt.date(2012, 3, 1), severity="extreme", score=6.0)
    rarer = make_alert(project, dt.date(2012, 5, 1), severity="extreme", score=-8.0, direction="drop")
    shown = client_for(alice).get("/admin/").context["worst"]
    assert list(shown) == [rarer, worst, rare, newest]


def test_b7_lists_that_mix_metrics_and_directions_name_them(alice: User, client_for: Any) -> None:
    project = make_project()
    alert = make_alert(project)
    editors = make_alert(project, dt.date(2011, 9, 1), metric="active_editors")
    drop = make_alert(project, dt.date(2011, 10, 1), direction="drop")
    page = " ".join(client_for(alice).get(f"/admin/alerts/alert/{alert.pk}/change/").content.decode().split())
    for other in (editors, drop):
        assert f"{other.get_metric_display()} · {other.get_direction_display()}" in page
