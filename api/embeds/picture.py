"""A chart as one SVG document that stands alone: on a page of a wiki, in a chat, in a slide."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from html import escape
from typing import Any

from django.utils.translation import get_language, get_language_bidi

from api.embeds.palette import AUTO, declarations, painted
from dashboards.charts.still import plot

Figure = dict[str, Any]
WIDTH, HEIGHT = 800, 420
LEFT, TOP, RIGHT, BOTTOM = 70, 84, 24, 66  # around the plane of the lines
FONT = "'Noto Sans','DejaVu Sans',system-ui,sans-serif"
START_OF_RTL, END_OF_RTL = "\N{RIGHT-TO-LEFT ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"


@dataclass(frozen=True, slots=True)
class Words:
    """What stands around the chart: `title` and `line` above it, `source` below; `description` says in words what it shows."""

    title: str
    line: str
    description: str
    source: str


def width_of(text: str, size: float) -> float:
    """About how wide `text` is in pixels: a letter of a wide script takes a whole square, others a little over half."""
    squares = sum(1.0 if unicodedata.east_asian_width(letter) in "WF" else 0.58 for letter in text)
    return squares * size


def shortened(text: str, size: float, room: float) -> str:
    """`text`, cut where it does not fit into `room` pixels."""
    if width_of(text, size) <= room:
        return text
    while text and width_of(text + "…", size) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def document(figure: Figure, words: Words, *, theme: str) -> str:
    """The chart `figure` with `words` around it, in the active language. Time runs from left to right in every script."""
    inside = (WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM)
    if figure["data"]:
        place = f'x="{LEFT}" y="{TOP}" width="{inside[0]}" height="{inside[1]}" overflow="visible"'
        drawn = f"<svg {place}>{plot(figure, inside)}</svg>"
    else:
        said = " ".join(note["text"] for note in figure["layout"].get("annotations", ()))
        drawn = f'<text x="{WIDTH / 2}" y="{HEIGHT / 2}" text-anchor="middle">{said}</text>'
    body = (
        f'<rect width="{WIDTH}" height="{HEIGHT}" style="fill:var(--bg)"/>'
        + _line(words.title, 34, 20, "--ink", weight=600)
        + _line(words.line, 60, 14, "--sub")
        + drawn
        + _line(words.source, HEIGHT - 14, 12, "--sub")
    )
    style = f".grid{{stroke:var(--hair)}}path{{stroke-linejoin:round}}text{{fill:var(--sub);font:12px {FONT}}}"
    if theme == AUTO:
        style = declarations(body + style) + style
    else:
        body, style = painted(body, theme), painted(style, theme)
    direction = "rtl" if get_language_bidi() else "ltr"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-labelledby="t d" lang="{get_language()}">'
        f'<title id="t" direction="{direction}">{escape(words.title)}</title>'
        f'<desc id="d" direction="{direction}">{escape(words.description)}</desc>'
        f"<style>{style}</style>{body}</svg>"
    )


def _line(text: str, y: float, size: float, colour: str, weight: int = 400) -> str:
    """One line of words, at the side where the reader's script begins."""
    said = escape(shortened(text, size, WIDTH - 2 * RIGHT))
    x, anchor = RIGHT, "start"
    if get_language_bidi():
        # Isolates and the far anchor, and not `direction`: programs that draw pictures know the letters, not the property.
        said, x, anchor = f"{START_OF_RTL}{said}{END_OF_RTL}", WIDTH - RIGHT, "end"
    look = f"fill:var({colour});font-size:{size}px;font-weight:{weight}"
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" style="{look}">{said}</text>'
