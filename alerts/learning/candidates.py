"""Stricter rules to try, one change at a time: of what the detector declares, and of what a policy can leave out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from alerts.detection import registry
from alerts.models import DetectionPolicy, Direction

VOLUMES = (10, 30, 100, 300, 1_000, 3_000)  # of `DetectionPolicy.minimum_volume`


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What differs from the rules of today: a parameter of the detector, or a field of the policy. `step`: 0 is mildest."""

    name: str
    value: Any
    step: int
    parameters: dict[str, Any] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)

    def applied_to(self, policy: DetectionPolicy) -> DetectionPolicy:
        """`policy` as it would be, not stored; the given one stays as it is."""
        changed = DetectionPolicy(
            project_id=policy.project_id, family=policy.family, detector=policy.detector, metrics=list(policy.metrics),
            directions=list(policy.directions), minimum_volume=policy.minimum_volume, reopen_step=policy.reopen_step,
            parameters={**policy.parameters, **self.parameters}, version=policy.version,
        )  # fmt: skip
        for name, value in self.fields.items():
            setattr(changed, name, value)
        changed.scope = changed.scope_of()
        return changed


def changes(policy: DetectionPolicy) -> Iterator[Change]:
    """Every stricter rule to try instead of `policy`, each kind from mild to strict."""
    detector = registry.get(policy.detector)
    for parameter in detector.parameters:
        today = policy.parameters.get(parameter.name, parameter.default)
        yield from (
            Change(parameter.name, value, step, parameters={parameter.name: value})
            for step, value in enumerate(parameter.declaration.stricter_than(today))
        )
    larger = [value for value in VOLUMES if value > policy.minimum_volume]
    yield from (Change("minimum_volume", value, step, fields={"minimum_volume": value}) for step, value in enumerate(larger))
    if len(policy.directions) != 1:
        yield from (Change("directions", each, 0, fields={"directions": [each]}) for each in Direction.values)
