"""Templates are laid out so that a difference between two versions can be read."""

from __future__ import annotations

from django.conf import settings

MAX_LINE = 140


def test_no_line_of_a_template_is_too_long_to_read_in_a_diff() -> None:
    templates = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
    assert templates
    long = {
        f"{path.relative_to(settings.BASE_DIR)}:{number}"
        for path in templates
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > MAX_LINE
    }
    assert long == set()
