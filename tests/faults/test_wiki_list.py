"""The list of wikis: refused, broken, changed (F15, F16)."""

from __future__ import annotations

import datetime as dt
import gzip
import json

import pytest
from django.conf import settings

from edits.fetching import services
from edits.fetching.foreground import CannotFetch
from edits.fetching.runs import close_orphans
from edits.fetching.selectors import failed_sync
from edits.models import FetchRun, FetchTarget, Project
from edits.wikimedia.errors import BadPayload, Unavailable
from edits.wikimedia.session import Session
from edits.wikimedia.sitematrix import parse_sitematrix
from tests.faults.facts import DAY, ICELANDIC, Fetch, expected, states, stored
from tests.replay.data import ALL, make_sitematrix
from tests.replay.fixtures import CLOSED, COMMONS, NOW
from tests.replay.server import ReplayServer


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("status", 503),
        ("html", None),
        ("set", {"sitematrix.count": "<delete>"}),
        ("set", {"sitematrix.specials": "<delete>"}),
        ("set", {"sitematrix.count": 999}),
        ("set", {"sitematrix.0.site.0.url": "https://IS NOT/a host"}),
        ("set", {"sitematrix.0.site.0.url": "https://[::1"}),
        ("set", {"sitematrix.0.site.0.url": "https://evil.example"}),
        ("set", {"sitematrix.0.site.0.url": "https://wikipedia.org.evil.example"}),
        ("set", {"sitematrix.0.site.0.url": "javascript://is.wikipedia.org/%0aalert(1)"}),
        ("set", {"sitematrix.0.site.0.sitename": "\ud800"}),
        ("set", {"sitematrix.0.site.0.sitename": "x" * 300}),
        ("set", {"sitematrix.0.site.0.dbname": "af wiki "}),
        ("set", {"sitematrix.0.code": "x" * 50}),
        ("body", {"sitematrix": {"count": 0, "specials": []}}),
    ],
)
def test_f15_without_a_good_list_the_last_one_is_kept(
    wikis: None, replay: ReplayServer, session: Session, kind: str, value: object
) -> None:
    before = list(Project.objects.order_by("pk").values())
    replay.fault(kind, match="api.php", value=value)
    with pytest.raises(Unavailable if kind == "status" else BadPayload):
        services.sync_project_list(session=session, now=NOW)
    assert list(Project.objects.order_by("pk").values()) == before
    assert failed_sync() is not None


def test_f15_a_sync_that_breaks_or_is_killed_counts_as_failed(
    wikis: None, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_arguments: object) -> None:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr(services, "sync_projects", broken)
    with pytest.raises(RuntimeError):
        services.sync_project_list(session=session, now=NOW)
    failed = failed_sync()
    assert failed is not None
    assert (failed.state, failed.note) == (FetchRun.State.ALL_FAILED, "a mistake of ours")
    monkeypatch.undo()
    services.sync_project_list(session=session, now=NOW)
    assert failed_sync() is None
    killed = FetchRun.objects.create(source=FetchRun.Source.SITEMATRIX, heartbeat_at=NOW)
    close_orphans(now=NOW + DAY)
    assert failed_sync() == killed


@pytest.mark.recorded_data("sitematrix-2026-04.json.gz")
def test_f15_the_recorded_list_is_good() -> None:
    file = settings.SNAPSHOT_DIR / "sitematrix-2026-04.json.gz"
    records = parse_sitematrix(json.loads(gzip.decompress(file.read_bytes())))
    assert len(records) == 1068


def test_f15_unknown_hosts_are_refused_when_there_is_no_list(fetch: Fetch) -> None:
    with pytest.raises(CannotFetch, match=r"en\.wikipedia\.org is not in the list"):
        fetch(domains=["en.wikipedia.org"])


def test_f16_the_list_of_wikis_changes(wikis: None, fetch: Fetch, replay: ReplayServer, session: Session) -> None:
    fetch()
    assert not FetchTarget.objects.filter(project__domain=CLOSED).exists()
    assert Project.objects.get(domain=COMMONS).special
    assert stored(COMMONS) == expected(COMMONS, dt.date(2022, 11, 1))

    # is.wikipedia is closed, uz.wikipedia moves, zz.wikipedia opens, af.wikipedia leaves the list.
    matrix = make_sitematrix(
        [ICELANDIC, "uz-latn.wikipedia.org", "zz.wikipedia.org", CLOSED], closed=(CLOSED, ICELANDIC), specials=(COMMONS,)
    )
    matrix["sitematrix"]["1"]["site"][0]["dbname"] = "uzwiki"
    replay.state.data.sitematrix = matrix
    for name in ("uz-latn.wikipedia", "zz.wikipedia"):
        replay.state.data.series[name, ("edits", ALL, "content")] = {"2022-10": 5, "2022-11": 6}
    result = services.sync_project_list(session=session, now=NOW + DAY)
    assert result.renamed == [("uz.wikipedia.org", "uz-latn.wikipedia.org")]
    assert result.created == ["zz.wikipedia.org"]
    assert result.left == ["af.wikipedia.org"]

    replay.state.log.clear()
    run = fetch(NOW + DAY)
    assert set(states(run)) == {"uz-latn.wikipedia.org", "zz.wikipedia.org", COMMONS}
    assert not any("is.wikipedia" in path or "af.wikipedia" in path for path in replay.paths)
    assert stored("zz.wikipedia.org") == {dt.date(2022, 10, 1): 5, dt.date(2022, 11, 1): 6}
    # The history of closed, renamed and vanished wikis is kept.
    assert stored(ICELANDIC) == expected(ICELANDIC, dt.date(2022, 11, 1))
    assert dt.date(2020, 1, 1) in stored("uz-latn.wikipedia.org")
    assert len(stored("af.wikipedia.org")) == 35
