"""Would a detector do better if it forgot, on a wiki, what was counted before a known break?

    SNAPSHOT_DIR=… python -m tests.benchmarks.events.breaks

The one break known to change the level of counts for good is the move of language links to Wikidata (2013). On recorded series
with peaks labelled in hindsight, the default detector is run as it is, and with history that restarts `SETTLED` months
after the break of each wiki. Scored are the months after the restart in which the two can differ.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django  # noqa: E402 - the environment comes first

django.setup()

import numpy as np  # noqa: E402
from django.conf import settings  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

from edits.families import family_of  # noqa: E402
from edits.months import to_index  # noqa: E402
from events.importers.shipped import break_drafts  # noqa: E402
from events.scope import holds, terms_of  # noqa: E402
from tests.benchmarks.detection import hindsight  # noqa: E402
from tests.benchmarks.detection.contestants import CONTESTANTS, EXPECTED_BAND, run  # noqa: E402
from tests.benchmarks.detection.scoring import average_precision, sensitivity_at  # noqa: E402

TITLE = "Language links move to Wikidata"
SETTLED = 3  # months in which link bots remove their links, and stop
AFTER = 60  # months after the restart that are scored: the longest memory of a detector
ERAS = [era for era in (*hindsight.ERAS, *hindsight.HELD_OUT) if era.first <= "2009-01" <= "2016-01" <= era.last]


def restart_of(domain: str) -> int | None:
    """The index of the month in which the history of a wiki would begin anew; None where the break is not known."""
    terms = terms_of(SimpleNamespace(domain=domain, family=family_of(domain), language_code=""))
    days = [draft.first_day for draft in break_drafts() if draft.title == TITLE and holds(draft.terms, terms)]
    return to_index(min(days)) + SETTLED if days and min(days) else None  # type: ignore[type-var,arg-type]


def compare(folder: Path, era: hindsight.Era) -> None:
    """Print average precision and sensitivity of both, on the same months."""
    names, counts = hindsight.named_panel(folder, era)
    peak, ambiguous = hindsight.labels(counts)
    first = hindsight.index_of(era.first)
    places = [None if (restart := restart_of(name)) is None else restart - first for name in names]
    scored, restarted = hindsight.scored(counts, ambiguous), counts.copy()
    time = np.arange(len(counts))
    for column, place in enumerate(places):
        if place is None or place <= 0:
            scored[:, column] = False
            continue
        restarted[:place, column] = np.nan
        scored[:, column] &= (time >= place) & (time < place + AFTER)
    print(f"\n{era.name}: {scored.any(axis=0).sum()} series, {peak[scored].sum()} peaks in {scored.sum():,} scored months")
    for name, values in (("as it is", counts), ("history restarts", restarted)):
        outcome = run(CONTESTANTS[EXPECTED_BAND], values)
        told(name, outcome.score, outcome.alarm, peak, scored)


def told(
    name: str,
    score: NDArray[np.float64],
    alarm: NDArray[np.bool_],
    peak: NDArray[np.bool_],
    scored: NDArray[np.bool_],
) -> None:
    truth, judged = peak[scored], np.isfinite(score[scored])
    found = " / ".join(f"{sensitivity_at(score[scored], truth, share):.2f}" for share in (0.005, 0.01, 0.02, 0.05))
    alarms, hits = int(alarm[scored].sum()), int((alarm & peak)[scored].sum())
    print(
        f"  {name:18} average precision {average_precision(score[scored], truth):.3f}; sensitivity at .5/1/2/5 % false alarms "
        f"{found}; judged {judged.mean():.0%}; {hits} of {alarms} alarms are peaks"
    )


if __name__ == "__main__":
    for era in ERAS:
        compare(settings.SNAPSHOT_DIR, era)
