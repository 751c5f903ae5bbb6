"""Prints the detectors' tables and writes them into docs/methodology.md: `make bench-detection`.

--seed N          another seed; then nothing is written (the page shows the development seed)
--no-write        print only
SNAPSHOT_DIR      folder of recorded data for the tables on real series (default ../shared/data)
DETECTION_PROTOTYPE_DIR  folder of the research prototype, for the speed ratio
"""

from __future__ import annotations

import argparse
import os
import re
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django  # noqa: E402 - the environment comes first

django.setup()

from tests.benchmarks.detection import hindsight, learning, recorded, speed, tables, tiny  # noqa: E402
from tests.benchmarks.detection.contestants import EXPECTED_BAND  # noqa: E402
from tests.benchmarks.detection.simulator import DEVELOPMENT_SEED, simulate  # noqa: E402

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "methodology.md"


def write(sections: dict[str, str]) -> None:
    """Replace what stands between <!-- bench:name --> and <!-- /bench:name --> in the page."""
    text = PAGE.read_text(encoding="utf-8")
    for name, body in sections.items():
        pattern = re.compile(rf"(<!-- bench:{name} -->\n).*?(<!-- /bench:{name} -->)", re.DOTALL)
        between = f"\n{body}\n\n".replace("\\", r"\\")
        text, found = pattern.subn(rf"\1{between}\2", text)
        if found != 1:
            raise SystemExit(f"{PAGE} has no place for bench:{name}")
    PAGE.write_text(text, encoding="utf-8")


def main() -> None:
    """Measure, print, and write."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.detection")
    parser.add_argument("--seed", type=int, default=DEVELOPMENT_SEED)
    parser.add_argument("--per-class", type=int, default=100)
    parser.add_argument("--no-write", action="store_true")
    parser.add_argument("--no-speed", action="store_true")
    options = parser.parse_args()
    if not options.no_speed:
        print("\n".join(speed.report()), flush=True)
    simulation = simulate(options.seed, options.per_class)
    published = simulate(options.seed, options.per_class, published=True)
    found = tables.outcomes(simulation)
    sections = {
        "simulated": tables.simulated_table(simulation, found, published),
        "classes": tables.class_table(simulation, found),
        "weak": tables.weakness_table(simulation, found),
        "drops": tables.drops_table(simulation),
        "calibration": tables.calibration_table(simulation, found),
    }
    sections["learning"] = learning.learning_table(options.seed)
    folder = Path(os.environ.get("SNAPSHOT_DIR", ROOT.parent / "shared" / "data"))
    if (folder / hindsight.FILE).is_file():
        sections["hindsight"] = tables.hindsight_tables(folder)
        sections["heldout"] = tables.hindsight_tables(folder, hindsight.HELD_OUT)
        sections["tiny"] = tiny.tiny_table(folder, simulation, published)
        sections["flagged"] = tables.flagged_table(folder)
        sections["quiet"] = recorded.quiet_table(folder)
        sections["strata"] = recorded.strata_table(folder)
        sections["runs"] = recorded.runs_table(folder)
        sections["apart"] = recorded.apart_table(folder)
        sections["severity"] = recorded.severity_table(folder)
        sections["provisional"] = recorded.provisional_table(folder)
    else:
        print(f"SKIPPED: tables on real series, no {hindsight.FILE} in {folder} (SNAPSHOT_DIR)")
    for name, body in sections.items():
        print(f"\n## {name}, seed {options.seed}\n\n{body}", flush=True)
    if options.no_write or (options.seed, options.per_class) != (DEVELOPMENT_SEED, 100):
        return
    (PAGE.parent / tables.CURVE).write_text(tables.calibration_curve(simulation, found[EXPECTED_BAND]), encoding="utf-8")
    write(sections)


if __name__ == "__main__":
    main()
