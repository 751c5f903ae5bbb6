"""Prints what the front page of the site shows, from the API alone: what was unusual in a month, worst first.

    python overview.py https://alerts.example.org [--month 2026-03] [--metric edits] [--family wikipedia]

Needs Python 3.9 and nothing else.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

USER_AGENT = "overview-example/1.0 (put your address here)"
FIELDS = "project,month,figures_month,direction,severity,status,count,expected,percentage_difference,note,label,url"


def ask(url: str) -> Any:
    """The answer of the API at `url`."""
    request = Request(url, headers={"User-Agent": USER_AGENT, "Accept": "application/json"})  # noqa: S310 - the site that was named
    try:
        with urlopen(request, timeout=60) as answer:  # noqa: S310
            return json.load(answer)
    except HTTPError as error:  # a problem document says what was wrong
        raise SystemExit(f"{url}: {error.code}: {error.read().decode(errors='replace')[:500]}") from None
    except (URLError, ValueError) as error:
        raise SystemExit(f"{url} does not answer as the API does: {error}") from None


def every(url: str) -> Iterator[dict[str, Any]]:
    """The items of all pages of the list at `url`."""
    following: str | None = url
    while following:
        page = ask(following)
        yield from page["items"]
        following = page["next"]


def overview(site: str, month: str, metric: str, family: str) -> dict[str, Any]:
    """The month (the newest that most wikis reported, where none is named), how complete it is, and its alerts."""
    api = f"{site.rstrip('/')}/api/v1"
    month = month or next(each["newest"] for each in ask(f"{api}/status") if each["metric"] == metric)
    months = {each["month"]: each for each in ask(f"{api}/months?{urlencode({'metric': metric})}")}
    chosen = {"metric": metric, "sort": "worst", "limit": 1000, "fields": FIELDS, **({"family": family} if family else {})}
    alerts = list(every(f"{api}/alerts?{urlencode({'month': month, **chosen})}"))
    return {
        "month": month,
        "reported": months[month]["reported"],
        "expected": months[month]["expected"],
        "peaks": sum(alert["direction"] == "peak" for alert in alerts),
        "drops": sum(alert["direction"] == "drop" for alert in alerts),
        "explained": sum(alert["status"] == "explained" for alert in alerts),
        "open": sum(alert["status"] in {"new", "acknowledged"} for alert in alerts),
        "began": [alert for alert in alerts if alert["month"] == month],
        "going_on": [alert for alert in alerts if alert["month"] < month],
    }


def lines(found: dict[str, Any]) -> Iterator[str]:
    """The overview as text."""
    yield f"{found['month']}: {found['reported']} of {found['expected']} wikis reported"
    yield f"{found['peaks']} peaks, {found['drops']} drops; {found['explained']} explained, {found['open']} open"
    for title, alerts in (("Worst first", found["began"]), ("Still going on", found["going_on"])):
        if alerts:
            yield f"\n{title}"
        for alert in alerts:
            change = alert["percentage_difference"]
            figures = f"{alert['count']:>12,}  {'' if change is None else f'{change:+,.0f} %':>10}"
            words = alert["label"] or alert["note"] or ""
            yield f"{alert['project']:32} {alert['severity']:8} {figures}  {alert['status']:12} {words}".rstrip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("site", help="such as https://alerts.example.org")
    parser.add_argument("--month", default="", help="YYYY-MM; the newest complete one by default")
    parser.add_argument("--metric", default="edits")
    parser.add_argument("--family", default="")
    given = parser.parse_args()
    print("\n".join(lines(overview(given.site, given.month, given.metric, given.family))))


if __name__ == "__main__":
    main()
