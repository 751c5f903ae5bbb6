"""The form of a detection policy: a field for each parameter of each detector, made from what the detector declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from alerts.detection.detector import Detector
from alerts.detection.parameters import Parameter
from alerts.detection.registry import DEFAULT_DETECTOR, DETECTORS
from alerts.detection.types import ParameterError
from alerts.detector_words import choice_words, detector_label, parameter_words
from alerts.models import DetectionPolicy, Direction
from edits.finding import UnknownProject, resolve_project
from edits.metrics import metric_choices
from edits.models import Project

NUMBERS: Mapping[type, type[forms.IntegerField]] = {int: forms.IntegerField, float: forms.FloatField}


def field_name(detector: str, parameter: str) -> str:
    """The form field of one parameter of one detector."""
    return f"{detector}-{parameter}"


def field_names(detector: Detector) -> tuple[str, ...]:
    """The form fields of one detector, in its order."""
    return tuple(field_name(detector.name, parameter.name) for parameter in detector.parameters)


def field_of(parameter: Parameter) -> forms.Field:
    """The form field that asks for `parameter`; left empty, it means the default."""
    words, declared = parameter_words(parameter), parameter.declaration
    label = f"{words.label} ({gettext(declared.unit)})" if declared.unit else words.label
    if isinstance(parameter.default, bool):
        return forms.BooleanField(label=label, help_text=words.help, required=False)
    if declared.choices:
        return forms.ChoiceField(label=label, help_text=words.help, choices=choice_words(declared), required=False)
    hint = gettext("Empty: %(default)s.") % {"default": words.default}
    field = NUMBERS[type(parameter.default)](
        label=label, help_text=f"{words.help} {words.range} {hint}", required=False, localize=False
    )
    field.widget.attrs |= {"step": "1" if isinstance(parameter.default, int) else "any"}
    return field


class PolicyForm(forms.ModelForm):
    """The rules: choices where the model holds lists, and the parameters of every detector; those of the chosen one count."""

    detector = forms.ChoiceField(label=_("detector"))
    metrics = forms.MultipleChoiceField(
        label=_("metrics"), choices=metric_choices, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all of them."),
    )  # fmt: skip
    directions = forms.MultipleChoiceField(
        label=_("directions"), choices=Direction.choices, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: peaks and drops."),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("reason"), max_length=400, required=False, help_text=_("Goes to the history: why the rules change.")
    )

    drawn = forms.CharField(
        label=_("wiki to draw in the preview"), max_length=100, required=False,
        help_text=_("Beside the wiki with the most changes and a typical one; not stored."),
    )  # fmt: skip

    class Meta:
        model = DetectionPolicy
        fields = ("project", "family", "detector", "minimum_volume", "metrics", "directions", "reopen_step")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.label = capfirst(str(field.label or ""))
        detector_field: Any = self.fields["detector"]
        detector_field.choices = [(name, detector_label(name)) for name in DETECTORS]
        self.initial.setdefault("detector", DEFAULT_DETECTOR)
        for detector in DETECTORS.values():
            stored = self.instance.parameters if self.instance.detector == detector.name else {}
            for parameter in detector.parameters:
                name = field_name(detector.name, parameter.name)
                self.fields[name] = field_of(parameter)
                self.initial[name] = stored.get(parameter.name, parameter.default)

    def clean_drawn(self) -> Project | None:
        """The wiki by any of its names."""
        name = self.cleaned_data["drawn"]
        try:
            return resolve_project(name) if name else None
        except UnknownProject as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        """Put the chosen detector's parameters together: those that differ from its defaults, each in its range."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        detector = DETECTORS.get(cleaned.get("detector", ""))
        if detector is None:
            return cleaned
        for name in {name for other in DETECTORS.values() if other is not detector for name in field_names(other)}:
            self.errors.pop(name, None)  # typed for a detector that is not chosen
        given = {}
        for parameter in detector.parameters:
            value = cleaned.get(field_name(detector.name, parameter.name))
            if value not in (None, "", parameter.default):
                given[parameter.name] = value
        try:
            params = detector.parse(given)
        except ParameterError as error:
            self._refuse(detector, error)
            return cleaned
        if not self._judges_as_stored(detector, params):
            self.instance.parameters = given
        return cleaned

    def _refuse(self, detector: Detector, error: ParameterError) -> None:
        """Say it at the field that the error names."""
        self.instance.parameters = {}  # what is stored may be another detector's
        self.add_error(field_name(detector.name, error.name) if error.name else None, str(error))

    def _judges_as_stored(self, detector: Detector, params: Any) -> bool:
        """Whether the stored parameters mean the same, so that saving a form as it was makes no new version."""
        if self.initial.get("detector") != detector.name:
            return False
        try:
            return bool(detector.parse(self.instance.parameters) == params)
        except ParameterError:
            return False
