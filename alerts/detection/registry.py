"""The detectors by name. Adding one is a file with `detect` and its parameters, and a line here."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from types import MappingProxyType
from typing import Any

from alerts.detection import ears_c2, expected_band, farrington_flexible, rolling_mean
from alerts.detection.types import Panel, ParameterError, Verdicts


@dataclass(frozen=True, slots=True)
class Detector:
    """One method: its name in the database, its version, its parameters and the function that judges.

    The version changes whenever the same panel and parameters would give another verdict or another figure.
    `label` is plain English for people; the layer above marks it for translation.
    """

    name: str
    version: str
    label: str
    params: type[Any]
    function: Callable[..., Verdicts]
    makes_p_values: bool

    def detect(self, panel: Panel, params: Any = None, *, months: slice | None = None) -> Verdicts:
        """Judge `months` of the panel (all by default) with `params` (the defaults when None)."""
        return self.function(panel, self.params() if params is None else params, months)

    def parse(self, values: Mapping[str, Any]) -> Any:
        """The parameters dataclass from plain values, as they come from a form or JSON.

        Raises ParameterError naming the parameter that is unknown, of the wrong type or out of range.
        """
        known = {field.name: field.default for field in fields(self.params)}
        unknown = sorted(set(values) - set(known))
        if unknown:
            raise ParameterError(f"{self.name} has no parameter {unknown[0]!r}; it knows {', '.join(known)}")
        return self.params(**{name: _like(name, value, known[name]) for name, value in values.items()})

    def defaults(self) -> dict[str, Any]:
        """Every parameter and its default value, JSON-safe."""
        return asdict(self.params())


def _like(name: str, value: Any, default: Any) -> Any:
    """`value` as the type of `default` when nothing is lost by it; ParameterError otherwise."""
    if isinstance(default, bool) or isinstance(value, bool):
        if isinstance(default, bool) and isinstance(value, bool):
            return value
        raise ParameterError(f"{name} must be {'true or false' if isinstance(default, bool) else 'a number'}, not {value!r}")
    if isinstance(default, str):
        return str(value)
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise ParameterError(f"{name} must be a number, not {value!r}") from None
    if not math.isfinite(number):
        raise ParameterError(f"{name} must be a finite number, not {value!r}")
    if isinstance(default, int):
        if number != int(number):
            raise ParameterError(f"{name} must be a whole number, not {value!r}")
        return int(number)
    return number


def _detector(module: Any, label: str, params: type[Any], makes_p_values: bool = True) -> Detector:
    return Detector(module.NAME, module.VERSION, label, params, module.detect, makes_p_values)


DETECTORS: Mapping[str, Detector] = MappingProxyType(
    {
        detector.name: detector
        for detector in (
            _detector(expected_band, "Expected band", expected_band.ExpectedBandParams),
            _detector(farrington_flexible, "Farrington flexible", farrington_flexible.FarringtonFlexibleParams),
            _detector(ears_c2, "EARS C2", ears_c2.EarsC2Params),
            _detector(rolling_mean, "Rolling mean (the classic rule)", rolling_mean.RollingMeanParams, makes_p_values=False),
        )
    }
)
DEFAULT_DETECTOR = "expected_band"


def get(name: str) -> Detector:
    """The detector called `name`; ParameterError that lists the known names otherwise."""
    try:
        return DETECTORS[name]
    except KeyError:
        raise ParameterError(f"there is no detector {name!r}; known: {', '.join(DETECTORS)}") from None
