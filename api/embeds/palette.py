"""The colours of the stylesheet, by theme: pictures have those of the pages."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

from django.conf import settings
from django.utils.translation import gettext_lazy as _

LIGHT, DARK, AUTO = "light", "dark", "auto"
THEMES = {LIGHT: _("light"), DARK: _("dark"), AUTO: _("as the reader's browser is set")}
STYLESHEET = settings.BASE_DIR / "static" / "site" / "site.css"
ROOT = re.compile(r":root\s*\{([^}]*)\}")
COLOUR = re.compile(r"(--[\w-]+):\s*(#[0-9a-f]{3,6})\b")
USE = re.compile(r"var\((--[\w-]+)\)")


@functools.cache
def palette(theme: str) -> Mapping[str, str]:
    """The custom properties of the stylesheet that are colours: its first `:root` is light, its second dark."""
    light, dark = (dict(COLOUR.findall(block)) for block in ROOT.findall(STYLESHEET.read_text(encoding="utf-8"))[:2])
    return light if theme == LIGHT else {**light, **dark}


def painted(svg: str, theme: str) -> str:
    """`svg` with colours in the place of custom properties: not every program that shows pictures knows these."""
    colours = palette(theme)
    return USE.sub(lambda found: colours[found[1]], svg)


def declarations(svg: str) -> str:
    """The custom properties that `svg` uses, as a stylesheet that follows the reader's browser."""
    used = sorted(set(USE.findall(svg)))
    light, dark = (";".join(f"{name}:{palette(theme)[name]}" for name in used) for theme in (LIGHT, DARK))
    return f":root{{{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}"
