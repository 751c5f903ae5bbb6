"""docs/privacy.md: people are counted, not named; moderators see names for a while."""

from __future__ import annotations

import datetime as dt
import io
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse

from accounts.models import User
from alerts.models import Alert
from causes.case_files.forgetting import forget_names
from causes.models import CaseFile, Explanation
from causes.selectors import why
from causes.services import explain_alerts
from tests.causes.case_files.conftest import DOMAIN, Work
from tests.causes.case_files.test_faults import WIKI, editors_of, states
from tests.replay.fixtures import NOW
from tests.replay.server import ReplayServer

SECRET = "Zoë Unmistakable"
BOT = "Unmistakable Bot"
DAY = dt.timedelta(days=1)


@pytest.fixture
def named(alert: Alert, work: Work, replay: ReplayServer) -> Alert:
    """An alert whose file names a person, who made the difference."""
    editors_of(replay, SECRET, "Max")
    work(alert)
    explain_alerts(again=True)
    assert SECRET in str(CaseFile.objects.get().contents)
    return alert


def addresses(alert: Alert) -> Iterator[str]:
    """Every address of the site that can be built for the alert, its wiki and its month."""
    known = {"pk": alert.pk, "domain": DOMAIN, "month": "2022-11", "code": "is", "alert_id": alert.pk, "object_id": alert.pk}

    def names(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, set[str]]]:
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                if pattern.name:
                    yield prefix + pattern.name, set(pattern.pattern.converters)
            else:
                space = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
                yield from names(pattern.url_patterns, space)

    for name, needed in names(get_resolver().url_patterns):
        if needed <= set(known) and not name.startswith(("admin:", "django_plotly_dash:")):
            try:
                yield reverse(name, kwargs={key: known[key] for key in needed})
            except NoReverseMatch:
                continue
    yield f"/projects/{DOMAIN}/?alert={alert.pk}"


def text_of(client: Client, address: str) -> str:
    response = client.get(address)
    body = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    return body.decode("utf-8", "replace")


@pytest.mark.parametrize("who", ["charlie", "bob"])
def test_no_page_file_feed_or_answer_names_a_person(
    named: Alert, bob: User, client_for: Callable[[User | None], Client], who: str
) -> None:
    client = client_for(bob if who == "bob" else None)
    found = list(dict.fromkeys(addresses(named)))
    assert named.get_absolute_url() in found
    assert f"/alerts/{named.pk}.json" in found
    assert any(address.startswith("/api/v1/") for address in found)
    for address in found:
        text = text_of(client, address)
        assert "Unmistakable" not in text, address
        assert "Zo\\u00eb" not in text, address


def test_neither_the_explanation_nor_the_evidence_holds_the_name(named: Alert) -> None:
    stored = Explanation.objects.get()
    assert "Unmistakable" not in str(stored.evidence) + str(stored.findings)
    assert stored.evidence["accounts"]  # they are counted


def test_moderators_see_names_on_the_page_of_the_alert(
    named: Alert, alice: User, client_for: Callable[[User | None], Client]
) -> None:
    page = text_of(client_for(alice), named.get_absolute_url())
    assert SECRET in page
    assert f"https://{DOMAIN}/wiki/Special:Contributions/Zo%C3%AB_Unmistakable" in page
    assert "Only moderators see these names." in page


def test_moderators_have_wikimedia_asked_about_an_alert_of_any_age(
    alert: Alert, alice: User, bob: User, client_for: Callable[[User | None], Client]
) -> None:
    explain_alerts()
    address = f"/alerts/{alert.pk}/ask/"
    assert address not in text_of(client_for(bob), alert.get_absolute_url())
    assert client_for(bob).post(address).status_code == 403
    assert not CaseFile.objects.exists()
    assert address in text_of(client_for(alice), alert.get_absolute_url())
    assert client_for(alice).post(address).headers["Location"] == alert.get_absolute_url()
    file = CaseFile.objects.get()
    assert file.due_at is not None
    assert file.state == CaseFile.State.WAITING


def test_the_admin_lists_files_without_their_contents(
    named: Alert, root: User, client_for: Callable[[User | None], Client]
) -> None:
    client = client_for(root)
    assert DOMAIN in text_of(client, "/admin/causes/casefile/")
    for address in ("/admin/causes/casefile/", f"/admin/causes/casefile/{named.pk}/change/"):
        assert "Unmistakable" not in text_of(client, address)


def test_bots_are_named_to_everybody(alert: Alert, work: Work, replay: ReplayServer, client: Client) -> None:
    explain_alerts()
    kinds = {"parts": [{"name": "user", "share": 0.1}, {"name": "group-bot", "share": 0.9}]}
    Explanation.objects.update(evidence={"kinds": kinds})
    replay.state.data.tops["editors", WIKI, "group-bot", "content", "2022-11"] = [(1, BOT, 800), (2, "Other bot", 3)]
    file = work(alert)
    assert file is not None
    assert file.names_until is None
    explain_alerts(again=True)
    assert [bot.name for bot in why(alert).bots] == [BOT, "Other bot"]  # type: ignore[union-attr]
    assert BOT in text_of(client, alert.get_absolute_url())


def test_names_are_forgotten_when_their_time_is_over_and_counts_stay(named: Alert, settings: Any) -> None:
    days = settings.CASE_FILE_NAME_DAYS
    assert forget_names(now=NOW + (days - 1) * DAY) == 0
    assert forget_names(now=NOW + days * DAY) == 1
    file = CaseFile.objects.get()
    assert "Unmistakable" not in str(file.contents)
    assert [row[1] for row in file.data("accounts")["accounts"]] == [390, 380]  # type: ignore[index]
    assert file.names_until is None
    assert forget_names(now=NOW + days * DAY) == 0


def test_asking_again_for_another_part_keeps_no_name_for_longer(
    alert: Alert, work: Work, replay: ReplayServer, settings: Any
) -> None:
    editors_of(replay, SECRET)
    replay.fault("status", match="/w/api.php", value=500)
    until = work(alert) and CaseFile.objects.get().names_until
    assert until == NOW + settings.CASE_FILE_NAME_DAYS * DAY
    work(alert, NOW + DAY / 24, opened=False)
    assert CaseFile.objects.get().names_until == until


def test_a_wrong_answer_is_logged_without_names(
    alert: Alert, work: Work, replay: ReplayServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    editors_of(replay, SECRET, "Max")
    replay.fault("set", match="editors/top-by-edits", value={"items.0.results.0.top.1.edits": -1})
    file = work(alert)
    assert states(file)["accounts"] == "failed"
    replay.heal()
    editors_of(replay, SECRET)
    work(alert)
    assert "Unmistakable" not in caplog.text
    assert "Unmistakable" not in CaseFile.objects.get().last_error


def test_the_command_names_nobody(
    alert: Alert, replay: ReplayServer, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.WIKIMEDIA_ANALYTICS_URL, settings.WIKIMEDIA_WIKI_API_URL = replay.analytics_url, replay.wiki_api_url
    settings.WIKIMEDIA_MAX_PER_MINUTE = 0
    editors_of(replay, SECRET)
    said = io.StringIO()
    call_command("fetch_case_files", alert=[alert.pk], stdout=said)
    assert "1 case files fetched, 1 of them complete" in said.getvalue()
    assert "Unmistakable" not in said.getvalue()
    assert SECRET in str(CaseFile.objects.get().contents)
