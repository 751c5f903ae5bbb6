"""E01 to E12: what goes wrong with case files, and what is kept, named and asked again in each case.

E11, the killed worker, is in test_killed.py.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from alerts.models import Alert
from causes.case_files.contents import CONTENTS, MAX_REQUESTS
from causes.case_files.names import is_account, is_public_title
from causes.case_files.reading import evidence_of
from causes.case_files.services import due_case_files, open_case_files
from causes.models import CaseFile
from causes.selectors import why
from causes.services import explain_alerts
from edits.wikimedia.session import Session
from tests.causes.case_files.conftest import DOMAIN, Work
from tests.replay.data import ALL, short_name
from tests.replay.fixtures import NOW
from tests.replay.server import ReplayServer

WIKI, HOUR, DAY = short_name(DOMAIN), dt.timedelta(hours=1), dt.timedelta(days=1)
State = CaseFile.State


def states(file: CaseFile | None) -> dict[str, str]:
    assert file is not None
    return {name: entry["state"] for name, entry in file.contents.items()}


def editors_of(replay: ReplayServer, *names: str | None, month: str = "2022-11") -> None:
    """Let these be the most active registered accounts, the first with 400 edits, the others with fewer."""
    rows = [(rank, name, 400 - 10 * rank) for rank, name in enumerate(names, 1)]
    replay.state.data.tops["editors", WIKI, "user", "content", month] = list(rows)


def pages_of(replay: ReplayServer, *titles: str) -> None:
    rows = [(rank, title, 100 - rank) for rank, title in enumerate(titles, 1)]
    replay.state.data.tops["edited-pages", WIKI, ALL, "content", "2022-11"] = list(rows)


def test_no_file_needs_more_than_its_share_of_requests(alert: Alert, work: Work, replay: ReplayServer) -> None:
    assert sum(part.requests for part in CONTENTS.values()) <= MAX_REQUESTS
    file = work(alert)
    assert set(states(file)) == set(CONTENTS)
    assert set(states(file).values()) == {"known"}
    assert len(replay.paths) <= MAX_REQUESTS
    assert replay.state.most_in_flight == 1


def test_e01_those_without_a_name_are_not_kept(alert: Alert, work: Work, replay: ReplayServer) -> None:
    editors_of(replay, None, "~2025-12345-67", "192.0.2.7", "2001:db8::1", "Zoë")
    file = work(alert)
    assert [row[0] for row in file.data("accounts")["accounts"]] == ["Zoë"]  # type: ignore[index, union-attr]


def test_e02_a_short_list_names_everybody(alert: Alert, work: Work, replay: ReplayServer) -> None:
    editors_of(replay, "Zoë", "Max")
    editors_of(replay, "Max", month="2022-10")
    data = work(alert).data("accounts")  # type: ignore[union-attr]
    assert data["accounts"] == [["Zoë", 390, None], ["Max", 380, 390]]  # type: ignore[index]
    assert data["floor"] is None  # type: ignore[index]  # Zoë made none the month before
    first = evidence_of(alert, CaseFile.objects.get())["accounts"][0]
    assert (first.edits, first.before, first.name) == (390.0, 0.0, None)


def test_e03_an_empty_list_is_named_and_asked_for_again(alert: Alert, work: Work, replay: ReplayServer) -> None:
    empty = {"items.0.results": []}
    replay.fault("set", match="edited-pages/top-by-edits", value=empty)
    file = work(alert)
    assert states(file)["pages"] == "empty"
    assert (file.state, file.due_at) == (State.COMPLETE, dt.datetime(2022, 12, 11, 3, tzinfo=dt.UTC))  # type: ignore[union-attr]
    explain_alerts(again=True)
    assert "most edited pages" in why(alert).unknown  # type: ignore[union-attr]
    replay.heal()
    asked = len(replay.paths)
    assert states(work(alert, NOW + DAY, opened=False))["pages"] == "known"
    assert len(replay.paths) > asked
    assert not due_case_files(now=NOW + 400 * DAY)


def test_e04_titles_are_kept_as_they_are_but_for_those_that_name_people(
    alert: Alert, work: Work, replay: ReplayServer
) -> None:
    kept = ["Project:Village_pump", "صفحة_عربية", "A_«b»_<script>", "👩‍💻", "1.2.3.4.5", "User_(computing)", "Version_1.2.3"]
    people = [
        "User:Zoë/Draft",
        "User talk:Max",
        "User_talk:192.0.2.7",
        "Talk:192.0.2.7",
        "About_~2025-12345-67",
        "2001:db8::1",
    ]
    pages_of(replay, *kept, *people)
    data = work(alert).data("pages")  # type: ignore[union-attr]
    assert [row[0] for row in data["pages"]] == kept  # type: ignore[index]
    explain_alerts(again=True)
    first = why(alert).pages[0]  # type: ignore[union-attr]
    assert (first.name, first.url) == ("Project:Village pump", f"https://{DOMAIN}/wiki/Project:Village_pump")


@pytest.mark.parametrize("title", ["a\x00b", "a\ud800", "", "x" * 400, 7])
def test_e04_a_list_with_a_title_that_is_no_text_is_refused(
    alert: Alert, work: Work, replay: ReplayServer, title: object
) -> None:
    replay.fault("set", match="edited-pages/top-by-edits", value={"items.0.results.0.top.3.page_title": title})
    file = work(alert)
    assert states(file)["pages"] == "failed"
    assert "top[3].page_title" in file.contents["pages"]["error"]  # type: ignore[union-attr]
    assert str(title) not in file.last_error or not title  # type: ignore[union-attr]
    assert states(file)["accounts"] == "known"


def test_e05_a_cell_that_is_lost_gives_no_sum(alert: Alert, work: Work, replay: ReplayServer) -> None:
    replay.fault("not_found", match="user/non-content")
    replay.fault("not_found", match="user/content/daily")
    file = work(alert)
    assert states(file)["days"] == "differs"
    assert file.data("days") is None  # type: ignore[union-attr]
    assert file.data("outside")["silent"] == ["user"]  # type: ignore[index, union-attr]
    found = evidence_of(alert, file)
    assert "days" not in found
    assert "outside_content" not in found
    assert "newcomers" in found


def test_e06_days_that_do_not_add_up_are_asked_again(alert: Alert, work: Work, replay: ReplayServer) -> None:
    replay.fault("set", match="user/content/daily", value={"items.0.results.3.edits": 100_000}, times=1)
    file = work(alert)
    assert (states(file)["days"], file.state, file.data("days")) == ("differs", State.PARTIAL, None)  # type: ignore[union-attr]
    assert due_case_files(now=NOW + HOUR) == [alert.pk]
    asked = len(replay.paths)
    file = work(alert, NOW + HOUR, opened=False)
    assert states(file)["days"] == "known"
    assert len(replay.paths) - asked == CONTENTS["days"].requests  # the others are known


def test_e07_told_to_wait_in_the_middle_it_goes_on_where_it_stopped(
    alert: Alert, work: Work, replay: ReplayServer, session_for: Callable[..., Session]
) -> None:
    replay.fault("rate_limited", match="registered-users", value="120", times=1)
    file = work(alert)
    assert file.state == State.PARTIAL  # type: ignore[union-attr]
    assert file.due_at == NOW + dt.timedelta(seconds=120)  # type: ignore[union-attr]
    assert "new_pages" not in states(file)
    assert states(file)["accounts"] == "known"
    asked = replay.paths[:]
    patient = session_for(key_prefix="another", patience=5)  # the pause lasts two minutes in the budget of the first one
    file = work(alert, NOW + HOUR, opened=False, session=patient)
    assert set(states(file).values()) == {"known"}
    assert not [path for path in replay.paths[len(asked) :] if "top-by-edits" in path]


@pytest.mark.parametrize(
    ("kind", "value"),
    [("status", 503), ("html", None), ("disconnect", None), ("body", {"error": {"code": "readonly", "info": "<script>"}})],
)
def test_e08_a_wiki_that_does_not_answer_costs_only_its_own_part(
    alert: Alert, work: Work, replay: ReplayServer, kind: str, value: Any
) -> None:
    replay.fault(kind, match="/w/api.php", value=value)
    file = work(alert)
    assert states(file).pop("wiki") == "failed"
    assert {state for name, state in states(file).items() if name != "wiki"} == {"known"}
    assert (file.state, file.due_at > NOW) == (State.PARTIAL, True)  # type: ignore[union-attr, operator]
    assert file.last_error  # type: ignore[union-attr]
    replay.heal()
    asked = len(replay.paths)
    assert states(work(alert, NOW + HOUR, opened=False))["wiki"] == "known"
    assert len(replay.paths) - asked <= CONTENTS["wiki"].requests


def test_e08_the_wiki_is_not_asked_where_that_is_turned_off(
    alert: Alert, work: Work, replay: ReplayServer, settings: Any
) -> None:
    settings.CASE_FILE_ASK_WIKI = False
    assert "wiki" not in states(work(alert))
    assert not [path for path in replay.paths if path.endswith("api.php")]


def test_e08_a_wiki_that_stays_away_is_not_asked_for_ever(alert: Alert, work: Work, replay: ReplayServer) -> None:
    replay.fault("status", match="/w/api.php", value=500)
    now, visits = NOW, 0
    file = work(alert, now)
    while file is not None and file.due_at is not None:
        now, visits = file.due_at, visits + 1
        file = work(alert, now, opened=False)
        assert visits < 20
    assert CaseFile.objects.get().due_at is None


def test_a_fault_of_ours_costs_one_part_and_its_words_are_not_kept(
    alert: Alert, work: Work, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    name = "Unmistakable"

    def broken(*given: object, **options: object) -> None:
        raise KeyError(name)

    monkeypatch.setattr("causes.case_files.contents.fetch_wiki_facts", broken)
    file = work(alert)
    assert states(file)["wiki"] == "failed"
    assert file.contents["wiki"]["error"] == "Unexpected KeyError; the log says where"  # type: ignore[union-attr]
    assert "fetch_wiki_facts" in caplog.text
    assert name not in caplog.text


def during(session: Session, replay: ReplayServer, requests: int, act: Callable[[], Any]) -> Session:
    """`session`, which lets `act` happen once so many requests were made."""
    done: list[object] = []

    def on_wait() -> None:
        if len(replay.paths) >= requests and not done:
            done.append(True)
            act()

    return session.watched(on_wait)


def test_e09_an_alert_that_is_withdrawn_meanwhile_gets_nothing(
    alert: Alert, work: Work, replay: ReplayServer, session: Session
) -> None:
    withdraw = Alert.objects.filter(pk=alert.pk)
    file = work(alert, session=during(session, replay, 6, lambda: withdraw.update(status="withdrawn")))
    assert file is None
    assert len(replay.paths) < MAX_REQUESTS / 2  # it stopped
    stored = CaseFile.objects.get()
    assert (stored.state, stored.claim, stored.attempts) == (State.WAITING, "", 0)
    assert not due_case_files(now=NOW + DAY)
    withdraw.update(status="new")
    assert due_case_files(now=NOW + DAY) == [alert.pk]


def test_e09_an_alert_that_is_deleted_meanwhile_is_no_fault(
    alert: Alert, work: Work, replay: ReplayServer, session: Session
) -> None:
    assert work(alert, session=during(session, replay, 6, alert.delete)) is None
    assert not CaseFile.objects.exists()


def test_e10_a_second_worker_finds_the_file_taken(alert: Alert, work: Work, replay: ReplayServer, session: Session) -> None:
    second: list[CaseFile | None] = []
    first = work(alert, session=during(session, replay, 3, lambda: second.append(work(alert, opened=False))))
    assert second == [None]
    assert first is not None
    assert len(replay.paths) <= MAX_REQUESTS
    assert work(alert, opened=False) is None  # and later it is not due


def test_who_interrupts_the_command_can_start_it_again_at_once(
    alert: Alert, work: Work, replay: ReplayServer, session: Session
) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work(alert, session=during(session, replay, 9, interrupted))
    assert due_case_files(now=NOW) == [alert.pk]
    assert set(states(work(alert, opened=False)).values()) == {"known"}


def test_e12_a_month_that_is_revised_between_two_answers_is_seen(
    alert: Alert, work: Work, replay: ReplayServer, session: Session
) -> None:
    revise = lambda: replay.state.control({"revisions": {WIKI: {"2022-11": alert.count * 2}}})  # noqa: E731
    file = work(alert, session=during(session, replay, 2, revise))
    assert states(file)["days"] == "differs"
    # The sweep revises the alert; the file is opened again for the new count.
    Alert.objects.update(count=alert.count * 2)
    assert open_case_files(today=dt.date(2022, 12, 10), now=NOW + DAY) == 1
    file = work(Alert.objects.get(), NOW + DAY, opened=False)
    assert states(file)["days"] == "known"
    assert file.contents["days"]["of"] == alert.count * 2  # type: ignore[union-attr]


def test_e12_an_alert_that_is_revised_while_its_file_is_fetched_is_due_again(
    alert: Alert, work: Work, replay: ReplayServer, session: Session
) -> None:
    def revise() -> None:
        Alert.objects.update(count=alert.count + 5)
        open_case_files(today=dt.date(2022, 12, 10), now=NOW)

    assert work(alert, session=during(session, replay, 6, revise)) is None
    assert due_case_files(now=NOW) == [alert.pk]


@pytest.mark.parametrize(
    ("name", "kept"),
    [("Zoë", True), ("~tilde", True), ("1.2.3.4", False), ("::1", False), ("~2026-1-2", False), ("", False), (None, False)],
)
def test_accounts_that_were_registered(name: str | None, kept: bool) -> None:
    assert is_account(name) is kept


def test_titles_of_people() -> None:
    assert not is_public_title("user:zoë")
    assert is_public_title("Users of the world")


def test_only_the_newest_months_get_a_file_by_themselves(alert: Alert) -> None:
    assert open_case_files(today=dt.date(2023, 3, 5), now=NOW) == 0
    assert open_case_files(today=dt.date(2023, 2, 5), now=NOW) == 1
    assert open_case_files(today=dt.date(2023, 2, 5), now=NOW) == 0
