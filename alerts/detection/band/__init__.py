"""The parts of the expected band: the season, the level, their blend, the spread of past errors, and the tail.

Everything here works on logarithms of counts, months x series, and uses months before the judged one alone. Each window
is finite, so that a month's result does not depend on where the panel begins, beyond `MEMORY_MONTHS`.
"""

from __future__ import annotations

from alerts.detection.band.blend import LOSS_MONTHS
from alerts.detection.band.level import LEVELS
from alerts.detection.band.season import YEARS
from alerts.detection.band.spread import SPREAD_MONTHS

# An expectation rests on its levels and its season; the blend on the errors of earlier expectations; the spread on the
# errors of earlier blends. Months before the judged one that can make a difference, all of that in a row:
EXPECTATION_MONTHS = max(max(level.months for level in LEVELS), 12 * (YEARS + 1))
MEMORY_MONTHS = SPREAD_MONTHS + LOSS_MONTHS + EXPECTATION_MONTHS
