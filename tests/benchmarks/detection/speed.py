"""How fast, as ratios within one run: against the original's per-month loop, and against the research prototype.

All in seconds of processor time, so that a busy machine does not favour one side.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd  # type: ignore[import-untyped]  # its types are a package of their own

from alerts.detection.registry import get
from alerts.detection.types import Panel

SERIES, MONTHS = 1_000, 300
LOOPED = 4  # series that the per-month loop gets to do; its time grows in proportion
PROTOTYPE = "DETECTION_PROTOTYPE_DIR"


def panel() -> Panel:
    """1,000 series x 300 months, seeded."""
    rng = np.random.default_rng(1)
    level = 10.0 ** rng.uniform(0, 6, SERIES)
    rate = level * rng.gamma(25, 1 / 25, (MONTHS, SERIES))
    return Panel(rng.poisson(rate).astype(float))


def best_of(times: int, work: Callable[[], object]) -> float:
    """Seconds of the quickest of some runs."""
    seconds = []
    for _ in range(times):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return min(seconds)


def per_month_loop(table: pd.DataFrame) -> list[dict[str, object]]:
    """What the original does: for every month, cut the three years before it out of the table and take their mean."""
    peaks = []
    for _, row in table.iterrows():
        start = row["month"] - pd.DateOffset(years=3)
        window = table[(table["month"] >= start) & (table["month"] <= row["month"])]
        mean = window["edits"].mean()
        if row["edits"] >= mean * 1.3:
            peaks.append({"month": row["month"], "edits": row["edits"], "rolling_mean": mean, "threshold": mean * 1.3})
    return peaks


def report() -> list[str]:
    """Lines to print; the prototype is skipped loudly when its folder is not named."""
    whole = panel()
    rolling, band = get("rolling_mean"), get("expected_band")
    index = pd.date_range("2000-01-01", periods=MONTHS, freq="MS")
    few = [pd.DataFrame({"month": index, "edits": whole.values[:, i]}) for i in range(LOOPED)]
    quick = best_of(10, lambda: rolling.detect(whole))
    loop = best_of(1, lambda: [per_month_loop(table) for table in few]) * SERIES / LOOPED
    # before anything hungrier has run: the peak of this process only ever grows
    seconds = best_of(2, lambda: band.detect(whole))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    newest = best_of(2, lambda: band.detect(whole, months=slice(-3, None)))
    lines = [
        f"rolling_mean, {SERIES:,} x {MONTHS}: {quick * 1000:.1f} ms; the per-month pandas loop: {loop:.0f} s "
        f"({LOOPED} series timed, in proportion); ratio {loop / quick:,.0f}",
        f"expected_band, {SERIES:,} x {MONTHS}: {seconds:.2f} s; peak of the process {memory:.0f} MB",
        f"expected_band, newest 3 of {MONTHS} months: {newest:.2f} s",
    ]
    folder = os.environ.get(PROTOTYPE, "")
    if not Path(folder, "final.py").is_file():
        return [*lines, f"SKIPPED: comparison with the prototype, {PROTOTYPE} does not name its folder"]
    sys.path.insert(0, folder)
    import final  # type: ignore[import-not-found]

    prototype = best_of(1, lambda: final.detect(whole.values.T))
    return [*lines, f"prototype, same data: {prototype:.1f} s; ratio {prototype / seconds:.1f}"]
