"""An SVG document as PNG. resvg draws it: no browser, and no library of the system but its fonts."""

from __future__ import annotations

import resvg_py

from api.embeds.picture import WIDTH

# Widths in pixels; large is what sites ask of a picture that goes with a link.
SIZES = {"small": 480, "medium": WIDTH, "large": 1200}


def png(svg: str, size: str) -> bytes:
    """`svg` drawn with the fonts of this machine, `size` wide."""
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=SIZES[size] / WIDTH))
