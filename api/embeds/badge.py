"""The newest month in one line: `Edits | +37% in March 2026`."""

from __future__ import annotations

from html import escape

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from api.embeds.palette import LIGHT, painted
from api.embeds.picture import width_of
from dashboards.charts.series import JudgedSeries
from dashboards.charts.words import newest, newest_words
from edits.figures import change, counted, short_month
from edits.metrics import METRICS

HEIGHT, SIZE, PAD = 20, 11, 8


def value_of(series: JudgedSeries) -> tuple[str, str]:
    """What the badge says, and its colour: red outside the usual range, else blue; grey where nothing is known."""
    at = newest(series)
    if at is None:
        return _("no counts yet"), "--edge"
    when, count, expected = short_month(series.months[at]), float(series.counts[at]), float(series.expected[at])
    if not expected > 0:  # nor where it is not known
        return _("%(count)s in %(month)s") % {"count": counted(round(count), series.metric), "month": when}, "--edge"
    usual = float(series.lower[at]) <= count <= float(series.upper[at])
    words = {"change": change(100 * (count / expected - 1)), "month": when}
    return _("%(change)s in %(month)s") % words, "--blue-fill" if usual else "--red"


def badge(series: JudgedSeries, name: str) -> str:
    """The SVG document. Its text is fitted to its place, whatever fonts the reader has."""
    label, (value, colour) = str(METRICS[series.metric].label), value_of(series)
    places, start = [], 0.0
    for text, fill in ((label, "--sub"), (value, colour)):
        room = width_of(text, SIZE)
        place = (
            f'<rect x="{start:.0f}" width="{room + 2 * PAD:.0f}" height="{HEIGHT}" style="fill:var({fill})"/>'
            f'<text x="{start + PAD:.0f}" y="14" textLength="{room:.0f}" lengthAdjust="spacingAndGlyphs">{escape(text)}</text>'
        )
        places.append(place)
        start += round(room + 2 * PAD)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{start:.0f}" height="{HEIGHT}" role="img" aria-labelledby="t d" '
        f'lang="{get_language()}"><title id="t">{escape(name)}: {escape(value)}</title>'
        f'<desc id="d">{escape(newest_words(series))}</desc>'
        f"<style>text{{fill:#fff;font:{SIZE}px 'Noto Sans','DejaVu Sans',system-ui,sans-serif}}</style>{''.join(places)}</svg>"
    )
    return painted(svg, LIGHT)
