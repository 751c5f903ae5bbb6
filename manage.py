#!/usr/bin/env python
"""Django's command line."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alerts_site.settings")
    if not os.environ.get("DATABASE_TIMEOUT_SECONDS"):
        os.environ["DATABASE_TIMEOUT_SECONDS"] = "3600"  # adding an index to a table of millions takes more than a page may
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
