"""The calendar on pages: what everybody sees of events."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from icalendar import Calendar

from accounts.models import User
from alerts.models import Alert
from annotations.models import Annotation
from dashboards.charts import bands
from dashboards.charts.project import figure, of_alert, only_alert
from dashboards.charts.state import ChartState
from edits.models import EditCount
from events.models import Event, Status
from events.services import event_publish, write_places
from tests.events.conftest import make_event
from tests.factories import make_alert, make_project

D = dt.date
pytestmark = pytest.mark.django_db


@pytest.fixture
def contest() -> Event:
    return make_event("Wiki Loves Iceland 2022", summary="A contest. https://example.org/rules", url="https://example.org/")


def test_an_alert_says_what_went_on_and_in_what_way_it_fits(client: Client, peak: Alert, contest: Event) -> None:
    make_event("Everywhere 2022", scope="all")
    make_event("Banners 2022", no_effect=True)
    make_event("Elsewhere 2022", scope="wiki:de.wikipedia.org")
    make_event("Other software", "2022-10-10", "2022-10-10", kind="software", scope="all", touches=["bots"])
    for address in (f"/alerts/{peak.pk}/", f"/alerts/{peak.pk}/card/"):
        page = client.get(address)
        text = page.content.decode()
        assert [line.event.title for line in page.context["going_on"].proposed] == ["Wiki Loves Iceland 2022"]
        assert [line.event.title for line in page.context["going_on"].others] == ["Everywhere 2022"]
        assert [line.event.title for line in page.context["going_on"].breaks] == ["Other software"]
        assert "Overlaps with 30 days and names this wiki" in text
        assert "That alone makes none of them the cause." in text
        assert "Banners" not in text
        assert "Elsewhere 2022" not in text


def test_the_page_of_a_month_and_the_list_show_the_calendar(client: Client, peak: Alert, contest: Event) -> None:
    make_event("December", "2022-12-02", "2022-12-03", kind="editathon", scope="family:wikisource")
    make_event("Waits", status=Status.PENDING)
    assert [line.event.title for line in client.get("/months/2022-11/").context["events"]] == ["Wiki Loves Iceland 2022"]

    def listed(query: str) -> list[str]:
        return [line.event.title for line in client.get(f"/events/{query}").context["lines"]]

    assert listed("") == ["December", "Wiki Loves Iceland 2022"]
    assert listed("?month=2022-12") == ["December"]
    assert listed("?kind=contest") == ["Wiki Loves Iceland 2022"]
    assert listed("?family=wikisource") == ["December"]
    assert listed("?project=is.wikipedia.org") == ["Wiki Loves Iceland 2022"]
    assert listed("?q=iceland") == ["Wiki Loves Iceland 2022"]


@pytest.mark.parametrize("query", ["?month=2022-13", "?kind=party", "?family=mars", "?project=nowhere.org", "?page=x"])
def test_a_filter_that_means_nothing_is_refused(client: Client, query: str) -> None:
    assert client.get(f"/events/{query}").status_code == 400
    assert client.get(f"/events.ics{query}").status_code == 400


def test_the_page_of_an_event_says_how_much_more_was_edited(client: Client, peak: Alert, contest: Event) -> None:
    make_alert(make_project("de.wikipedia.org"))
    page = client.get(contest.get_absolute_url())
    assert [row.alert for row in page.context["overlaps"]] == [peak]
    row = page.context["overlaps"][0]
    assert row.lowest == pytest.approx(100 * (peak.count / peak.upper - 1))
    assert page.context["headline"].startswith("Wiki Loves Iceland 2022: +")
    assert '<a href="https://example.org/rules" rel="nofollow">' in page.content.decode()


def test_who_sees_an_event_that_is_not_in_the_calendar(client_for: Any, alice: User, bob: User) -> None:
    event = make_event(status=Status.PENDING)
    answers = {str(who): client_for(who).get(event.get_absolute_url()).status_code for who in (None, bob, alice)}
    assert answers == {"None": 404, "bob": 404, "alice": 200}
    event.status = Status.WITHDRAWN
    event.save()
    assert "withdrawn by its source" in client_for(None).get(event.get_absolute_url()).content.decode()


def test_the_calendar_file_is_one_that_calendars_read(client: Client, contest: Event) -> None:
    make_event("Ein Tag, mit Komma; und ä", "2022-12-31", "2022-12-31", scope="all")
    make_event("Always", "2022-12-31", "2022-12-31", kind="definition", scope="all")
    Event.objects.filter(title="Always").update(first_day=None, last_day=None)
    response = client.get("/events.ics")
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert all(len(line) <= 75 for line in response.content.split(b"\r\n"))
    entries = {str(entry["summary"]): entry for entry in Calendar.from_ical(response.content).walk("VEVENT")}
    assert set(entries) == {"Wiki Loves Iceland 2022", "Ein Tag, mit Komma; und ä"}
    one_day = entries["Ein Tag, mit Komma; und ä"]
    assert (one_day["dtstart"].dt, one_day["dtend"].dt) == (D(2022, 12, 31), D(2023, 1, 1))
    assert str(entries["Wiki Loves Iceland 2022"]["uid"]) == f"event-{contest.pk}@testserver"
    contest.status = Status.WITHDRAWN
    contest.version = 2
    contest.save()
    (gone,) = Calendar.from_ical(client.get(f"/events/{contest.pk}.ics").content).walk("VEVENT")
    assert (str(gone["status"]), gone["sequence"], str(gone["uid"])) == ("CANCELLED", 1, f"event-{contest.pk}@testserver")


def test_one_press_makes_an_event_label_cause_and_note(client_for: Any, alice: User, peak: Alert, contest: Event) -> None:
    address = f"/alerts/{peak.pk}/events/{contest.pk}/"
    for _twice in range(2):
        assert client_for(alice).post(address).status_code == 302
    peak.refresh_from_db()
    (note,) = Annotation.objects.filter(alert=peak)
    assert (peak.label, peak.category.slug) == ("Wiki Loves Iceland 2022", "contest")  # type: ignore[union-attr]
    assert note.text.startswith("Overlaps with Wiki Loves Iceland 2022 (")
    assert (note.link, note.author, note.status) == ("https://example.org/", alice, "published")


def test_the_press_keeps_a_cause_that_a_person_chose_and_is_not_for_members(
    client_for: Any, alice: User, bob: User, carol: User, peak: Alert, contest: Event
) -> None:
    from alerts.models import Category

    peak.category = Category.objects.get(slug="vandalism")
    peak.save()
    address = f"/alerts/{peak.pk}/events/{contest.pk}/"
    assert client_for(bob).post(address).status_code == 403
    assert client_for(None).post(address).status_code == 302
    assert client_for(alice).get(address).status_code == 405
    assert not Annotation.objects.exists()
    assert client_for(carol).post(address).status_code == 302
    peak.refresh_from_db()
    assert peak.category.slug == "vandalism"
    assert Annotation.objects.get().status == "pending"


def test_members_propose_and_moderators_decide(client_for: Any, bob: User, alice: User) -> None:
    sent = {
        "title": "Wiki Loves Iceland", "kind": "contest", "first_day": "2022-11-01", "last_day": "2022-11-30",
        "scope": "wiki:is.wikipedia.org", "summary": "", "url": "",
    }  # fmt: skip
    assert client_for(None).get("/events/propose/").status_code == 302
    assert client_for(bob).get("/events/propose/").status_code == 200
    refused = client_for(bob).post("/events/propose/", sent | {"last_day": "2022-10-01", "scope": "mars"})
    assert refused.status_code == 400
    assert "mars" in refused.content.decode()
    assert client_for(bob).post("/events/propose/", sent).status_code == 302
    event = Event.objects.get()
    assert (event.status, event.author) == (Status.PENDING, bob)
    assert client_for(alice).post("/events/propose/", sent | {"title": "Another"}).status_code == 302
    assert Event.objects.get(title="Another").status == Status.PUBLISHED


def test_events_are_regions_of_the_chart_and_in_the_list_below_it(client: Client, peak: Alert, contest: Event) -> None:
    make_event("Other software", "2022-06-10", "2022-06-10", kind="software", scope="all")
    shapes = figure(peak.project, ChartState())["layout"]["shapes"]
    (region,) = [shape for shape in shapes if shape["name"] == "event"]
    assert region["x0"] <= "2022-11-01" <= region["x1"]
    assert [shape["x0"] for shape in shapes if shape.get("name") == "break"] == ["2022-06-01"]
    page = client.get("/projects/is.wikipedia.org/")
    assert [(band.number, band.event.title) for band in page.context["marks"].bands] == [(1, "Wiki Loves Iceland 2022")]
    off = ChartState(layers=ChartState().layers - {"events"})
    assert not figure(peak.project, off)["layout"]["shapes"]
    assert client.get(f"/projects/is.wikipedia.org/{off.query()}").context["marks"] is None


def test_at_most_twelve_regions_and_no_number_over_another_on_a_phone(peak: Alert) -> None:
    for year in range(2015, 2023):
        for month in (3, 9):
            make_event(f"E {year}-{month}", f"{year}-{month:02}-01", f"{year}-{month:02}-20")
    layout = figure(peak.project, ChartState(range="all"))["layout"]
    numbers = [mark for mark in layout["annotations"] if mark["name"] == "event"]
    assert 0 < len(numbers) <= 12
    first, last = (dt.date.fromisoformat(day).toordinal() for day in layout["xaxis"]["range"])
    places = [
        ((dt.date.fromisoformat(mark["x"]).toordinal() - first) / (last - first) * bands.NARROW, mark["yshift"])
        for mark in numbers
    ]
    for at, (x, lane) in enumerate(places):
        for other_x, other_lane in places[at + 1 :]:
            assert lane != other_lane or abs(x - other_x) >= bands.LABEL


def test_what_finds_no_room_is_left_out_and_told(client: Client, peak: Alert) -> None:
    for number in range(1, 6):
        make_event(f"Contest {number}", "2022-11-01", "2022-11-20")
    marks = client.get("/projects/is.wikipedia.org/").context["marks"]
    assert [band.lane for band in marks.bands] == list(range(bands.LANES))
    assert marks.left_out == 5 - bands.LANES


def test_breaks_are_told_where_editor_types_are_compared_and_in_the_methodology(client: Client, peak: Alert) -> None:
    make_event("Bots leave", "2022-03-06", "2022-03-06", kind="software", scope="all", touches=["bots"])
    make_event("Pages move", "2022-04-06", "2022-04-06", kind="definition", scope="all", touches=["page_types"])
    standing = make_event("Bots by their present flag", "2022-04-06", "2022-04-06", kind="definition", summary="By flag")
    standing.first_day = standing.last_day = None
    standing.save()
    write_places([standing])
    EditCount.objects.bulk_create(
        EditCount(project=peak.project, month=D(2022, month, 1), editor_type=kind, page_type="content", edit_count=5)
        for month in range(1, 13)
        for kind in ("user", "group-bot")
    )
    plain = client.get("/projects/is.wikipedia.org/").content.decode()
    split = client.get("/projects/is.wikipedia.org/?show=editors&show=events").content.decode()
    assert "Bots leave" in plain
    assert "Editor types are compared" not in plain
    assert "Editor types are compared across 1 known break" in " ".join(split.split())
    assert "By flag" in client.get("/methodology/").content.decode()


def test_a_span_without_an_alert_is_written_about_reviewed_and_drawn(
    client_for: Any, bob: User, alice: User, peak: Alert
) -> None:
    """From a month to a month, of a wiki or of all wikis of a language."""
    page = client_for(bob).get("/events/propose/?project=is.wikipedia.org&from=2021-02&to=2021-04")
    assert page.context["form"].initial == {
        "scope": "wiki:is.wikipedia.org", "first_day": D(2021, 2, 1), "last_day": D(2021, 4, 30),
    }  # fmt: skip
    assert client_for(bob).get("/events/propose/?language=is&from=soon").context["form"].initial == {"scope": "language:is"}
    sent = {
        "title": "A course at the university", "kind": "other", "first_day": "2021-02-01", "last_day": "2021-04-30",
        "scope": "language:is", "summary": "Students wrote", "url": "",
    }  # fmt: skip
    assert client_for(bob).post("/events/propose/", sent).status_code == 302
    event = Event.objects.get()
    assert not [shape for shape in figure(peak.project, ChartState())["layout"]["shapes"] if shape["name"] == "event"]
    event_publish(event=event, by=alice)
    (region,) = [shape for shape in figure(peak.project, ChartState())["layout"]["shapes"] if shape["name"] == "event"]
    assert (region["x0"], region["x1"]) == ("2021-01-17", "2021-04-16")


def test_proposals_count_among_what_waits_of_a_person(client_for: Any, bob: User, settings: Any) -> None:
    settings.CONTRIBUTION_QUEUE_CAP = 1
    sent = {
        "title": "First", "kind": "other", "first_day": "2021-02-01", "last_day": "2021-04-30", "scope": "all",
        "summary": "", "url": "",
    }  # fmt: skip
    assert client_for(bob).post("/events/propose/", sent).status_code == 302
    assert client_for(bob).post("/events/propose/", sent | {"title": "Second"}).status_code == 429
    assert Event.objects.get().title == "First"


def test_known_breaks_are_on_the_chart_of_an_alert(client: Client, peak: Alert) -> None:
    """On the picture, on the chart that replaces it, and in words for who sees neither."""
    make_event("Temporary accounts", "2022-10-10", "2022-10-10", kind="software", scope="all", touches=["editor_types"])
    make_event("Elsewhere", "2022-10-10", "2022-10-10", kind="software", scope="wiki:de.wikipedia.org")
    make_event("Long ago", "2005-01-10", "2005-01-10", kind="software", scope="all")
    make_event("Wiki Loves Iceland 2022")
    page = client.get(f"/alerts/{peak.pk}/").content.decode()
    assert page.count('<path class="break"') == 1
    listed = page[page.index("Known breaks (◆)") :].split("</details>")[0]
    assert "Temporary accounts" in listed
    assert "Elsewhere" not in listed
    assert "Long ago" not in listed
    drawn = of_alert(re.match(r"(?P<pk>.*)", str(peak.pk)), QueryDict())["layout"]
    layout = only_alert(peak)[0]["layout"]
    assert drawn["annotations"] == layout["annotations"]
    assert [note["hovertext"] for note in layout["annotations"] if note.get("name") == "break"] == [
        "Known break: Temporary accounts"
    ]
    assert not [shape for shape in layout["shapes"] if shape.get("name") == "event"], "regions are explained in the explorer"


def test_an_alert_without_breaks_has_no_list_of_them(client: Client, peak: Alert) -> None:
    page = client.get(f"/alerts/{peak.pk}/").content.decode()
    assert "Known breaks (◆)" not in page
    assert 'class="break"' not in page
