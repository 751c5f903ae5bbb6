"""What a hypothesis says, and what explains an alert: findings in order, best first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from causes.evidence import Evidence


class Strength(IntEnum):
    """How well the evidence bears a finding. Measured by `make bench-causes`: strong is right in 98 %, possible in 80 %."""

    WEAK = 1
    POSSIBLE = 2
    STRONG = 3

    @property
    def label(self) -> str | Promise:
        return STRENGTH_LABELS[self]


STRENGTH_LABELS = {Strength.WEAK: _("weak"), Strength.POSSIBLE: _("possible"), Strength.STRONG: _("strong")}


class Cause(models.TextChoices):
    """Who or what made the change, in a word: the chip beside an alert, and the filter of lists."""

    BOTS = "bots", _("bots")
    FEW_ACCOUNTS = "few-accounts", _("a few accounts")
    MANY_PEOPLE = "many-people", _("many people")
    PEOPLE = "people", _("people")
    EVERYBODY = "everybody", _("everybody")
    MIXED = "mixed", _("mixed")
    DATA = "data", _("the data")
    NOT_EXPLAINED = "not-explained", _("not explained")


@dataclass(frozen=True, slots=True)
class Finding:
    """One hypothesis that the evidence bears. `values`: the figures its phrases need, plain and storable."""

    hypothesis: str
    strength: Strength
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A possible explanation: one file, and one line in the registry.

    Of findings of the same strength, the one that stands first in the registry is told first.
    cause: the chip it gives, where it says who made the change; else None. category: the one it suggests.
    weigh: the finding that the evidence bears, or None to stay silent. tell: one sentence from the values of a finding.
    lines: further lines of evidence. All phrases are translated when they are asked for.
    """

    name: str
    label: str | Promise
    cause: Cause | None
    category: str
    weigh: Callable[[Evidence], Finding | None]
    tell: Callable[[Mapping[str, Any]], str]
    lines: Callable[[Mapping[str, Any]], list[str]] = lambda values: []


@dataclass(frozen=True, slots=True)
class Explained:
    """The findings of one alert, best first, and its chip."""

    cause: Cause
    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding | None:
        return self.findings[0] if self.findings else None

    @property
    def strength(self) -> Strength | None:
        return self.first.strength if self.first else None
