"""What can be set about a detector: each parameter says its own label, unit, range and help, for forms, pages and checks."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, cast

from alerts.detection.types import ParameterError, gettext_noop, require

NO_CHOICES: Mapping[str, str] = MappingProxyType({})
DECLARATION = "declaration"  # the key under which a field's metadata holds it


@dataclass(frozen=True, slots=True)
class Declaration:
    """One parameter in words and bounds; `name` and `default` are those of the field that it belongs to.

    label, help, unit and the labels of choices: plain English, translated by the layer above. unit: "" for a pure number.
    minimum, maximum: allowed themselves. above, below: not allowed themselves. choices: value -> label, of a text.
    stricter: values to propose where moderators dismiss too many alerts, from mild to strict; each raises fewer.
    """

    label: str
    help: str
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    below: float | None = None
    choices: Mapping[str, str] = field(default_factory=lambda: NO_CHOICES)
    stricter: tuple[float, ...] = ()

    @property
    def allowed(self) -> str:
        """The range in words, such as "above 0 and at most 0.05"; empty when anything finite goes."""
        if self.choices:
            return " or ".join(self.choices)
        if self.minimum is not None and self.maximum is not None:
            return f"within {self.minimum:g}..{self.maximum:g}"
        bounds = (("above", self.above), ("at least", self.minimum), ("below", self.below), ("at most", self.maximum))
        return " and ".join(f"{words} {bound:g}" for words, bound in bounds if bound is not None)

    def stricter_than(self, value: Any) -> tuple[float, ...]:
        """Of the stricter values, those that are stricter than `value`."""
        falling = len(self.stricter) > 1 and self.stricter[0] > self.stricter[-1]
        return tuple(each for each in self.stricter if (each < value if falling else each > value))

    def admits(self, value: Any) -> bool:
        """Whether `value`, which has the right type, is in the range."""
        if self.choices:
            return value in self.choices
        return (
            math.isfinite(value)
            and (self.minimum is None or value >= self.minimum)
            and (self.maximum is None or value <= self.maximum)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
        )


@dataclass(frozen=True, slots=True)
class Parameter:
    """A declared parameter of one detector: what a form field is made from."""

    name: str
    default: bool | int | float | str
    declaration: Declaration

    def parse(self, value: Any) -> Any:
        """`value` as the type of the default when nothing is lost by it; ParameterError that names the parameter otherwise."""
        if isinstance(self.default, bool) or isinstance(value, bool):
            if isinstance(self.default, bool) and isinstance(value, bool):
                return value
            kind = "true or false" if isinstance(self.default, bool) else "a number"
            raise ParameterError(f"{self.name} must be {kind}, not {value!r}", self.name)
        if isinstance(self.default, str):
            return str(value)
        return self._number(value)

    def _number(self, value: Any) -> int | float:
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            raise ParameterError(f"{self.name} must be a number, not {value!r}", self.name) from None
        if not math.isfinite(number):
            raise ParameterError(f"{self.name} must be a finite number, not {value!r}", self.name)
        if not isinstance(self.default, int):
            return number
        if number != int(number):
            raise ParameterError(f"{self.name} must be a whole number, not {value!r}", self.name)
        return int(number)


def declare(default: Any, label: str, help: str, **bounds: Any) -> Any:  # noqa: A002 - the word that forms use
    """A field of a parameters dataclass, with its declaration (see `Declaration` for `bounds`)."""
    return field(default=default, metadata={DECLARATION: Declaration(label, help, **bounds)})


def parameters_of(kind: type[Any]) -> tuple[Parameter, ...]:
    """The parameters that a dataclass declares, in its order. Raises TypeError for a field that is not declared."""
    missing = [each.name for each in fields(kind) if DECLARATION not in each.metadata]
    if missing:
        raise TypeError(f"{kind.__name__}: declare {', '.join(missing)} with a default, a label and a help text")
    return tuple(
        Parameter(each.name, cast("bool | int | float | str", each.default), each.metadata[DECLARATION])
        for each in fields(kind)
    )


def check_ranges(params: Any) -> None:
    """Raise ParameterError for the first parameter that is outside its declared range; for `__post_init__`."""
    for parameter in parameters_of(type(params)):
        value = getattr(params, parameter.name)
        require(parameter.declaration.admits(value), parameter.name, value, parameter.declaration.allowed)


def minimum_volume() -> Any:
    """The parameter that all detectors share."""
    return declare(
        0.0,
        gettext_noop("Smallest count"),
        gettext_noop("A peak needs at least this count, a drop at least this expectation."),
        unit=gettext_noop("a month"),
        minimum=0.0,
    )


def p_value(default: float, maximum: float | None = None) -> Any:
    """The chance at which a month is an alarm, for detectors that make a claim about chance."""
    return declare(
        default,
        gettext_noop("Chance of a false alarm"),
        gettext_noop(
            "A month is an alarm when chance alone makes one so far out this rarely: 0.01 is once in a hundred months."
        ),
        above=0.0,
        stricter=(0.005, 0.002, 0.001, 0.0003, 0.0001),
        **({"below": 0.5} if maximum is None else {"maximum": maximum}),
    )
