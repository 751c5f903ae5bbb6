"""One object per detector: the function that judges, and all that is said about it anywhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from alerts.detection.parameters import Parameter, parameters_of
from alerts.detection.types import Panel, ParameterError, Verdicts

Evidence = Mapping[str, Any]


class FigureKind(StrEnum):
    """How a figure of a worked example is written."""

    COUNT = "count"
    FACTOR = "factor"  # two decimals
    SHARE = "share"  # as per cent: 0.25 is 25 %
    MONTH = "month"  # "2024-09", written as the calendar month's name


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a worked example, found in the evidence of the judged month; None where it has none."""

    kind: FigureKind
    of: Callable[[Evidence], Any]


@dataclass(frozen=True, slots=True)
class WorkedExample:
    """How the detector judged one real month, in a sentence or two with its figures in the places of `%(name)s`."""

    text: str
    figures: Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class Detector:
    """One method. Every surface (pages, forms, admin, commands) reads it; none knows a detector by name.

    name:    its name in the database. version: changes whenever the same panel and parameters would give another verdict
             or another figure.
    label, description: plain English for people, translated by the layer above; the label as it stands inside a sentence.
    source:  where the method is published; empty for our own.
    params:  a frozen dataclass of declared parameters (see `parameters`). function: panel, params, months -> verdicts.
    example: what the methodology page explains the method with.
    """

    name: str
    version: str
    label: str
    description: str
    params: type[Any]
    function: Callable[..., Verdicts]
    example: WorkedExample
    source: str = ""

    def detect(self, panel: Panel, params: Any = None, *, months: slice | None = None) -> Verdicts:
        """Judge `months` of the panel (all by default) with `params` (the defaults when None)."""
        return self.function(panel, self.params() if params is None else params, months)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What can be set, in the order of the form."""
        return parameters_of(self.params)

    def parse(self, values: Mapping[str, Any]) -> Any:
        """The parameters dataclass from plain values, as they come from a form or JSON.

        Raises ParameterError naming the parameter that is unknown, of the wrong type or out of range.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        unknown = sorted(set(values) - set(known))
        if unknown:
            raise ParameterError(f"{self.name} has no parameter {unknown[0]!r}; it knows {', '.join(known)}")
        return self.params(**{name: known[name].parse(value) for name, value in values.items()})

    def defaults(self) -> dict[str, Any]:
        """Every parameter and its default value, JSON-safe."""
        return asdict(self.params())


def detail(name: str) -> Callable[[Evidence], Any]:
    """The figure that the detector itself put into the evidence under `name`."""
    return lambda evidence: evidence["details"].get(name)


def figure(name: str) -> Callable[[Evidence], Any]:
    """The common figure `name` of the evidence: expected, upper, count ..."""
    return lambda evidence: evidence[name]
