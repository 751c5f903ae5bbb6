"""The parts of the expected band: season, level, their blend, the spread of past errors, the tails, the sides, the score.

Everything here works on logarithms of counts, months x series, and uses months before the judged one alone. Each window
is finite, so that a month's result does not depend on where the panel begins, beyond `MEMORY_MONTHS`.
"""

from __future__ import annotations

from alerts.detection.band.blend import LOSS_MONTHS
from alerts.detection.band.level import LEVELS
from alerts.detection.band.ranking import MONTHS_BEFORE
from alerts.detection.band.season import YEARS
from alerts.detection.band.spread import SPREAD_MONTHS

# An expectation rests on its levels and its season; the blend on the errors of earlier expectations; the spread on the
# errors of earlier blends; the score on the months just before. Months before the judged one that can make a difference, all
# of that in a row:
EXPECTATION_MONTHS = max(max(level.months for level in LEVELS), 12 * (YEARS + 1))
FORECAST_MONTHS = SPREAD_MONTHS + LOSS_MONTHS + EXPECTATION_MONTHS
MEMORY_MONTHS = MONTHS_BEFORE + FORECAST_MONTHS
