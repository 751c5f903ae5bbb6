"""`python -m alerts_site.start`: whether web processes may start, said once and in a sentence, before any of them is made."""

from __future__ import annotations

import sys

from django.core.exceptions import ImproperlyConfigured


def main() -> None:
    try:
        import alerts_site.wsgi  # noqa: F401 - what a web process does first
    except ImproperlyConfigured as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
