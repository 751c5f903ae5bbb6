"""The places that speak of detectors, which tests/test_surfaces.py walks for each; and every detector is whole."""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandParser
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from alerts.admin.policy_form import PolicyForm, field_names
from alerts.detection.detector import Detector
from alerts.detection.registry import DEFAULT_DETECTOR, DETECTORS
from alerts.detection.types import ParameterError
from alerts.detector_words import detector_label
from alerts.explain import explain
from alerts.management.commands.backtest import Command
from alerts.models import DetectionPolicy
from edits.models import Project
from tests.alerts.series import counts
from tests.factories import make_alert, make_edit_counts, make_project


@pytest.fixture
def wiki(db: None) -> Project:
    """A wiki with a peak that the methodology explains the detectors with."""
    project = make_project()
    make_edit_counts(project, counts(*([5000, 5100, 4900] * 24), 20_000))
    make_alert(project, month=max(counts(*[1] * 73)), count=20_000, severity="extreme")
    return project


@pytest.fixture
def methodology(wiki: Project, client: Client) -> str:
    return client.get(reverse("methodology")).content.decode()


def on_methodology(detector: Detector, page: str) -> bool:
    label = detector.label[0].upper() + detector.label[1:]
    words = [label, detector.description, detector.source, detector.version]
    words += [text for each in detector.parameters for text in (each.declaration.label, each.declaration.help, each.name)]
    return all(escape(text) in page for text in words)


def explains_its_month(detector: Detector, page: str) -> bool:
    start = escape(detector.example.text.split("%(")[0])
    return start in page and "%(" not in page


def in_the_policy_form(detector: Detector, page: str) -> bool:
    form = PolicyForm(instance=DetectionPolicy(detector=detector.name))
    offered = dict(form.fields["detector"].choices)  # type: ignore[attr-defined]
    return detector.name in offered and set(field_names(detector)) <= form.fields.keys()


def in_the_explanation(detector: Detector, page: str) -> bool:
    alert = make_alert(make_project("fo.wikipedia.org"), detector=detector.name)
    return detector.label in explain(alert).provenance


def in_the_backtest(detector: Detector, page: str) -> bool:
    parser = CommandParser()
    Command().add_arguments(parser)
    return bool(parser.parse_args(["--detector", detector.name]).detector == detector.name)


SURFACES: tuple[Callable[[Detector, str], bool], ...] = (
    on_methodology,
    explains_its_month,
    in_the_policy_form,
    in_the_explanation,
    in_the_backtest,
)


@pytest.mark.django_db
def test_the_filter_of_the_admins_list_offers_every_detector(root: Any, client_for: Any) -> None:
    make_alert(make_project())
    page = client_for(root).get(reverse("admin:alerts_alert_changelist")).context["cl"]
    (offered,) = [spec.lookup_choices for spec in page.filter_specs if getattr(spec, "parameter_name", "") == "detector"]
    assert [name for name, _ in offered] == list(DETECTORS)


@pytest.mark.parametrize("detector", DETECTORS.values(), ids=DETECTORS)
def test_a_detector_is_whole(detector: Detector) -> None:
    """Its words, the figures of its example, and defaults in their own ranges."""
    assert detector.label == detector_label(detector.name)
    assert detector.description.endswith(".")
    places = {name for _, name, _, _ in string.Formatter().parse(detector.example.text.replace("%(", "{").replace(")s", "}"))}
    assert places - {None} == set(detector.example.figures)
    assert detector.parse(detector.defaults()) == detector.params()
    for parameter in detector.parameters:
        assert parameter.declaration.label
        assert parameter.declaration.help.endswith(".")
        assert parameter.declaration.admits(parameter.default)


@pytest.mark.parametrize(
    ("name", "parameter"),
    [(detector.name, parameter.name) for detector in DETECTORS.values() for parameter in detector.parameters],
)
def test_a_value_outside_the_declared_range_is_refused(name: str, parameter: str) -> None:
    detector = DETECTORS[name]
    declared = next(each.declaration for each in detector.parameters if each.name == parameter)
    outside: list[Any] = [
        bound
        for bound in (
            None if declared.minimum is None else declared.minimum - 1,
            None if declared.maximum is None else declared.maximum + 1,
            declared.above,
            declared.below,
        )
        if bound is not None
    ]
    for value in [*outside, "nothing that is known", float("nan")]:
        with pytest.raises(ParameterError) as refused:
            detector.parse({parameter: value})
        assert refused.value.name == parameter
        assert parameter in str(refused.value)


def test_the_default_is_registered_under_its_own_name() -> None:
    assert DETECTORS[DEFAULT_DETECTOR].name == DEFAULT_DETECTOR
    assert all(name == detector.name for name, detector in DETECTORS.items())
