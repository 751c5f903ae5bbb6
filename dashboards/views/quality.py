"""How often alerts were right, and how soon somebody explained them: what moderators decided, in public."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from alerts.learning.precision import MIN_DECISIONS, days_to_explanation, precision_tables
from causes.quality import quality as quality_of_causes
from dashboards import parameters
from dashboards.views.pages import page


@page
def quality(request: HttpRequest) -> HttpResponse:
    """Shares with their intervals, by detector, severity, size and direction."""
    parameters.only(request.GET, ())
    every, tables = precision_tables()
    days, explained = days_to_explanation()
    context = {
        "every": every,
        "tables": [table for table in tables if table.rows],
        "days": days,
        "explained": explained,
        "least": MIN_DECISIONS,
        "quality": quality_of_causes(),
    }
    return render(request, "dashboards/quality.html", context)
