"""How likely it is that so many wikis stand out in the same month by chance."""

from __future__ import annotations

from scipy import special


def chance_of_so_many(found: int, judged: int, rate: float) -> float:
    """P(at least `found` of `judged` wikis stand out), when each does so by itself with probability `rate` (binomial tail).

    rate: the share of wiki-months that stand out in ordinary times, in [0, 1]. 1.0 for found = 0.
    """
    if found <= 0:
        return 1.0
    if found > judged:
        raise ValueError(f"{found} of {judged} wikis cannot stand out")
    return float(special.bdtrc(found - 1, judged, min(max(rate, 0.0), 1.0)))
