"""`python -m tests.replay`: Wikimedia from recorded data, on http://127.0.0.1:PORT."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import sys
from pathlib import Path
from typing import Any

from tests.replay.data import ReplayData, load_recorded, load_sample, make_synthetic, short_name
from tests.replay.faults import FAULTS
from tests.replay.server import ReplayServer

ROOT = Path(__file__).resolve().parent.parent.parent
RECORDED = Path(os.environ.get("SNAPSHOT_DIR", ROOT.parent / "shared" / "data"))


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.replay",
        description="Answer as the SiteMatrix and the Wikimedia Analytics API would, from recorded data.",
        epilog=f"Faults: {', '.join(FAULTS)}. While it runs: GET /_control shows the requests, POST /_control changes "
        '{"today": "2022-12-10", "latency": 0.2, "faults": [{"kind": "status", "match": "de.wikipedia", "times": 3, '
        '"value": 503}], "revisions": {"uz.wikipedia": {"2020-03": 5267}}}.',
    )
    parser.add_argument("--data", type=Path, default=RECORDED, help="folder of recorded data (default: %(default)s)")
    parser.add_argument("--sample", type=Path, help="a CSV of project,month,edits in place of the folder")
    parser.add_argument("--synthetic", metavar="PROJECTSxMONTHS", help="invented series, such as 1000x72 (benchmarks)")
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--today", type=dt.date.fromisoformat, default=dt.date.today(), help="YYYY-MM-DD")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument(
        "--fault",
        nargs="+",
        action="append",
        default=[],
        metavar="KIND [MATCH [VALUE]]",
        help="such as: status fr.wiki 503; a VALUE is JSON, or else a text",
    )
    parser.add_argument(
        "--revision",
        nargs=3,
        action="append",
        default=[],
        metavar=("PROJECT", "MONTH", "EDITS"),
        help="another count of edits, such as: uz.wikipedia 2020-03 5267",
    )
    return parser.parse_args(arguments)


def load(options: argparse.Namespace) -> ReplayData:
    if options.synthetic:
        projects, months = map(int, options.synthetic.split("x"))
        last = options.today.replace(day=1) - dt.timedelta(days=1)
        return make_synthetic(projects, months, last=f"{last:%Y-%m}")
    if options.sample:
        return load_sample(options.sample)
    if not (options.data / "monthly-edits.csv.gz").exists():
        sys.exit(f"No recorded data in {options.data}: name another folder with --data, or a CSV with --sample.")
    return load_recorded(options.data)


def make_server(options: argparse.Namespace) -> ReplayServer:
    server = ReplayServer(load(options), today=options.today, port=options.port, latency=options.latency)
    for kind, *rest in options.fault:
        match, value = [*rest, *("", "null")[len(rest) :]][:2]
        server.fault(kind, match=match, value=json_or_text(value))
    for project, month, edits in options.revision:
        server.state.control({"revisions": {short_name(project): {month: int(edits)}}})
    return server


def json_or_text(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value


def main(arguments: list[str]) -> None:
    server = make_server(parse_arguments(arguments))
    print(f"{len(server.state.data.series):,} series; newest published month {server.state.newest_month}", flush=True)
    print(
        f"Made up, since nothing is recorded: {', '.join(map('/'.join, server.state.data.synthetic)) or 'nothing'}", flush=True
    )
    print(f"WIKIMEDIA_ANALYTICS_URL={server.analytics_url}", flush=True)
    print(f"WIKIMEDIA_SITEMATRIX_URL={server.sitematrix_url}", flush=True)
    print(f"WIKIMEDIA_WIKI_API_URL={server.wiki_api_url}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
