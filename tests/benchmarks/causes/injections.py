"""Events of a known kind and size, put into ordinary real months, with the evidence that a site would have of them.

Everything around the edits (editors, accounts, new pages, other wikis, revisions) is drawn at random as it is in an ordinary
month, and then moved as the event moves it. So a hypothesis must find its own event amid the noise of all the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from causes.attribution.clusters import chance_of_so_many
from causes.evidence import Account, Change, Elsewhere, Evidence, Revised
from tests.benchmarks.causes.backgrounds import Array, Background

MIN_FACTOR, MAX_FACTOR = 1.3, 10.0
USER, ANONYMOUS, GROUP_BOT, NAME_BOT = range(4)
ORDINARY = "ordinary month"
WIKIS = 300  # that are judged in a month
RATE = 0.02  # of them that stand out in an ordinary one


@dataclass(slots=True)
class Injection:
    """An ordinary month and what surrounds it. `usual`: what is usual of each kind; `extra`: edits that the event adds."""

    rng: np.random.Generator
    values: Array
    usual: Array
    extra: float
    factor: float
    before: dict[str, float]
    non_content: float = 0.0
    facts: dict[str, Any] = field(default_factory=dict)

    def add(self, kind: int, edits: float) -> None:
        self.values[kind] += round(edits)


@dataclass(frozen=True, slots=True)
class Event:
    """A kind of event: the hypothesis that names it, whether a background can have it, and how it changes the month."""

    truth: str
    change: Callable[[Injection], None]
    fits: Callable[[Background, Array], bool] = lambda background, usual: True


def _bot_run(injection: Injection) -> None:
    injection.add(GROUP_BOT, injection.extra)


def _name_bot_run(injection: Injection) -> None:
    injection.add(NAME_BOT, injection.extra)


def _accounts(injection: Injection, number: int, edits: float, new: float = 0.5) -> None:
    """`number` accounts of the month's list do `edits` more together."""
    shares = injection.rng.dirichlet(np.full(number, 2.0))
    old = injection.before["account"]
    added = [Account(f"Account {i}", old * 0.5 + edits * share, old * 0.5, "user", bool(injection.rng.random() < new))
             for i, share in enumerate(shares)]  # fmt: skip
    injection.facts["accounts"] = (*added, *injection.facts["accounts"])


def _one_account(injection: Injection) -> None:
    injection.add(USER, injection.extra)
    _accounts(injection, 1, injection.extra)


def _many_people(injection: Injection) -> None:
    """A campaign: registered people, most of them new to it, at about the usual number of edits each."""
    newcomers = injection.rng.uniform(0.0, 0.15)
    injection.add(USER, injection.extra * (1 - newcomers))
    injection.add(ANONYMOUS, injection.extra * newcomers)
    people = injection.usual[USER] + injection.usual[ANONYMOUS]
    factor = (people + injection.extra) / max(people, 1.0)
    each = injection.rng.uniform(0.7, 1.2)  # edits of each, in relation to the usual
    editors = injection.facts["editors"]
    injection.facts["editors"] = replace(editors, count=round(editors.count * max(1 + (factor - 1) / each, 1.0)))


def _page_creation(injection: Injection) -> None:
    """A list of pages is worked off by thirty people who were there before."""
    injection.add(USER, injection.extra)
    _accounts(injection, 30, injection.extra, new=0.1)
    pages = injection.facts["new_pages"]
    injection.facts["new_pages"] = replace(pages, count=pages.count + round(injection.extra / injection.rng.uniform(1.0, 2.8)))


def _general_rise(injection: Injection) -> None:
    injection.values *= injection.factor
    injection.values[:] = injection.values.round()
    for name in ("editors", "new_pages"):
        known = injection.facts[name]
        injection.facts[name] = replace(known, count=round(known.count * injection.factor))


def _platform_wide(injection: Injection) -> None:
    """All kinds rise, here and on a third to all of the others."""
    _general_rise(injection)
    injection.facts["elsewhere"] = _elsewhere(injection.rng, injection.rng.uniform(0.3, 1.0))


def _artefact(injection: Injection) -> None:
    """A namespace became content: the past has jumped as well, in part only in the month's newest revision."""
    _general_rise(injection)
    factor = injection.factor ** injection.rng.uniform(0.8, 1.1)
    months = int(injection.rng.integers(40, 140))
    injection.facts["revised"] = Revised(int(months * injection.rng.uniform(0.8, 1.0)), months, float(factor), "2022-12-05")


def _non_content_work(injection: Injection) -> None:
    """People sort and discuss: all of it outside content pages, while the count is of all pages."""
    injection.add(USER, injection.extra)
    injection.non_content += round(injection.extra)


def _has_name_bots(background: Background, usual: Array) -> bool:
    return background.has_name_bots


def _both_page_types(background: Background, usual: Array) -> bool:
    return background.non_content is not None


def _no_part_is_nearly_all(background: Background, usual: Array) -> bool:
    """Where people, or bots, make over nine tenths of the edits, their rise and a general one are the same thing."""
    parts = np.array([usual[USER] + usual[ANONYMOUS], usual[GROUP_BOT] + usual[NAME_BOT]])
    return bool(parts.max() <= 0.9 * parts.sum())


EVENTS: dict[str, Event] = {
    "bot run": Event("flagged_bots", _bot_run),
    "bot run by name": Event("name_bots", _name_bot_run, _has_name_bots),
    "one account": Event("few_accounts", _one_account),
    "many people": Event("many_people", _many_people),
    "page creation": Event("page_creation", _page_creation),
    "work outside content": Event("outside_content", _non_content_work, _both_page_types),
    "general rise": Event("general_change", _general_rise, _no_part_is_nearly_all),
    "platform-wide": Event("same_month_elsewhere", _platform_wide),
    "data artefact": Event("revised_past", _artefact),
}


def _elsewhere(rng: np.random.Generator, rate: float) -> tuple[Elsewhere, ...]:
    found = int(rng.binomial(WIKIS, rate))
    return (Elsewhere("all", "", found + 1, WIKIS + 1, chance_of_so_many(found, WIKIS, RATE)),)


def injection_of(rng: np.random.Generator, background: Background, row: int, usual: Array) -> Injection:
    """An ordinary month with ordinary surroundings; about half of the wikis know the accounts of the month."""
    factor = float(np.exp(rng.uniform(np.log(MIN_FACTOR), np.log(MAX_FACTOR))))
    people = usual[USER] + usual[ANONYMOUS]
    editors = max(people / rng.uniform(15, 60), 3.0)
    pages = max(people * rng.uniform(0.01, 0.06), 1.0)
    account = people * rng.uniform(0.02, 0.1)
    facts: dict[str, Any] = {
        "editors": Change(round(editors * np.exp(rng.normal(0, 0.08))), round(editors)),
        "new_pages": Change(round(pages * np.exp(rng.normal(0, 0.25))), round(pages)),
        "accounts": tuple(
            Account(f"Regular {i}", round(account * np.exp(rng.normal(0, 0.4)) / (i + 1)), account / (i + 1), "user")
            for i in range(8)
        ),
        "elsewhere": _elsewhere(rng, RATE),
    }
    values = background.values[row].copy()
    return Injection(rng, values, usual, (factor - 1) * float(usual.sum()), factor, {"account": account}, facts=facts)


def evidence_of(injection: Injection, whole: float, score: float, kinds: Any, pages: Any) -> Evidence:
    """What the site would know. `whole`, `score`: what its detector expected, and how far out the month is."""
    return Evidence(
        month="2022-11",
        metric="edits",
        total=Change(float(injection.values.sum()), whole),
        departure=score,
        kinds=kinds,
        pages=pages,
        **injection.facts,
    )
