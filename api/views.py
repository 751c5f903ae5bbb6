"""The page about the API, for people."""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format

from alerts.models import Alert
from api.dump.serving import newest_dump
from api.examples import EXAMPLES, ROOT, answered, items_of
from api.v1 import api
from dashboards.views.pages import page
from edits.months import add_months

PRINTED_MONTHS = 3
SOME_WIKI, SOME_MONTH = ("uz.wikipedia.org", "uzwiki"), dt.date(2010, 12, 1)


@dataclass(frozen=True, slots=True)
class Operation:
    """One line of what there is. `about`: the first sentence that the schema has on it, in English like the schema."""

    method: str
    path: str
    about: str


@functools.cache
def operations() -> list[Operation]:
    """All that the schema describes, reading before writing."""
    found = [
        Operation(method.upper(), path, about.get("description", about["summary"]).strip().split("\n")[0])
        for path, methods in api.get_openapi_schema(path_prefix=ROOT)["paths"].items()
        for method, about in methods.items()
    ]
    return sorted(found, key=lambda each: each.method)


@page
def about(request: HttpRequest) -> HttpResponse:
    """What there is, how to ask for it, and what is asked of those who do."""
    alert = Alert.objects.shown().select_related("project").defer("evidence").order_by("-rarity").first()
    domain, dbname = (alert.project.domain, alert.project.dbname) if alert else SOME_WIKI
    month = alert.figures_month if alert else SOME_MONTH
    language = alert.project.language_code if alert else ""
    values = {"project": domain, "month": f"{month:%Y-%m}", "language": language or "en"}
    since, dump = add_months(month, 1 - PRINTED_MONTHS), newest_dump(request)
    context = {
        "root": request.build_absolute_uri(ROOT),
        "schema": request.build_absolute_uri(reverse("api-v1:openapi-json")),
        "version": settings.VERSION,
        "rate": settings.API_RATE.removesuffix("/m"),
        "examples": [answered(request, each, values) for each in EXAMPLES] if alert else [],
        "counts_url": request.build_absolute_uri(f"{ROOT}projects/{domain}/counts"),
        "since": f"{since:%Y-%m}",
        "until": f"{month:%Y-%m}",
        "printed": _printed(request, domain, since, month) if alert else "",
        "dbname": dbname,
        "stamp": f"{month:%Y%m}",
        "operations": operations(),
        "dump": dump and {**dump, "day": date_format(dt.datetime.fromisoformat(dump["made_at"]))},
        "dump_url": request.build_absolute_uri(reverse("dump-json")),
        "embeds": [request.build_absolute_uri(path) for path in _embeds(domain, alert)],
        "badge": reverse("embed-wiki-badge", args=[domain]) if alert else "",
        "alert_id": alert.pk if alert else 1,
        "alert_version": alert.version if alert else 1,
    }
    return render(request, "api/about.html", context)


def _printed(request: HttpRequest, domain: str, first: dt.date, last: dt.date) -> str:
    """What the programs on the page print of some months."""
    items: list[dict[str, Any]] = items_of(request, f"projects/{domain}/counts?from={first:%Y-%m}&to={last:%Y-%m}")
    return "\n".join(f"{item['month']} {item['count']} {item['expected']}" for item in items)


def _embeds(domain: str, alert: Alert | None) -> list[str]:
    names = ("embed-wiki", "embed-wiki-svg", "embed-wiki-png", "embed-wiki-badge")
    of_alert = [reverse(name, args=[alert.pk]) for name in ("embed-alert-svg", "embed-alert-png")] if alert else []
    return [*(reverse(name, args=[domain]) for name in names), *of_alert]
