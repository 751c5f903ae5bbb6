"""Case files from recorded data, for a site that shows such data: the days of twelve Wikipedias, 2018 to 2020.

They were counted from dumps, and differ a little from what the Analytics API has: each kind of editors is given its count of
the month in proportion to its recorded days, and the page says so. Nothing else of a case file is recorded for whole months.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from pathlib import Path

from alerts.models import Alert
from causes.case_files.contents import KINDS, KINDS_OF
from causes.case_files.fetching import KNOWN
from causes.models import CaseFile
from edits.models import EditCount, EditorType, PageType
from edits.months import days_in

FILE = Path("explain") / "daily-edits-by-kind-12wikis-2018-2020.csv.gz"
BOT, REGISTERED = "bot", "registered"  # as the file calls them; it does not tell flagged bots from others
RECORDED_AS = {
    EditorType.USER.value: REGISTERED,
    EditorType.ANONYMOUS.value: "anonymous",
    EditorType.GROUP_BOT.value: BOT,
    EditorType.NAME_BOT.value: BOT,
}
Days = Mapping[tuple[str, str, str], Sequence[int]]  # by project, month (YYYY-MM) and kind as the file calls it


def load_recorded_case_files(*, folder: Path, now: dt.datetime) -> int:
    """Give a file to each alert that has none and whose days are recorded in `folder`; return how many. Safe to call again."""
    path = folder / FILE
    if not path.exists():
        return 0
    days = _read(path)
    alerts = Alert.objects.standing().filter(metric__in=KINDS_OF, case_file=None, project__domain__in={key[0] for key in days})
    files = []
    for alert in alerts.select_related("project").order_by("pk"):
        cells = _cells(alert, days)
        if cells is not None:
            entry = {"state": KNOWN, "of": alert.count, "at": now.isoformat(timespec="seconds"), "recorded": True}
            contents = {"days": entry | {"data": {"cells": cells, "pages": PageType.CONTENT.value}}}
            complete = CaseFile.State.COMPLETE
            files.append(CaseFile(alert=alert, count=alert.count, contents=contents, fetched_at=now, state=complete))
    CaseFile.objects.bulk_create(files, batch_size=500, ignore_conflicts=True)
    return len(files)


def _read(path: Path) -> Days:
    """The months of which every day is recorded: the last one of the file is not over."""
    days: dict[tuple[str, str, str], list[int]] = {}
    there: dict[tuple[str, str], set[int]] = defaultdict(set)
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            day = dt.date.fromisoformat(row["date"])
            month = days.setdefault((row["project"], f"{day:%Y-%m}", row["kind"]), [0] * days_in(day))
            month[day.day - 1] = int(row["edits"])
            there[row["project"], f"{day:%Y-%m}"].add(day.day)
    return {key: month for key, month in days.items() if len(there[key[:2]]) == len(month)}


def _cells(alert: Alert, days: Days) -> dict[str, list[int]] | None:
    """The days of the alert's month by editor type; None where a kind is not recorded, or its parts are not of its count."""
    month, kinds = alert.figures_month, KINDS_OF[alert.metric]
    rows = EditCount.objects.filter(project=alert.project_id, month=month, page_type=PageType.CONTENT, editor_type__in=kinds)
    counts = defaultdict(int, rows.values_list("editor_type", "edit_count"))
    if sum(counts.values()) != alert.count:
        return None
    found = {}
    for kind in (kind for kind in KINDS if kind in kinds):
        recorded = days.get((alert.project.domain, f"{month:%Y-%m}", RECORDED_AS[kind]))
        if counts[kind] and not (recorded and any(recorded)):
            return None
        found[kind] = in_proportion(counts[kind], recorded or [1] * days_in(month))
    return found


def in_proportion(count: int, days: Sequence[int]) -> list[int]:
    """`count` divided like `days`, in whole numbers that add up to it. `days` must not be all zero."""
    sums = [0, *accumulate(days)]
    return [round(count * later / sums[-1]) - round(count * before / sums[-1]) for before, later in pairwise(sums)]
