"""What is counted, how it is judged, and what it cannot tell."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from alerts.detection.registry import DETECTORS
from alerts.detector_words import detector_label, words_of
from alerts.explain import explain
from alerts.models import DetectionPolicy
from causes.quality import quality
from dashboards.views.pages import page
from dashboards.worked_example import example_alert, opinions
from edits.metrics import METRICS
from events import selectors


@page
def methodology(request: HttpRequest) -> HttpResponse:
    """The one page that explains the others."""
    example = example_alert()
    policy = DetectionPolicy.objects.filter(scope="site").first()
    context = {
        "metrics": METRICS.values(),
        "quality": quality(),
        "detectors": [words_of(detector) for detector in DETECTORS.values()],
        "policy": policy,
        "policy_detector": detector_label(policy.detector) if policy else "",
        "example": example,
        "standing": selectors.standing(),
        "opinions": opinions(example) if example else [],
        "explanation": explain(example) if example else None,
    }
    return render(request, "dashboards/methodology.html", context)
