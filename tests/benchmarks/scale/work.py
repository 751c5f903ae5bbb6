"""One measurement in a process of its own, since the settings name one database: `python -m tests.benchmarks.scale.work`."""

from __future__ import annotations

import json
import sys

import django

django.setup()

from tests.benchmarks.scale import explain, fill, measure  # noqa: E402 - models need the settings


def main(what: str, times: int) -> None:
    """Each line of the output is one result as JSON."""
    if what == "fill":
        fill.fill(times)
    elif what == "alerts":
        fill.fill_alerts(times)
    elif what == "rows":
        print(json.dumps(fill.describe()))  # noqa: T201
    elif what == "addresses":
        print(json.dumps(list(measure.public_pages().values())))  # noqa: T201
    elif what == "explain":
        for line in explain.plans():
            print(json.dumps(line))  # noqa: T201
    else:
        for timing in {"jobs": measure.jobs, "pages": measure.pages}[what]():
            print(json.dumps(timing), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
