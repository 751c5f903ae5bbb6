"""First paint, chart and weight of each page on a slow line: 1.6 Mbit/s and 150 ms, in Chromium, with an empty cache.

    python -m tests.benchmarks.browser http://127.0.0.1:8000 [/projects/is.wikipedia.org/ ...]

Point it at a site that serves as in production (collected static files, gunicorn): the weight is that of its compression.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import time

from playwright.sync_api import Browser, sync_playwright

ADDRESSES = (
    "/",
    "/alerts/",
    "/alerts/<newest>/",
    "/projects/",
    "/months/2010-11/",
    "/languages/is/",
    "/methodology/",
    "/status/",
    "/projects/is.wikipedia.org/",
    "/compare/?p=is.wikipedia.org&p=fo.wikipedia.org",
    "/embed/projects/is.wikipedia.org/",
)
NEWEST = re.compile(r'href="/alerts/(\d+)/"')
BYTES_A_SECOND = 1_600_000 / 8
LATENCY_MS = 150
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
CHART = ".js-plotly-plot .scatterlayer .trace"


def visit(browser: Browser, address: str) -> tuple[float, float | None, int]:
    """(first contentful paint in ms, chart in ms, bytes on the wire) of a first visit."""
    context = browser.new_context()
    page = context.new_page()
    network = context.new_cdp_session(page)
    received: list[int] = []
    network.on("Network.loadingFinished", lambda event: received.append(int(event["encodedDataLength"])))
    network.send("Network.enable")
    network.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": LATENCY_MS, "downloadThroughput": BYTES_A_SECOND, "uploadThroughput": BYTES_A_SECOND},
    )
    start = time.perf_counter()
    page.goto(address, wait_until="commit")
    chart = None
    page.wait_for_load_state("domcontentloaded", timeout=60_000)
    if page.locator(".chart").count():
        page.wait_for_selector(CHART, state="attached", timeout=60_000)
        chart = 1000 * (time.perf_counter() - start)
    page.wait_for_load_state("networkidle", timeout=60_000)
    paint = float(page.evaluate(PAINT))
    context.close()
    return paint, chart, sum(received)


def newest_alert(browser: Browser, site: str) -> str:
    """The number of the alert that the list has first."""
    found = NEWEST.search(browser.new_context().request.get(f"{site}/alerts/").text())
    if found is None:
        raise SystemExit("This site has no alert to measure the page of.")
    return found[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("site")
    parser.add_argument("addresses", nargs="*", default=ADDRESSES)
    given = parser.parse_args()
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        print(f"{'':52}{'paint ms':>10}{'chart ms':>10}{'bytes':>10}")
        for address in given.addresses:
            if "<newest>" in address:
                address = address.replace("<newest>", newest_alert(browser, given.site))
            paint, chart, size = visit(browser, given.site + address)
            print(f"{address:52}{paint:10.0f}{'–' if chart is None else f'{chart:.0f}':>10}{size:10,}")
        browser.close()


if __name__ == "__main__":
    main()
