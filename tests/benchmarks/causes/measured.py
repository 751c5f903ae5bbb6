"""Real months: the 260 spikes whose makers were measured, and the labelled events of which counts by kind are recorded."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from pathlib import Path

import numpy as np

from alerts.detection.registry import get
from alerts.detection.types import Panel
from alerts.policies import Rules
from causes.attribution.leading import NOBODY, leading
from causes.attribution.usual import median_before, movement
from causes.evidence import Change, Evidence
from causes.findings import Explained
from causes.hypotheses.registry import explain
from causes.parts import DIVISIONS, divide_histories
from tests.benchmarks.causes.backgrounds import GROUPS, Array, Background, load

CLASSES = {NOBODY: "mixed", 0: "registered", 1: "ip", 2: "bot"}
FOLLOWS = {"bot": {"flagged_bots", "name_bots"}}  # what a label allows as the first hypothesis
MONTH = len("2022-11")


def measured_spikes(folder: Path) -> tuple[int, int, Counter[tuple[str, str]]]:
    """(agreeing, all, (measured class, named class) -> how often): expected are the medians of the twelve recorded months
    before, as the measurement had it."""
    series = {each.name: each.values[~np.isnan(each.values).any(axis=1)] for each in load(folder) if not each.has_name_bots}
    months: dict[str, list[str]] = {}
    with gzip.open(folder / "explain" / "month28-edits-by-kind-29wikis-2014-2026.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            months.setdefault(row["project"], []).append(row["month"])
    found: Counter[tuple[str, str]] = Counter()
    with (folder / "explain" / "measured-spikes-29wikis.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            values, place = series[row["project"]], sorted(months[row["project"]]).index(row["month"])
            before = values[max(place - 36, 0) : place]
            usual = movement(np.stack([before[:, list(group)].sum(axis=1) for group in GROUPS], axis=1))
            told = leading(values[place : place + 1], median_before(before)[np.newaxis], usual[np.newaxis], GROUPS)
            found[row["class"], CLASSES[int(told.leader[0])]] += 1
    return sum(count for (truth, said), count in found.items() if truth == said), sum(found.values()), found


def labelled(folder: Path) -> list[tuple[str, str, str, str]]:
    """(wiki, month, label, first hypothesis) of each labelled month that has counts by kind: labelled events, and the recorded
    bot runs among the known breaks."""
    with gzip.open(folder / "labelled-events.csv.gz", "rt", encoding="utf-8") as file:
        events = [row for row in csv.DictReader(file) if row["metric"] == "edits" and len(row["start"]) == MONTH]
    with (folder / "events" / "known-breaks.csv").open(encoding="utf-8") as file:
        runs = [row for row in csv.DictReader(file) if row["kind"] == "bot run" and row["scope"] == "wiki"]
    labels = [(row["project"], row["start"], row["kind"]) for row in events]
    labels += [(row["wikis"], row["start"][:MONTH], "bot") for row in runs]
    found = []
    for wiki, month, label in labels:
        history = _history(load(folder), wiki, month)
        if history is not None:
            first = _explained(history).first
            found.append((wiki, month, label, first.hypothesis if first else "nothing"))
    return found


def _history(backgrounds: list[Background], wiki: str, month: str) -> Array | None:
    """The recorded months by kind up to `month`; of all pages where both page types are recorded."""
    for each in sorted(backgrounds, key=lambda background: background.non_content is None):
        place = int(month[:4]) * 12 + int(month[5:]) - each.first
        if each.name.split()[0].rstrip(",") == wiki and 0 < place < len(each.values):
            values = each.values if each.non_content is None else each.values + each.non_content
            if not np.isnan(values[place]).any():
                return values[: place + 1]
    return None


def _explained(history: np.ndarray) -> Explained:
    """What is said of the last month of one series by kind, judged by the default detector."""
    detector = get("expected_band")
    rules = Rules("bench", detector, detector.parse({}), 5, frozenset({"edits"}), frozenset({"peak"}), 10.0)
    rows = len(history)
    whole = detector.detect(Panel(history.sum(axis=1, keepdims=True)), rules.params, months=slice(rows - 1, rows))
    expected = float(np.nan_to_num(whole.expected[0, 0], nan=float(median_before(history[:-1].sum(axis=1)))))
    (kinds,) = divide_histories(history[:, np.newaxis, :], np.array([expected]), rules, DIVISIONS["edits"])
    score = float(np.nan_to_num(whole.score[0, 0], nan=9.0))
    return explain(Evidence("2000-01", "edits", Change(float(history[-1].sum()), expected), score, kinds))
