"""Learnt from people: how often moderators agreed with what was suggested, by hypothesis."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, F, Q
from django.utils.functional import Promise

from alerts.models import Status
from causes.hypotheses.registry import HYPOTHESES
from causes.models import Explanation

MIN_DECISIONS = 20  # decisions; a share of fewer says little


@dataclass(frozen=True, slots=True)
class Quality:
    """What became of one hypothesis's suggestions. accepted: the alert has the category suggested; changed: it has another;
    refused: it was dismissed."""

    hypothesis: str
    label: str | Promise
    accepted: int
    changed: int
    refused: int

    @property
    def decided(self) -> int:
        return self.accepted + self.changed + self.refused

    @property
    def share(self) -> float | None:
        """Of the decisions, those that agree; None without any."""
        return self.accepted / self.decided if self.decided else None

    @property
    def too_few(self) -> bool:
        return self.decided < MIN_DECISIONS


def quality() -> list[Quality]:
    """One entry for each hypothesis that has suggested anything that was decided, in the order of the registry. One query."""
    same = Q(alert__category__slug=F("suggestion"))
    explained, dismissed = Q(alert__status=Status.EXPLAINED), Q(alert__status=Status.DISMISSED)
    rows = (
        Explanation.objects.exclude(suggestion="")
        .filter(explained | dismissed)
        .values("hypothesis")
        .annotate(
            accepted=Count("pk", filter=explained & same),
            changed=Count("pk", filter=explained & ~same),
            refused=Count("pk", filter=dismissed),
        )
    )
    found = {row["hypothesis"]: row for row in rows}
    return [
        Quality(name, hypothesis.label, found[name]["accepted"], found[name]["changed"], found[name]["refused"])
        for name, hypothesis in HYPOTHESES.items()
        if name in found
    ]
