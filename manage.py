#!/usr/bin/env python
"""Django's command line."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alerts_site.settings")
    if not os.environ.get("DATABASE_TIMEOUT_SECONDS"):
        os.environ["DATABASE_TIMEOUT_SECONDS"] = "3600"  # adding an index to a table of millions takes more than a page may
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:  # an operator's mistake, not one of the code: a sentence says what to do
        sys.exit(str(error))
    except OperationalError as error:  # a database that is away, or a disk without room: no fault of the code either
        if "--traceback" in sys.argv:
            raise
        sys.exit(f"The database gave up: {error}. What it had not confirmed is not stored; run the command again afterwards.")


if __name__ == "__main__":
    main()
