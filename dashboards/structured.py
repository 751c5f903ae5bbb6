"""What search engines read of a page: a wiki's counts as a data set (https://schema.org/Dataset)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from dashboards.charts.series import JudgedSeries
from dashboards.charts.words import name_of
from edits.metrics import METRICS
from edits.models import Project

LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"


def dataset(request: HttpRequest, project: Project, series: JudgedSeries) -> dict[str, Any] | None:
    """The counts of one metric of one wiki; None where nothing is stored."""
    if series.span is None:
        return None
    first, last = series.span
    query = f"?metric={series.metric}&range=all"
    files = {"text/csv": "explorer-csv", "application/json": "explorer-json"}
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": name_of(project, series.metric),
        "description": str(METRICS[series.metric].description),
        "url": request.build_absolute_uri(project.get_absolute_url()),
        "license": LICENCE,
        "isAccessibleForFree": True,
        "creator": {"@type": "Organization", "name": "Wikimedia Foundation", "url": "https://wikimedia.org/"},
        "temporalCoverage": f"{first:%Y-%m}/{last:%Y-%m}",
        "variableMeasured": str(METRICS[series.metric].label),
        "distribution": [
            {
                "@type": "DataDownload",
                "encodingFormat": kind,
                "contentUrl": request.build_absolute_uri(reverse(route, args=[project.domain]) + query),
            }
            for kind, route in files.items()
        ],
    }
