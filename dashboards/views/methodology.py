"""What is counted, how it is judged, and what it cannot tell."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from alerts.detection.registry import DETECTORS
from alerts.explain import detector_label, explain
from alerts.models import DetectionPolicy
from dashboards.views.pages import page
from dashboards.worked_example import example_alert, opinions


@page
def methodology(request: HttpRequest) -> HttpResponse:
    """The one page that explains the others."""
    example = example_alert()
    policy = DetectionPolicy.objects.filter(scope="site").first()
    context = {
        "detectors": [(detector, detector.defaults()) for detector in DETECTORS.values()],
        "policy": policy,
        "policy_detector": detector_label(policy.detector) if policy else "",
        "example": example,
        "opinions": opinions(example) if example else [],
        "explanation": explain(example) if example else None,
    }
    return render(request, "dashboards/methodology.html", context)
