"""What goes wrong meanwhile, in threads that end when `stopped` is set."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from contextlib import suppress

import MySQLdb

from tests.machines.servers import Server
from tests.machines.site import Site
from tests.machines.wikis import MONTHS, found_wikis
from tests.replay.data import ALL

FAULTS: tuple[tuple[str, object], ...] = (
    ("status", 500),
    ("status", 503),
    ("rate_limited", "2"),
    ("not_found", None),
    ("hang", 1.5),
    ("html", None),
    ("truncated", None),
    ("cut_short", None),
    ("disconnect", None),
    ("duplicate_month", None),
    ("set", {"items.0.results.3.edits": -1}),
)
FAULT_SECONDS, GROWTH_SECONDS, DAY_SECONDS, REVISION_SECONDS, RESTART_SECONDS = 3, 15, 10, 7, 20
OUTAGE_SECONDS = 3


class Weather:
    """Faults, growth, time that passes, revisions and restarts; `happened` counts them."""

    def __init__(self, site: Site, source: random.Random, stopped: threading.Event) -> None:
        self.site, self.source, self.stopped = site, source, stopped
        self.domains: list[str] = []
        self.happened: Counter[str] = Counter()

    def threads(self) -> list[threading.Thread]:
        rounds = (
            (FAULT_SECONDS, self.misbehave),
            (GROWTH_SECONDS, self.grow),
            (DAY_SECONDS, self.let_a_day_pass),
            (REVISION_SECONDS, self.revise),
            (RESTART_SECONDS, self.restart),
        )
        return [threading.Thread(target=self._repeat, args=each, name=each[1].__name__) for each in rounds]

    def _repeat(self, seconds: float, work: object) -> None:
        assert callable(work)
        while not self.stopped.wait(self.source.uniform(0.5, 1.5) * seconds):
            with suppress(MySQLdb.Error):  # the database is being restarted just now
                work()

    def misbehave(self) -> None:
        """Wikimedia answers the next few requests badly."""
        kind, value = self.source.choice(FAULTS)
        # A 404 that is said twice is believed (docs/adr/0004): no client could know better.
        times = 1 if kind == "not_found" else self.source.randint(1, 4)
        self.site.replay.fault(kind, times=times, value=value)
        self.happened[f"Wikimedia: {kind}"] += 1

    def grow(self) -> None:
        """Some wikis are founded, with ten years of history to fetch."""
        group = f"soak{self.happened['wikis founded']}x"
        self.domains += found_wikis(self.site.replay, group, 4)
        self.happened["wikis founded"] += 4

    def let_a_day_pass(self) -> None:
        """Some of the targets are due again, as they are each morning."""
        self.site.query("UPDATE fetch_targets SET due_at = UTC_TIMESTAMP() WHERE claim = '' ORDER BY RAND() LIMIT 10")
        self.happened["mornings of ten series"] += 1

    def revise(self) -> None:
        """Wikimedia corrects one of the newest months of some wiki; it will be asked for again."""
        if not self.domains:
            return
        domain, month = self.source.choice(self.domains), self.source.choice(MONTHS[-3:])
        slice_ = ("edits", ALL, "content")
        old = self.site.replay.state.data.series[domain.removesuffix(".org"), slice_][month]
        self.site.replay.state.data.add(
            domain, slice_, month, old * self.source.choice((2, 10)) // self.source.choice((1, 5)) + 1
        )
        self.site.query(
            "UPDATE fetch_targets JOIN projects ON projects.id = project_id SET due_at = UTC_TIMESTAMP() "
            f"WHERE domain = '{domain}' AND metric = 'edits'"
        )
        self.happened["months revised"] += 1

    def restart(self) -> None:
        """One component, killed or restarted in good order; each gets its turn."""
        machines = list(self.site.machines.values())
        servers = [self.site.database, self.site.redis]
        component = self.source.choice([*machines, *servers])
        if isinstance(component, Server):
            component.kill()
            time.sleep(OUTAGE_SECONDS)
            component.start()
            self.happened[f"killed: {component.name}"] += 1
        elif self.source.random() < 0.5:
            component.kill()
            self.happened[f"killed: {component.name}"] += 1
        else:
            component.restart()
            self.happened[f"restarted: {component.name}"] += 1
