"""What pages cost in other languages than English: their medians beside the English ones, measured in turns in one run.

    python -m tests.benchmarks.languages [--projects 200] [--months 120] [--alerts 5000] [--rounds 30]

Fills a test database of its own, as tests.benchmarks.pages does, asks for each page in turn in each language, and prints the
medians and their ratios to English: what translation, other numbers and other directions cost. Wanted: less than 10 % more.
"""

from __future__ import annotations

import argparse
import statistics

from django.db import connection
from django.test import Client

from tests.benchmarks.pages import ask, database, fill, requests

LANGUAGES = ("en", "de", "ar")
WITHOUT_WORDS = ("CSV", "JSON", "API", "sitemap", "PNG", "badge", "search")
WANTED = 1.10


def medians(clients: dict[str, Client], wanted: str, rounds: int) -> dict[str, float]:
    """Milliseconds by language. The languages take turns, so that a slow moment of the machine is one of all."""
    taken: dict[str, list[float]] = {language: [] for language in clients}
    for turn in range(rounds + 1):
        for language, client in clients.items():
            seconds = ask(client, wanted)[1]
            if turn:  # the first one fills caches
                taken[language].append(1000 * seconds)
    return {language: statistics.median(each) for language, each in taken.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--projects", type=int, default=200)
    parser.add_argument("--months", type=int, default=120)
    parser.add_argument("--alerts", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=30)
    given = parser.parse_args()
    with database():
        fill(given.projects, given.months, given.alerts)
        print(
            f"{connection.vendor}: {given.projects:,} projects x {given.months} months, {given.alerts:,} alerts; ms, medians"
        )
        heads = [f"{language:>8}" for language in LANGUAGES] + [f"{f'{other}/en':>9}" for other in LANGUAGES[1:]]
        print(f"{'':24}{''.join(heads)}")
        clients = {language: Client(headers={"accept-language": language}) for language in LANGUAGES}
        ratios: dict[str, list[float]] = {other: [] for other in LANGUAGES[1:]}
        for name, wanted in requests().items():
            if any(word in name for word in WITHOUT_WORDS):
                continue
            found = medians(clients, wanted, given.rounds)
            for other, collected in ratios.items():
                collected.append(found[other] / found["en"])
            cells = [f"{found[each]:8.1f}" for each in LANGUAGES] + [f"{each[-1]:9.2f}" for each in ratios.values()]
            print(f"{name:24}{''.join(cells)}")
        for other, collected in ratios.items():
            over = sum(ratio > WANTED for ratio in collected)
            median, largest = statistics.median(collected), max(collected)
            print(f"{other}: median ratio {median:.2f}, largest {largest:.2f}, {over} of {len(collected)} above {WANTED}")


if __name__ == "__main__":
    main()
