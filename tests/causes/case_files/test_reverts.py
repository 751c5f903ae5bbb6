"""From the tags of sampled contributions to what is said of reverts."""

from __future__ import annotations

from typing import Any

from alerts.models import Alert
from causes.models import Explanation
from causes.services import explain_alerts
from tests.causes.case_files.conftest import DOMAIN, Work
from tests.replay.data import short_name
from tests.replay.server import ReplayServer

UNDONE: dict[str, Any] = {"tags": ["mw-undo", "mw-reverted"], "comment": ""}
ROLLBACK, ORDINARY = UNDONE | {"tags": ["mw-rollback"]}, UNDONE | {"tags": ["visualeditor"]}


def sampled(alert: Alert, work: Work, replay: ReplayServer, edits: list[dict[str, Any]]) -> Explanation:
    replay.state.data.tops["editors", short_name(DOMAIN), "user", "content", "2022-11"] = [(1, "Zoë", 400)]
    replay.fault("set", match="/w/api.php", value={"query.usercontribs": edits})
    work(alert)
    explain_alerts(again=True)
    return Explanation.objects.get()


def test_an_edit_with_several_tags_counts_once_and_reverts_are_told(alert: Alert, work: Work, replay: ReplayServer) -> None:
    explained = sampled(alert, work, replay, [UNDONE] * 30 + [ROLLBACK] * 10 + [ORDINARY] * 40)
    assert (explained.evidence["sampled_reverts"], explained.evidence["sample"]) == (40, 80)
    told = {finding["hypothesis"]: finding["values"] for finding in explained.findings}
    assert told["reverting"] == {"sampled": 0.5, "sample": 80}


def test_other_tags_say_nothing_of_reverts(alert: Alert, work: Work, replay: ReplayServer) -> None:
    explained = sampled(alert, work, replay, [ORDINARY] * 80)
    assert "reverting" not in {finding["hypothesis"] for finding in explained.findings}
