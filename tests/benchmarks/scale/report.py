"""The table: what each thing costs at one and at ten times the rows, and the ratio of the two."""

from __future__ import annotations

from typing import Any

from tests.benchmarks.scale.load import LIMIT_MS

KINDS = {"page": "Pages, warm", "admin": "Admin, warm", "file": "Whole files"}


def print_all(results: dict[int, dict[str, Any]]) -> None:
    """Print Markdown. Seconds depend on the machine; ratios within one run much less."""
    sizes = sorted(results)
    _rows(results, sizes)
    if all("jobs" in results[size] for size in sizes):
        _table("Jobs", [_timings(results[size]["jobs"], "seconds") for size in sizes], sizes)
    if all("pages" in results[size] for size in sizes):
        for kind, title in KINDS.items():
            chosen = [[timing for timing in results[size]["pages"] if timing["kind"] == kind] for size in sizes]
            _table(title, [_timings(timings, "seconds") for timings in chosen], sizes)
        chosen = [[timing for timing in results[size]["pages"] if timing["kind"] == "page"] for size in sizes]
        _table("Pages, with empty caches", [_timings(timings, "first") for timings in chosen], sizes)
    for size in sizes:
        _load(size, results[size].get("load", []))
        _plans(size, results[size].get("explain", []))


def _rows(results: dict[int, dict[str, Any]], sizes: list[int]) -> None:
    say("| rows | " + " | ".join(f"{size}x" for size in sizes) + " |\n|---|" + "---|" * len(sizes))
    for table in results[sizes[0]]["rows"]:
        say(f"| {table} | " + " | ".join(f"{results[size]['rows'][table]:,}" for size in sizes) + " |")


def _timings(timings: list[dict[str, Any]], value: str) -> dict[str, float]:
    return {timing["name"]: timing[value] for timing in timings}


def _table(title: str, columns: list[dict[str, float]], sizes: list[int]) -> None:
    ratio = len(sizes) > 1
    say(f"\n| {title} | " + " | ".join(f"{size}x" for size in sizes) + (" | ratio |" if ratio else " |"))
    say("|---|" + "---|" * (len(sizes) + ratio))
    for name in columns[0]:
        if all(name in column for column in columns):
            seconds = [column[name] for column in columns]
            cells = [f"{each * 1000:,.0f} ms" if each < 10 else f"{each:,.1f} s" for each in seconds]
            say(f"| {name} | " + " | ".join(cells) + (f" | {seconds[-1] / seconds[0]:.1f} |" if ratio else " |"))


def _load(size: int, steps: list[dict[str, float]]) -> None:
    if not steps:
        return
    say(f"\n| {size}x: readers at once | requests/s | p95 | failed |\n|---|---|---|---|")
    for step in steps:
        say(f"| {step['readers']} | {step['rate']:.0f} | {step['p95']:.0f} ms | {step['bad']:.0f} |")
    held = [step["rate"] for step in steps if step["p95"] < LIMIT_MS and not step["bad"]]
    say(f"\n{size}x: two web processes hold {max(held, default=0):.0f} requests/s with a p95 below {LIMIT_MS:.0f} ms.")


def _plans(size: int, plans: list[dict[str, Any]]) -> None:
    if not plans:
        return
    say(f"\n| {size}x: query | without | key used | rows looked at | extra | time |\n|---|---|---|---|---|---|")
    for plan in plans:
        say(
            f"| {plan['query']} | {plan['without']} | {plan['key'] or '–'} | {plan['rows']} | {plan['extra']} "
            f"| {plan['seconds'] * 1000:,.1f} ms |"
        )


def say(text: str) -> None:
    print(text)  # noqa: T201 - this is a report for a terminal
