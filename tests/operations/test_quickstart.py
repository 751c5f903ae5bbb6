"""`make run`: what it prepares, and that a second run repeats nothing."""

from __future__ import annotations

import datetime as dt
import socket
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from alerts.models import Alert
from edits.models import EditCount, FetchRun
from edits.snapshot.services import SAMPLE_DIR
from operations import quickstart
from tests.replay.data import load_sample
from tests.replay.server import ReplayServer

pytestmark = pytest.mark.django_db


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(autouse=True)
def no_recorded_data(settings, tmp_path: Path) -> None:
    settings.SNAPSHOT_DIR = tmp_path


def test_an_empty_site_is_filled_and_a_second_run_repeats_nothing(free_port: int, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("quickstart", port=free_port)
    first = capsys.readouterr().out
    assert "Wikimedia is out of reach" in first
    assert "small sample" in first
    assert "Projects:     8" in first
    assert "shown once" in first
    alerts = Alert.objects.count()
    assert alerts > 0

    call_command("quickstart", port=free_port)
    second = capsys.readouterr().out
    assert "Data is there already" in second
    assert "shown once" not in second
    assert (User.objects.count(), FetchRun.objects.count(), EditCount.objects.count()) == (1, 1, 1021)
    assert Alert.objects.count() == alerts


@pytest.mark.parametrize("state", [FetchRun.State.INTERRUPTED, FetchRun.State.RUNNING])  # Ctrl-C, and a power cut
def test_what_was_half_loaded_is_loaded_to_its_end(state: str, free_port: int, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_snapshot", str(SAMPLE_DIR))
    EditCount.objects.filter(project__domain="hi.wikipedia.org").delete()
    FetchRun.objects.update(state=state)

    call_command("quickstart", port=free_port)

    assert "going on" in capsys.readouterr().out
    assert EditCount.objects.count() == 1021
    call_command("quickstart", port=free_port)
    assert "Data is there already: 1,021" in capsys.readouterr().out


def test_ctrl_c_is_a_sentence(free_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(say: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(quickstart, "ensure_data", interrupted)
    with pytest.raises(CommandError, match="Interrupted. What is stored stays"):
        call_command("quickstart", port=free_port)


def test_the_administrator_may_be_named_by_the_environment(settings) -> None:
    settings.FIRST_ADMINISTRATOR = {"username": "eva", "email": "", "password": "a password of her own"}
    assert quickstart.ensure_administrator() == quickstart.Credentials("eva", None)
    assert User.objects.get(username="eva").check_password("a password of her own")


def test_a_port_in_use_is_a_clear_message() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=rf"Port {port} is in use .* PORT=9000 make run"):
            call_command("quickstart", port=port)


@pytest.mark.django_db(transaction=True)
def test_wikimedia_is_the_best_source_when_it_answers(settings, free_port: int, capsys: pytest.CaptureFixture[str]) -> None:
    with ReplayServer(load_sample(SAMPLE_DIR / "monthly-edits.csv"), today=dt.date(2026, 8, 28)) as server:
        settings.WIKIMEDIA_CONTACT = "https://example.org/caa-tests"
        settings.WIKIMEDIA_SITEMATRIX_URL = server.sitematrix_url
        settings.WIKIMEDIA_ANALYTICS_URL = server.analytics_url
        call_command("quickstart", port=free_port)
    assert "Source: Wikimedia, live" in capsys.readouterr().out
    assert set(EditCount.objects.values_list("project__domain", flat=True)) == {"hi.wikipedia.org"}
