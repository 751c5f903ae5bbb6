"""The chart of an alert with nothing around it, for the moderators' page to take in: the same figure as everybody sees."""

from __future__ import annotations

from csp.constants import SELF
from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.clickjacking import xframe_options_sameorigin

from alerts.models import Alert
from dashboards.views.pages import chart_page
from edits.metrics import METRICS


@xframe_options_sameorigin
@csp_replace({"frame-ancestors": [SELF]})
@chart_page
def alert_chart(request: HttpRequest, pk: int) -> HttpResponse:
    """Only this site may frame it."""
    alert = get_object_or_404(Alert.objects.filter(metric__in=METRICS).select_related("project"), pk=pk)
    return render(request, "dashboards/chart_only.html", {"alert": alert})
