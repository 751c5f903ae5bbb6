"""How often the first hypothesis is right; writes the tables of docs/methodology.md: `make bench-causes`.

--seed N      another seed for the cases that were held out; then nothing is written
--each N      cases of every event

Thresholds are looked at on the development cases alone. The tables show cases that were held out: other wikis, another
seed. The development cases stand beside them.
--no-write    print only
SNAPSHOT_DIR  folder of recorded data (default ../shared/data); without it nothing can be measured
"""

from __future__ import annotations

import argparse
import os
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import django
import numpy as np

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from causes.attribution.leading import leading  # noqa: E402
from causes.findings import Strength  # noqa: E402
from tests.benchmarks.causes import measured  # noqa: E402
from tests.benchmarks.causes.backgrounds import GROUPS, load  # noqa: E402
from tests.benchmarks.causes.injections import EVENTS, ORDINARY  # noqa: E402
from tests.benchmarks.causes.run import Case, make_cases, solve  # noqa: E402
from tests.benchmarks.detection.__main__ import write  # noqa: E402
from tests.benchmarks.detection.text import markdown, percent  # noqa: E402
from tests.benchmarks.explained import composing  # noqa: E402

ROOT = Path(__file__).resolve().parents[3]
DEVELOPMENT_SEED, HELD_OUT_SEED, EACH = 20260401, 20261129, 300
KNOWN_TO_BASELINES = ("bot run", "bot run by name", "one account", "many people")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.causes")
    parser.add_argument("--seed", type=int, default=HELD_OUT_SEED)
    parser.add_argument("--each", type=int, default=EACH)
    parser.add_argument("--no-write", action="store_true")
    options = parser.parse_args()
    folder = Path(os.environ.get("SNAPSHOT_DIR", ROOT.parent / "shared" / "data"))
    if not (folder / "explain").is_dir():
        raise SystemExit(f"there is no recorded data by kind in {folder} (SNAPSHOT_DIR)")
    backgrounds = load(folder)
    cases = make_cases([each for each in backgrounds if each.held_out], options.seed, options.each)
    development = make_cases([each for each in backgrounds if each.in_development], DEVELOPMENT_SEED, options.each)
    solve([*cases, *development])
    sections = {
        "causes-real": real_table(folder),
        "causes-injected": injected_table(cases, development),
        "causes-confusion": confusion_table(cases),
        "causes-strength": strength_table(cases),
    }
    for name, body in sections.items():
        print(f"\n## {name}, seed {options.seed}\n\n{body}", flush=True)
    print(f"\nAttribution of 1,000 alerts: {speed():.1f} ms; composing a stored explanation: {composing():.2f} ms")
    if not options.no_write and (options.seed, options.each) == (HELD_OUT_SEED, EACH):
        write(sections)


def real_table(folder: Path) -> str:
    agree, every, found = measured.measured_spikes(folder)
    labels = measured.labelled(folder)
    right = sum(said in measured.FOLLOWS.get(kind, set()) for _wiki, _month, kind, said in labels)
    rows = [["260 measured spikes, class by two thirds", str(every), percent(agree / every, 1)]]
    if labels:
        rows.append(["labelled events with counts by kind", str(len(labels)), percent(right / len(labels), 1)])
    classes = ", ".join(f"{truth} {count}" for (truth, said), count in sorted(found.items()) if truth == said)
    named = "; ".join(f"{wiki} {month}: {kind}, said {said}" for wiki, month, kind, said in labels)
    table = markdown(["real months", "number", "right"], rows)
    return f"{table}\n\nAgreeing classes: {classes}. Labelled: {named or 'none'}."


def scored_of(cases: Sequence[Case], event: str) -> list[Case]:
    """The cases of an event that count: those that raise an alert, and all ordinary months."""
    return [case for case in cases if case.event == event and (case.raised or event == ORDINARY)]


def share_right(cases: Sequence[Case]) -> str:
    return percent(sum(case.right for case in cases) / len(cases), 1)


def injected_table(cases: Sequence[Case], development: Sequence[Case]) -> str:
    """By event: how many raise an alert, and how often the first hypothesis names the event in those."""
    rows = []
    for event in [*EVENTS, ORDINARY]:
        these, scored = [case for case in cases if case.event == event], scored_of(cases, event)
        if event in KNOWN_TO_BASELINES:
            truth = EVENTS[event].truth if "bot" in event else "people"
            others = [
                percent(sum(getattr(c, name) == truth for c in scored) / len(scored), 1) for name in ("largest", "adtributor")
            ]
        elif event == ORDINARY:
            others = [
                percent(sum(getattr(c, name) == "nothing" for c in scored) / len(scored), 1)
                for name in ("largest", "adtributor")
            ]
        else:
            others = ["cannot", "cannot"]
        tuned = share_right(scored_of(development, event))
        rows.append([event, str(len(these)), str(len(scored)), share_right(scored), tuned, *others])
    header = ["event", "cases", "scored", "first hypothesis right", "the same, development", "largest share", "Adtributor"]
    injected, tuned_on = ([c for c in every if c.event != ORDINARY and c.raised] for every in (cases, development))
    together = f"{share_right(injected)} of {len(injected):,}; in development {share_right(tuned_on)} of {len(tuned_on):,}"
    return f"{markdown(header, rows)}\n\nAll events together: {together}."


def confusion_table(cases: Sequence[Case]) -> str:
    said = sorted({case.said for case in cases})
    rows = []
    for event in [*EVENTS, ORDINARY]:
        counted = Counter(case.said for case in scored_of(cases, event))
        rows.append([event, *(str(counted[name]) if counted[name] else "" for name in said)])
    return markdown(["event", *(name.replace("_", " ") for name in said)], rows)


def strength_table(cases: Sequence[Case]) -> str:
    """How often the first finding of each strength names the event, among alerts that were raised."""
    rows = []
    for strength in reversed(Strength):
        these = [case for case in cases if case.event != ORDINARY and case.raised and case.strength == strength]
        right = sum(case.explained.first.hypothesis == EVENTS[case.event].truth for case in these)  # type: ignore[union-attr]
        rows.append([str(strength.label), str(len(these)), percent(right / len(these), 1) if these else "–"])
    return markdown(["strength of the first finding", "number", "right"], rows)


def speed() -> float:
    """Milliseconds for the attribution of 1,000 alerts at once; the best of five."""
    rng = np.random.default_rng(1)
    count, expected = rng.integers(0, 100_000, (2, 1000, 4)).astype(float)
    usual = rng.uniform(0.1, 1.0, (1000, 3))
    best = np.inf
    for _ in range(5):
        begun = time.perf_counter()
        leading(count, expected, usual, GROUPS, opposites=((0, 1), (2,)))
        best = min(best, time.perf_counter() - begun)
    return 1000 * float(best)


if __name__ == "__main__":
    main()
