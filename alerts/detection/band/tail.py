"""How wide and how heavy each side of the band is: variance of quiet months, and degrees of freedom of Student's t.

Past peaks that nobody marked make quiet months look wider than they are, by less on the lower side. The less the past says
about the far ends, the heavier the tail: a short past, a level that wanders (it follows the last months), more so
upwards and in tiny wikis, and a small wiki: months of small young ones come in bursts, upwards more than downwards.
"""

from __future__ import annotations

from dataclasses import dataclass

from alerts.detection.band.spread import MOST_ERRORS
from alerts.detection.types import FloatArray


@dataclass(frozen=True, slots=True)
class Tail:
    """One side of the band.

    quiet, season: variance of quiet months over that of all past months within 3 sd, and over that of the season's effect.
    least: degrees of freedom of a wiki about which nothing is known; n past errors add n ** power / errors of them.
    wandering: share of these that is lost where the level follows the last months alone.
    tiny: expected counts of such a wiki that lose half of the rest as well, since the level of tiny wikis leaps.
    small: expected counts that have half of them; young: so many more where there is no past error.
    """

    quiet: float
    season: float
    least: float
    power: int
    errors: float
    wandering: float
    tiny: float
    small: float
    young: float

    def degrees_of_history(self, number: FloatArray) -> FloatArray:
        """least + n^power / errors, n being the effective number of past errors: what a large, settled wiki has."""
        return self.least + number**self.power / self.errors

    def degrees(self, number: FloatArray, recent: FloatArray, mean: FloatArray) -> FloatArray:
        """least + (1 - w (1 - (1 - wandering) mu / (mu + tiny))) n^power / errors mu / (mu + m).

        m = small + young (1 - n / N), N = MOST_ERRORS; w = `recent` is the weight of the recent level. Arrays of one shape.
        """
        half = self.small + self.young * (1.0 - number / MOST_ERRORS)
        left = (1.0 - self.wandering) * mean / (mean + self.tiny)
        kept = (1.0 - recent * (1.0 - left)) * mean / (mean + half)
        return self.least + kept * number**self.power / self.errors


PEAKS = Tail(quiet=0.75, season=0.5, least=2.4, power=2, errors=33.0, wandering=0.9, tiny=40.0, small=0.0, young=800.0)
DROPS = Tail(quiet=0.6, season=0.5, least=2.6, power=1, errors=1.75, wandering=0.6, tiny=0.0, small=5.0, young=0.0)
