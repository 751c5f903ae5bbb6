"""Which rules judge which project: the policies as the detection uses them, and every version they ever had."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import Max

from alerts.detection import registry
from alerts.detection.detector import Detector
from alerts.detection.types import FloatArray, ParameterError, Verdicts
from alerts.models import DetectionPolicy, Direction
from edits.metrics import METRICS
from edits.models import Project

SITE = "site"
# What makes a version: two policies that agree in these judge alike.
RULE_FIELDS = ("detector", "parameters", "metrics", "directions", "minimum_volume", "reopen_step", "project_id", "family")


@dataclass(frozen=True, slots=True)
class Rules:
    """One version of one policy, ready to judge. `key` names it for ever, such as `family:wikipedia:3`."""

    key: str
    detector: Detector
    params: Any
    minimum_volume: int
    metrics: frozenset[str]
    directions: frozenset[str]
    reopen_step: float


def same_rules(one: DetectionPolicy, other: DetectionPolicy) -> bool:
    """Whether nothing that judges differs between two policies of the same scope."""
    return all(getattr(one, name) == getattr(other, name) for name in RULE_FIELDS)


def key_of(policy: Any) -> str:
    """The name of this version of the policy (or of a row of its history)."""
    return f"{policy.scope}:{policy.version}"


def rules_of(policy: Any) -> Rules:
    """The rules that `policy` (or a row of its history) states.

    Raises ParameterError when its detector is not known or a parameter is out of range.
    """
    detector = registry.get(policy.detector)
    return Rules(
        key=key_of(policy),
        detector=detector,
        params=detector.parse(policy.parameters),
        minimum_volume=policy.minimum_volume,
        metrics=frozenset(policy.metrics or METRICS),
        directions=frozenset(policy.directions or Direction.values),
        reopen_step=policy.reopen_step,
    )


def shown_rules_of(policy: Any) -> Rules:
    """As `rules_of`, for pages: where this version does not know what the policy states, by the ordinary rules."""
    try:
        return rules_of(policy)
    except ParameterError:
        return rules_of(DetectionPolicy(scope=policy.scope, version=policy.version, detector=registry.DEFAULT_DETECTOR))


def alarm_counts(verdicts: Verdicts, rules: Rules, metric: str) -> tuple[FloatArray, FloatArray]:
    """The smallest count that `rules` call a peak and the largest that they call a drop, shaped as the verdicts.

    Infinite where the rules want to hear of none.
    """
    volume = rules.minimum_volume
    heard = metric in rules.metrics
    peak = np.maximum(np.maximum(verdicts.threshold, verdicts.expected + volume), volume)
    drop = np.where(verdicts.expected >= volume, np.minimum(verdicts.drop_threshold, verdicts.expected - volume), -np.inf)
    return (
        peak if heard and Direction.PEAK in rules.directions else np.full_like(peak, np.inf),
        drop if heard and Direction.DROP in rules.directions else np.full_like(drop, -np.inf),
    )


def next_version(scope: str) -> int:
    """The version that the next policy of `scope` gets; those of a policy that was deleted are not used again."""
    used = DetectionPolicy.history.filter(scope=scope).aggregate(newest=Max("version"))["newest"]
    stored = DetectionPolicy.objects.filter(scope=scope).values_list("version", flat=True).first()
    return max(used or 0, stored or 0) + 1


class RuleBook:
    """The rules that apply now, and those of earlier versions, each looked up once."""

    def __init__(self, candidate: DetectionPolicy | None = None) -> None:
        """With `candidate`, as if that policy were saved: as the next version of its scope, if it changes any rule."""
        self._current = {policy.scope: policy for policy in DetectionPolicy.objects.all()}
        self._rules: dict[str, Rules] = {}
        self.candidate_key: str | None = None
        if candidate is not None:
            draft = copy.copy(candidate)
            draft.scope = candidate.scope_of()
            stored = self._current.get(draft.scope)
            unchanged = stored is not None and same_rules(stored, draft)
            draft.version = stored.version if stored and unchanged else next_version(draft.scope)
            self._current[draft.scope] = draft
            self.candidate_key = key_of(draft)

    @property
    def key(self) -> str:
        """Names all policies as they are now: another one, where any of them has changed."""
        names = " ".join(sorted(key_of(policy) for policy in self._current.values()))
        return hashlib.sha256(names.encode()).hexdigest()[:16]

    def current_keys(self, project_ids: tuple[int, ...]) -> list[str]:
        """For each project the policy that judges its new months: its own, else its family's, else the site's.

        Raises LookupError when the site has none.
        """
        families: Mapping[int, str] = dict(Project.objects.filter(pk__in=project_ids).values_list("pk", "family"))
        keys = {scope: key_of(policy) for scope, policy in self._current.items()}
        if SITE not in keys:
            raise LookupError("There is no policy for the whole site: add one under Detection policies in the admin")
        return [
            keys.get(f"project:{project}") or keys.get(f"family:{families.get(project)}") or keys[SITE]
            for project in project_ids
        ]

    def rules(self, key: str) -> Rules:
        """The rules called `key`, current or not. Raises LookupError when no such version was ever stored."""
        if key not in self._rules:
            self._rules[key] = rules_of(self._policy(key))
        return self._rules[key]

    def shown(self, key: str) -> Rules:
        """The same for pages, which show something also where this version does not know what the policy states."""
        return shown_rules_of(self._policy(key))

    def _policy(self, key: str) -> Any:
        scope, _, version = key.rpartition(":")
        current = self._current.get(scope)
        if current is not None and str(current.version) == version:
            return current
        known = DetectionPolicy.history.filter(scope=scope, version=version).exclude(history_type="-").first()
        if known is None:
            raise LookupError(f"There is no record of the policy {key}")
        return known
