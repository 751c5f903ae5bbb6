"""What a detector says of itself, in the reader's language. Every surface that shows detectors reads it here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from alerts.detection.detector import Detector
from alerts.detection.parameters import Declaration, Parameter
from alerts.detection.registry import DETECTORS
from edits.figures import number


@dataclass(frozen=True, slots=True)
class ParameterWords:
    """One parameter as people read it. `range` is a sentence, empty when anything goes."""

    name: str
    label: str
    help: str
    default: str
    range: str


@dataclass(frozen=True, slots=True)
class DetectorWords:
    """One detector as people read it."""

    name: str
    version: str
    label: str
    description: str
    source: str
    parameters: tuple[ParameterWords, ...]


def detector_label(name: str) -> str:
    """The detector as people read it; the bare name of one that this version does not know."""
    return _(DETECTORS[name].label) if name in DETECTORS else name


def words_of(detector: Detector) -> DetectorWords:
    """All that is said about `detector`, in the active language."""
    return DetectorWords(
        detector.name,
        detector.version,
        _(detector.label),
        _(detector.description),
        detector.source,
        tuple(parameter_words(parameter) for parameter in detector.parameters),
    )


def parameter_words(parameter: Parameter) -> ParameterWords:
    """All that is said about one parameter, in the active language."""
    declared = parameter.declaration
    return ParameterWords(
        parameter.name, _(declared.label), _(declared.help), _value(parameter.default, declared), range_words(declared)
    )


def choice_words(declared: Declaration) -> list[tuple[str, str]]:
    """(value, label) of each choice of a parameter that is chosen from a list."""
    return [(value, _(label)) for value, label in declared.choices.items()]


def range_words(declared: Declaration) -> str:
    """The allowed range as a sentence, such as “Above 0 and at most 0.05.”"""
    if declared.choices:
        return ""
    bounds = (
        (_("above %(bound)s"), declared.above),
        (_("at least %(bound)s"), declared.minimum),
        (_("below %(bound)s"), declared.below),
        (_("at most %(bound)s"), declared.maximum),
    )
    said = [text % {"bound": _number(bound)} for text, bound in bounds if bound is not None]
    if not said:
        return ""
    text = said[0] if len(said) == 1 else _("%(one)s and %(other)s") % {"one": said[0], "other": said[1]}
    return f"{text[0].upper()}{text[1:]}."


def settings_words(name: str, given: Mapping[str, Any]) -> str:
    """`Rise: 40 %; Window: 24 months`: the parameters that a policy gives, as people read them."""
    if name not in DETECTORS:
        return ", ".join(f"{key} = {value}" for key, value in given.items())
    declared = {parameter.name: parameter.declaration for parameter in DETECTORS[name].parameters}
    return "; ".join(
        f"{_(declared[key].label)}: {_value(value, declared[key])}" for key, value in given.items() if key in declared
    )


def _value(value: bool | int | float | str, declared: Declaration) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str):
        return _(declared.choices[value])
    return f"{_number(value)} {_(declared.unit)}" if declared.unit else _number(value)


def _number(value: float) -> str:
    """A number in the reader's digits with as many decimals as it has."""
    return number(value, max(0, -int(Decimal(f"{value:g}").as_tuple().exponent)))
