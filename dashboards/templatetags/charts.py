"""Where a page takes the chart in, and the scripts it needs.

django-plotly-dash names its scripts by addresses that answer with a redirect each, and loads plotly only when all others have
run. Here the page names the files themselves, by their hashed names where there are such: fewer round trips, all at once, and
browsers keep them for good. Scripts of components that no chart of ours uses are left out.
"""

from __future__ import annotations

import json
import re

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django_plotly_dash.templatetags.plotly_dash import plotly_direct

from alerts.models import Direction
from dashboards.charts.app import NAME
from dashboards.charts.marks import CARRIED_SIZE, size_of, triangle

register = template.Library()

COMPONENT = re.compile(r"/dash/app/[\w-]+/_dash-component-suites/(?P<path>[^\"'?]+)(?:\?[^\"']*)?")
FINGERPRINT = re.compile(r"\.v\w+m\d+(?=\.)")
UNUSED = re.compile(r"<script src=\"[^\"]*/(?:dash_table/|html/)[^\"]*\"></script>\s*")
CONFIGURATION = re.compile(r"(?P<start><script id=\"_dash-config\"[^>]*>)(?P<told>.*?)</script>", re.DOTALL)
PLOTLY = "dash/component/plotly/package_data/plotly.min.js"
GRAPH = "dash/component/dash/dcc/async-graph.js"


@register.simple_tag
def mark(direction: str, severity: str, *, hollow: bool = False, carried: bool = False) -> SafeString:
    """The triangle that an alert has on charts: of a later month of it when `carried`, of a settled one when `hollow`."""
    size = CARRIED_SIZE if carried else size_of(severity)
    return format_html(
        '<svg class="mark mark-{} sev-{}{}" width="{}" height="{}" viewBox="{}" aria-hidden="true"><path d="{}"/></svg>',
        direction,
        severity,
        " hollow" if hollow else "",
        size,
        size,
        f"{-size / 2:g} {-size / 2:g} {size} {size}",
        triangle(size - 2, down=direction == Direction.DROP),
    )


@register.simple_tag
def chart_head() -> SafeString:
    """Fetch the heavy scripts from the first moment on, while the page is read."""
    preload = '<link rel="preload" as="script" href="{}">'
    return format_html(preload * 2, static(PLOTLY), static(GRAPH).rsplit("/", 1)[0] + "/async-graph.js")


@register.inclusion_tag("django_plotly_dash/plotly_direct.html", takes_context=True)
def chart_here(context: template.Context) -> dict[str, object]:
    """The place of the chart in the page."""
    found: dict[str, object] = plotly_direct(context, name=NAME)
    return {"resp": str(found["resp"]).replace("Loading...", "")}  # the page has a word of its own for that


@register.simple_tag(takes_context=True)
def chart_scripts(context: template.Context) -> SafeString:
    """The chart's configuration and scripts; stands after `chart_here`."""
    holder = context["request"].dpd_content_handler.embedded_holder
    plotly = format_html('<script src="{}"></script>', static(PLOTLY))
    return mark_safe(f"{plotly}\n{direct(without_make(f'{holder.config}{holder.scripts}'))}")  # noqa: S308 - made by the chart package


def direct(markup: str) -> str:
    """`markup` with the addresses of scripts replaced by those of the static files, unused ones left out."""
    named = COMPONENT.sub(lambda found: static(f"dash/component/{FINGERPRINT.sub('', found['path'])}"), markup)
    return UNUSED.sub("", named)


def without_make(markup: str) -> str:
    """`markup` without what the chart package tells about the server in its configuration: versions, and an address of its
    maker."""

    def needed(found: re.Match[str]) -> str:
        told = json.loads(found["told"])
        return f"{found['start']}{json.dumps({key: value for key, value in told.items() if 'version' not in key})}</script>"

    return CONFIGURATION.sub(needed, markup)
