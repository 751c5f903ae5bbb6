"""N01 to N14: everybody is told once, whatever dies, doubles, lies or goes back in time."""

from __future__ import annotations

import datetime as dt
import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connections, transaction
from django.test import Client

from accounts.models import User
from alerts.choices import Status
from alerts.models import Alert
from annotations.models import Annotation
from edits.models import Project
from edits.months import add_months, month_range
from subscriptions import sending, services, tokens
from subscriptions.channels.mail import Mail
from subscriptions.channels.registry import CHANNELS
from subscriptions.models import Address, ChannelSwitch, Delivery, Follow, Message
from subscriptions.outbox import plan_messages
from subscriptions.sending import LEASE, WAITS, give_up_lost, send_due
from tests.factories import make_alert, make_edit_counts, make_project
from tests.subscriptions.conftest import MONTH, NOW, follows, hindi, mails, peak, ready_address
from tests.subscriptions.smtp import MailServer, accept_and_hang_up

__all__ = ["hindi", "mails", "peak"]
State = Message.State
HOUR = dt.timedelta(hours=1)


def send(now: dt.datetime = NOW) -> None:
    send_due(clock=lambda: now)


def the_message() -> Message:
    return Message.objects.get()


# --- N01: a send fails, later succeeds; a worker dies ---------------------------------------------------------------------


@pytest.mark.django_db
def test_n01_what_fails_is_tried_again_with_growing_waits(bob: User, peak: Alert, mails: MailServer) -> None:
    follows(bob)
    plan_messages(now=NOW)
    mails.data = ["451 try again", "451 and again", "250 OK"]

    send(NOW)
    first = the_message()
    assert (first.state, first.error, first.next_try_at) == (State.PLANNED, "451 try again", NOW + WAITS[0])
    send(NOW + WAITS[0] / 2)
    assert the_message().attempts == 1
    send(first.next_try_at)
    second = the_message()
    assert second.next_try_at - first.next_try_at == WAITS[1]
    send(second.next_try_at)

    assert the_message().state == State.SENT
    assert len(mails.received) == 1


@pytest.mark.django_db
def test_n01_it_is_given_up_at_last_and_the_log_says_why(bob: User, peak: Alert, mails: MailServer) -> None:
    follows(bob)
    plan_messages(now=NOW)
    mails.data = ["451 never today"]
    now = NOW
    for _try in range(len(WAITS) + 3):
        send(now)
        now += dt.timedelta(days=1)

    message = the_message()
    assert (message.state, message.attempts, message.error) == (State.GAVE_UP, len(WAITS) + 1, "451 never today")


@pytest.mark.django_db
def test_n01_a_server_that_is_away_costs_nothing_but_time(bob: User, peak: Alert, mails: MailServer, settings: Any) -> None:
    follows(bob)
    plan_messages(now=NOW)
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 9
    send()
    assert "Connection refused" in the_message().error
    settings.EMAIL_PORT = port
    send(NOW + WAITS[0])
    assert len(mails.received) == 1


def _killed_at(point: str, mails: MailServer) -> None:
    """A worker in a process of its own, killed with signal 9 at `point`."""
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        die = lambda *_arguments, **_values: os.kill(os.getpid(), signal.SIGKILL)  # noqa: E731
        if point == "claimed":
            Mail.send = die
        elif point == "accepted":
            sending._finish = die
        send()
        os._exit(3)
    if point == "sending":
        mails.on_data = lambda: os.kill(pid, signal.SIGKILL)
    _pid, status = os.waitpid(pid, 0)
    mails.on_data = None
    assert os.WTERMSIG(status) == signal.SIGKILL, status


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("point", "taken"), [("claimed", 0), ("sending", 1), ("accepted", 1)])
def test_n01_a_worker_killed_at_any_point_of_the_send(
    bob: User, peak: Alert, mails: MailServer, point: str, taken: int
) -> None:
    """At most one message, ever; that nobody knows is on record."""
    follows(bob)
    plan_messages(now=NOW)
    _killed_at(point, mails)
    assert the_message().state == State.SENDING

    for hours in (0, 1, 24, 24 * 40):
        plan_messages(now=NOW + hours * HOUR)
        send(NOW + hours * HOUR)

    assert len(mails.received) == taken
    assert the_message().state == State.UNKNOWN
    assert "not sent again" in the_message().error


@pytest.mark.django_db
def test_n01_a_server_that_takes_it_and_falls_silent(bob: User, peak: Alert, mails: MailServer) -> None:
    follows(bob)
    plan_messages(now=NOW)
    mails.data = [accept_and_hang_up(mails)]
    send()
    send(NOW + 24 * HOUR)

    assert len(mails.received) == 1
    assert the_message().state == State.UNKNOWN
    assert "No answer after the whole message" in the_message().error


@pytest.mark.django_db
def test_n01_a_server_that_takes_it_and_then_says_good_bye_badly(bob: User, peak: Alert, mails: MailServer) -> None:
    follows(bob)
    plan_messages(now=NOW)
    mails.quit = lambda server: server.transport.abort()
    send()

    assert the_message().state == State.SENT
    assert len(mails.received) == 1


@pytest.mark.django_db
def test_n01_one_that_cannot_be_composed_does_not_hold_up_the_others(
    bob: User, carol: User, peak: Alert, mails: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    follows(bob)
    follows(carol)
    plan_messages(now=NOW)
    poison = Message.objects.get(address__user=bob).pk
    compose = sending.Composer.compose

    def poisoned(self: Any, message: Message, *, language: str) -> Any:
        if message.pk == poison:
            raise ZeroDivisionError("poison")
        return compose(self, message, language=language)

    monkeypatch.setattr(sending.Composer, "compose", poisoned)
    send()

    assert [mail["To"] for mail in mails.received] == ["carol@example.org"]
    assert "poison" in Message.objects.get(pk=poison).error


# --- N02: every month of the year -----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_n02_all_twelve_months_are_told(bob: User, mails: MailServer) -> None:
    """The original never mailed the months of 31 days."""
    project = make_project("hi.wikipedia.org", language_name_en="Hindi")
    make_edit_counts(project, dict.fromkeys(month_range(dt.date(2020, 1, 1), dt.date(2021, 12, 1)), 3000))
    follows(bob)
    Follow.objects.update(from_month=None)
    for number in range(1, 13):
        month = dt.date(2022, number, 1)
        make_edit_counts(project, {month: 9000})
        make_alert(project, month)
        day = add_months(month, 1).replace(day=12)
        for hour in range(0, 72, 8):  # the schedule asks many times
            now = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC) + hour * HOUR
            plan_messages(now=now)
            send(now)

    assert [mail["Subject"].split(", ")[1] for mail in mails.received] == [
        f"{dt.date(2022, number, 1):%B %Y}" for number in range(1, 13)
    ]


# --- N03: the link that ends it ---------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_n03_links_that_end_it(bob: User, peak: Alert, client: Client) -> None:
    address = ready_address(bob)
    token = tokens.unsubscribe_token(address)
    place = f"/u/{token}/"

    for _scan in range(3):
        assert client.get(place).status_code == 200
        assert client.head(place).status_code == 200
    address.refresh_from_db()
    assert address.state == Address.State.READY
    other = ready_address(bob, "other@example.org")
    for forged in (f"{other.pk}.{token.split('.')[1]}", f"{address.pk}.", f"{address.pk}", "x.y", f"{token}A", "1.\x00"):
        assert client.post(f"/u/{forged}/").status_code == 400, forged
    for _click in range(2):
        assert client.post(place).status_code == 200
    address.refresh_from_db()
    other.refresh_from_db()
    assert (address.state, other.state) == (Address.State.UNSUBSCRIBED, Address.State.READY)
    bob.delete()
    assert client.get(place).status_code == 200
    assert client.post(place).status_code == 200


@pytest.mark.django_db
def test_n03_confirming_forged_old_and_replayed(bob: User, peak: Alert, client: Client, mails: MailServer) -> None:
    address = services.address_add(by=bob, channel="mail", target="bob@example.org", now=NOW)
    token = tokens.confirm_token(address)
    assert client.get(f"/confirm/{token}/").status_code == 200
    assert client.post(f"/confirm/{token}x/").status_code == 400
    assert client.post(f"/confirm/{tokens.unsubscribe_token(address)}/").status_code == 400
    address.refresh_from_db()
    assert address.state == Address.State.UNCONFIRMED
    client.post(f"/confirm/{token}/")
    services.unsubscribe(address=address)
    client.post(f"/confirm/{token}/")  # replayed by whoever kept the mail
    address.refresh_from_db()
    assert address.state == Address.State.UNSUBSCRIBED


@pytest.mark.django_db
def test_n03_a_link_to_confirm_has_its_time(bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    address = ready_address(bob)
    token = tokens.confirm_token(address)
    monkeypatch.setattr(tokens, "CONFIRM_WITHIN", dt.timedelta(seconds=-1))
    with pytest.raises(tokens.BadToken):
        tokens.confirm_address(token)


# --- N04: four hundred alerts -----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_n04_four_hundred_alerts_are_one_message(bob: User, hindi: Project, mails: MailServer) -> None:
    for number in range(400):
        wiki = make_project(f"x{number}.wikipedia.org")
        severity = "extreme" if number == 77 else "notable"
        make_alert(wiki, MONTH, severity=severity, score=float(number))
    follows(bob, scope="everything", value="")
    plan_messages(now=NOW)
    send()

    (mail,) = mails.received
    text = mail.get_body(("plain",)).get_content()
    assert mail["Subject"] == "x77 Wikipedia +218%, and 399 more in November 2022"
    assert text.count("\n* ") == 20
    assert text.index("x77 ") < text.index("x399 ") < text.index("x398 ")
    assert "And 380 more" in text
    assert Delivery.objects.count() == 400
    plan_messages(now=NOW + 24 * HOUR)
    assert Message.objects.count() == 1


# --- N05: only what is published --------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_n05_only_published_notes_and_nobody_who_reported(
    bob: User, carol: User, peak: Alert, mails: MailServer, client: Client
) -> None:
    Annotation.objects.create(alert=peak, text="waiting words of bob", author=bob)
    note = Annotation.objects.create(
        alert=peak, text="A contest\x0b of <b>botany</b> & more\r\nBcc: x", author=carol, status="published", headline=True
    )
    note.reports.create(reporter=bob, reason="bob says that it is wrong")
    follows(carol)
    plan_messages(now=NOW)
    send()

    (mail,) = mails.received
    text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    feeds = [client.get(path).content.decode() for path in ("/alerts.atom", "/alerts.feed.json", "/alerts.ics")]
    for shown in (text, html, *feeds[:2]):
        assert "of" in shown
        assert "botany" in shown
        assert "waiting words" not in shown
        assert "bob" not in shown
        assert "\x0b" not in shown
    assert "A contest of &lt;b&gt;botany&lt;/b&gt; &amp; more" in html
    assert mail["Bcc"] is None


# --- N06: two at once, and clocks that go back ------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_n06_two_beats_and_four_workers_at_once(bob: User, carol: User, alice: User, peak: Alert, mails: MailServer) -> None:
    for user in (alice, bob, carol):
        follows(user)
    problems: list[BaseException] = []

    def work() -> None:
        try:
            plan_messages(now=NOW)
            send()
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            problems.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    send()

    assert problems == []
    assert sorted(mail["To"] for mail in mails.received) == ["alice@example.org", "bob@example.org", "carol@example.org"]


@pytest.mark.django_db
@pytest.mark.parametrize("cadence", ["immediately", "weekly", "monthly"])
@pytest.mark.parametrize("back", [HOUR, dt.timedelta(days=40), dt.timedelta(days=900)])
def test_n06_a_clock_set_back(
    bob: User, peak: Alert, hindi: Project, mails: MailServer, cadence: str, back: dt.timedelta
) -> None:
    """Nothing is told twice, and what is new is told within days of the set-back clock, not after years."""
    follows(bob, cadence=cadence)
    plan_messages(now=NOW)
    send()
    past = NOW - back
    plan_messages(now=past)
    send(past)
    assert len(mails.received) == 1

    make_edit_counts(hindi, {add_months(MONTH, 1): 9000})
    make_alert(hindi, add_months(MONTH, 1))
    plan_messages(now=past + 2 * HOUR)
    send(past + 2 * HOUR)
    told_at_once = cadence != "weekly" or back > HOUR
    assert len(mails.received) == (2 if told_at_once else 1)
    for hours in (24, 24 * 8):
        plan_messages(now=NOW + hours * HOUR)
        send(NOW + hours * HOUR)
    assert len(mails.received) == 2


@pytest.mark.django_db
def test_n06_a_retry_planned_before_the_clock_was_set_back(bob: User, peak: Alert, mails: MailServer) -> None:
    follows(bob)
    plan_messages(now=NOW)
    past = NOW - dt.timedelta(days=900)
    send(past)
    assert len(mails.received) == 1


@pytest.mark.django_db
def test_n06_the_keys_hold_without_the_code(bob: User, peak: Alert) -> None:
    follows(bob)
    plan_messages(now=NOW)
    said = Delivery.objects.get()
    for again in (
        Delivery(message=said.message, address=said.address, alert=said.alert, follow=None),
        Delivery(message=said.message, address=ready_address(bob, "b@example.org"), alert=said.alert, follow=said.follow),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            again.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(pk=said.message_id).update(state=State.SENT)
    assert give_up_lost(channel="mail", now=NOW + 2 * LEASE) == 0


# --- N07: addresses that bounce or are not what they seem -------------------------------------------------------------------


@pytest.mark.django_db
def test_n07_a_bounced_address_is_paused_and_its_owner_told(
    bob: User, peak: Alert, mails: MailServer, client_for: Callable[..., Client]
) -> None:
    follows(bob)
    plan_messages(now=NOW)
    mails.rcpt = ["550 no such user here", "250 OK"]
    send()

    address = Address.objects.get()
    assert (address.state, address.reason) == (Address.State.PAUSED, "550 no such user here")
    assert the_message().state == State.GAVE_UP
    page = client_for(bob).get("/following/").content.decode()
    assert "Nothing is sent to" in page
    assert "550 no such user here" in page
    services.resume(by=bob, address=address, now=NOW)
    assert Address.objects.get().state == Address.State.READY


@pytest.mark.django_db
@pytest.mark.parametrize(
    "target",
    [
        "bob@example.org\nBcc: all@example.org",
        "bob@example.org\r\nSubject: x",
        "bob@example.org, carol@example.org",
        "Bob <bob@example.org>",
        "bob@example.org\x00",
        "bob@exa\u200bmple.org",
        "not an address",
        "",
        f"{'b' * 250}@example.org",
    ],
)
def test_n07_an_address_cannot_carry_a_header(bob: User, target: str, mails: MailServer) -> None:
    with pytest.raises(ValidationError):
        services.address_add(by=bob, channel="mail", target=target, now=NOW)
    assert not Address.objects.exists()
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_n07_a_name_cannot_carry_a_header(bob: User, peak: Alert, mails: MailServer) -> None:
    Project.objects.update(special=True, site_name="Evil\r\nBcc: all@example.org\r\n\r\nbody")
    Alert.objects.update(label="line\u2028break\nX-Header: yes")
    follows(bob)
    plan_messages(now=NOW)
    send()

    (mail,) = mails.received
    assert mail["Bcc"] is None
    assert mail["X-Header"] is None
    assert mail["Subject"].startswith("Evil Bcc: all@example.org body +374%")


@pytest.mark.django_db
def test_n07_the_site_does_not_pester_strangers(bob: User, mails: MailServer) -> None:
    """Adding, removing and adding again does not send a confirmation each time for ever."""
    asked = 0
    for number in range(20):
        try:
            address = services.address_add(by=bob, channel="mail", target=f"victim{number}@example.org", now=NOW)
        except ValidationError:
            continue
        asked += 1
        send()
        services.address_remove(by=bob, address=address)
    assert asked == len(mails.received) == services.CONFIRMATIONS_A_DAY


# --- N08: the person is gone between the plan and the send ----------------------------------------------------------------


@pytest.mark.django_db
def test_n08_nothing_goes_to_who_left_since_the_plan(
    bob: User, carol: User, alice: User, peak: Alert, mails: MailServer
) -> None:
    for user in (alice, bob, carol):
        follows(user)
    plan_messages(now=NOW)
    bob.delete()
    User.objects.filter(pk=carol.pk).update(is_active=False)
    services.unsubscribe(address=Address.objects.get(user=alice))
    send()

    assert mails.received == []
    assert not Address.objects.filter(target="bob@example.org").exists()
    assert {message.state for message in Message.objects.all()} == {State.DROPPED}
    assert Message.objects.count() == 2


@pytest.mark.django_db
def test_n08_deleting_an_account_leaves_nothing_of_it(bob: User, peak: Alert, mails: MailServer) -> None:
    follows(bob)
    plan_messages(now=NOW)
    send()
    bob.delete()
    assert not any(model.objects.exists() for model in (Follow, Address, Message, Delivery))


@pytest.mark.django_db
def test_n08_what_was_dropped_is_told_when_the_person_is_back(bob: User, peak: Alert, mails: MailServer) -> None:
    follows(bob, cadence="immediately")
    plan_messages(now=NOW)
    address = Address.objects.get()
    services.unsubscribe(address=address)
    send()
    services.resume(by=bob, address=address, now=NOW)
    plan_messages(now=NOW + 2 * HOUR)
    send(NOW + 2 * HOUR)
    assert len(mails.received) == 1


# --- N09: what became of it -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_n09_what_was_withdrawn_or_explained_since_is_told_once(
    bob: User, peak: Alert, hindi: Project, mails: MailServer
) -> None:
    other = make_alert(hindi, add_months(MONTH, -1))
    follows(bob, cadence="immediately")
    Follow.objects.update(from_month=None)
    plan_messages(now=NOW)
    send()
    Alert.objects.filter(pk=peak.pk).update(status=Status.WITHDRAWN)
    Alert.objects.filter(pk=other.pk).update(status=Status.EXPLAINED, label="Wiki Loves Monuments")
    for hours in (2, 4, 6):
        plan_messages(now=NOW + hours * HOUR)
        send(NOW + hours * HOUR)

    _first, second = mails.received
    text = second.get_body(("plain",)).get_content()
    assert "withdrawn since: Hindi Wikipedia, November 2022" in text
    assert "explained since: Hindi Wikipedia, October 2022 – Wiki Loves Monuments" in text
    Alert.objects.filter(pk=peak.pk).update(status=Status.NEW)
    plan_messages(now=NOW + 8 * HOUR)
    send(NOW + 8 * HOUR)
    assert "stands again: Hindi Wikipedia, November 2022" in mails.received[2].get_body(("plain",)).get_content()


@pytest.mark.django_db
def test_n09_withdrawn_before_it_was_told_is_never_told(bob: User, peak: Alert, mails: MailServer) -> None:
    follows(bob)
    plan_messages(now=NOW)
    Alert.objects.update(status=Status.WITHDRAWN)
    send()
    plan_messages(now=NOW + 24 * HOUR)
    send(NOW + 24 * HOUR)
    assert mails.received == []
    assert the_message().state == State.DROPPED


# --- N10: no old news, no provisional news ----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_n10_a_backfill_of_25_years_announces_the_newest_three_months(bob: User, hindi: Project, mails: MailServer) -> None:
    follows(bob, cadence="immediately")
    Follow.objects.update(from_month=None)
    for month in month_range(dt.date(2001, 1, 1), MONTH):
        make_alert(hindi, month)
    plan_messages(now=NOW)
    assert sorted(Delivery.objects.values_list("alert__month", flat=True)) == [add_months(MONTH, -back) for back in (2, 1, 0)]


@pytest.mark.django_db
def test_n10_provisional_verdicts_are_told_when_they_are_none_any_more(bob: User, peak: Alert, mails: MailServer) -> None:
    follows(bob, cadence="immediately")
    Alert.objects.update(provisional=True)
    assert plan_messages(now=NOW) == 0
    Alert.objects.update(provisional=False)
    assert plan_messages(now=NOW + 2 * HOUR) == 1


# --- N11: time zones and the hour that comes twice --------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("zone", "before", "after"),
    [
        ("Pacific/Kiritimati", dt.datetime(2022, 12, 11, 17, 59), dt.datetime(2022, 12, 11, 18, 1)),
        ("America/Los_Angeles", dt.datetime(2022, 12, 12, 15, 59), dt.datetime(2022, 12, 12, 16, 1)),
        # The Monday after the clocks went back in Berlin: eight o'clock is seven UTC, no longer six.
        ("Europe/Berlin", dt.datetime(2022, 10, 31, 6, 59), dt.datetime(2022, 10, 31, 7, 1)),
    ],
)
def test_n11_a_week_begins_on_monday_morning_where_the_reader_is(
    bob: User, peak: Alert, hindi: Project, mails: MailServer, zone: str, before: dt.datetime, after: dt.datetime
) -> None:
    follows(bob, cadence="weekly")
    services.preferences_change(by=bob, language="en", time_zone=zone)
    before, after = before.replace(tzinfo=dt.UTC), after.replace(tzinfo=dt.UTC)
    assert plan_messages(now=before - dt.timedelta(days=3)) == 1
    make_alert(hindi, add_months(MONTH, -1))
    Follow.objects.update(from_month=None)

    assert plan_messages(now=before) == 0
    assert plan_messages(now=after) == 1


# --- N12: the operator's switches -------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_n12_a_channel_that_is_off_keeps_what_waits(bob: User, peak: Alert, mails: MailServer) -> None:
    follows(bob)
    plan_messages(now=NOW)
    sending.switch_of(CHANNELS["mail"])
    ChannelSwitch.objects.update(enabled=False)
    send()
    assert mails.received == []
    assert the_message().state == State.PLANNED
    ChannelSwitch.objects.update(enabled=True)
    send()
    assert len(mails.received) == 1


@pytest.mark.django_db
def test_n12_a_limit_of_the_day_carries_on_tomorrow(
    bob: User, carol: User, alice: User, peak: Alert, mails: MailServer
) -> None:
    for user in (alice, bob, carol):
        follows(user)
    plan_messages(now=NOW)
    sending.switch_of(CHANNELS["mail"])
    ChannelSwitch.objects.update(per_day=2)
    for hours in (0, 1, 12, 23):
        send(NOW + hours * HOUR)
    assert len(mails.received) == 2
    send(NOW + 25 * HOUR)
    assert len(mails.received) == 3


@pytest.mark.django_db
def test_n12_what_is_muted_is_silent_until_the_day(bob: User, peak: Alert, mails: MailServer) -> None:
    entry = follows(bob)
    services.mute(by=bob, entry=entry, until=NOW.date() + dt.timedelta(days=1))
    assert plan_messages(now=NOW) == 0
    assert plan_messages(now=NOW + 24 * HOUR) == 1
