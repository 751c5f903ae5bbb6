"""How long planning a month's digests takes, and how it grows with ten times the people.

    python -m tests.benchmarks.tell [--people 5000] [--times 10]

Makes a test database of its own (on MariaDB when DATABASE_URL says so): 1,000 wikis, 400 alerts in each of the newest three
months, and four subscriptions of each person, most of them of single wikis. Memory is what the process took at most while it
planned, beyond what it had before (Linux counts it). Ends with 1 when planning takes a minute or more for 20,000
subscriptions, when a batch of people takes more reads among more people, when time grows faster than people, or when a plan
takes more than 300 MB.
"""

from __future__ import annotations

import argparse
import datetime as dt
import multiprocessing
import os
import random
import sys
import time
from pathlib import Path
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django  # noqa: E402 - the environment comes first

django.setup()

from django.db import connection  # noqa: E402
from django.db.models import Max  # noqa: E402

from accounts.models import User  # noqa: E402
from alerts.models import Alert  # noqa: E402
from edits.models import EditCount, Project  # noqa: E402
from edits.months import add_months  # noqa: E402
from subscriptions.models import Address, Delivery, Follow, Group, GroupRule, Message, PlanningLock  # noqa: E402
from subscriptions.outbox import PEOPLE_AT_ONCE, plan_messages  # noqa: E402
from tests.benchmarks.sweep import database  # noqa: E402
from tests.factories import NOW as RAISED  # noqa: E402

NEWEST = dt.date(2026, 7, 1)
NOW = dt.datetime(2026, 8, 12, 9, tzinfo=dt.UTC)
WIKIS, ALERTS, FOLLOWS = 1_000, 400, 4
FAMILIES = ("wikipedia", "wiktionary", "wikisource", "wikiquote")
MEMORY = 300  # MB that a plan takes at most, however many people are told
LIMIT = 60.0  # seconds for 20,000 subscriptions of 5,000 people
SHARES = {"wiki": 62, "language": 18, "family": 6, "group": 6, "filter": 6, "everything": 2}
SEED = 20260801
ROW = (
    "{people:>7,} people, {subscriptions:>7,} subscriptions: {messages:>6,} messages that say {said:>9,} things in "
    "{seconds:6.1f} s; a second plan {again:5.1f} s; {reads:.1f} reads for 200 people; {memory:5.0f} MB more"
)


def fill() -> None:
    """Wikis, three months of counts and alerts, and ten groups of thirty languages."""
    Project.objects.bulk_create(
        Project(
            domain=f"w{number}.{FAMILIES[number % 4]}.org",
            dbname=f"w{number}",
            family=FAMILIES[number % 4],
            language_code=f"l{number // 3}",
        )
        for number in range(WIKIS)
    )
    projects = list(Project.objects.order_by("pk"))
    chance = random.Random(SEED)
    for back in range(3):
        month = add_months(NEWEST, -back)
        EditCount.objects.bulk_create(EditCount(project=project, month=month, edit_count=100) for project in projects)
        Alert.objects.bulk_create(
            Alert(
                project=project,
                metric="edits",
                month=month,
                count=1000,
                expected=100.0,
                score=chance.random() * 9,
                severity=chance.choice(["notable", "high", "extreme"]),
                detector="expected_band",
                detector_version="1",
                data_as_of=RAISED,
                raised_count=1000,
                raised_at=RAISED,
            )
            for project in chance.sample(projects, ALERTS)
        )
    for number in range(10):
        group = Group.objects.create(slug=f"g{number}", name=f"G{number}", published=True)
        GroupRule.objects.bulk_create(
            GroupRule(group=group, kind="language", value=f"l{chance.randrange(300)}") for _ in range(1)
        )
        GroupRule.objects.bulk_create(GroupRule(group=group, kind="wiki", value=projects[at].domain) for at in range(30))


def add_people(count: int) -> None:
    """`count` more people, each with an address and four subscriptions."""
    chance = random.Random(SEED + count)
    first = (User.objects.aggregate(last=Max("pk"))["last"] or 0) + 1
    User.objects.bulk_create((User(pk=first + number, username=f"reader{first + number}") for number in range(count)), 5_000)
    Address.objects.bulk_create(
        (
            Address(pk=pk, user_id=pk, channel="mail", target=f"r{pk}@example.org", state="ready", confirmed_at=NOW)
            for pk in range(first, first + count)
        ),
        5_000,
    )
    projects = list(Project.objects.values_list("pk", flat=True))
    groups = list(Group.objects.filter(slug__startswith="g").values_list("pk", flat=True))
    follows: dict[tuple[int, str], Follow] = {}
    while len(follows) < count * FOLLOWS:
        user = first + len(follows) // FOLLOWS
        scope = chance.choices(list(SHARES), weights=list(SHARES.values()))[0]
        made = Follow(user_id=user, address_id=user, scope=scope, cadence="monthly", from_month=NEWEST)
        if scope == "wiki":
            made.project_id = chance.choice(projects)
        elif scope == "group":
            made.group_id = chance.choice(groups)
        elif scope != "everything":
            languages, filters = f"l{chance.randrange(330)}", f"severity=extreme&language=l{chance.randrange(330)}"
            made.value = {"language": languages, "family": chance.choice(FAMILIES), "filter": filters}[scope]
        made.key = made.whole_key()
        follows.setdefault((user, made.key), made)
    Follow.objects.bulk_create(follows.values(), 5_000)


class Reads:
    """Counts the statements that read."""

    count = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.count += sql.startswith(("SELECT", "(SELECT"))
        return execute(sql, params, many, context)


def memory(name: str) -> int:
    """What Linux says of this process, in kB: `VmRSS` is what it holds, `VmHWM` the most it held."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith(f"{name}:")).split()[1])


def measured_apart(people: int) -> dict[str, Any]:
    """`measure` in a process of its own: in this one, filling the tables has left memory that a plan would use again."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(measure, (people, connection.settings_dict["NAME"]))


def measure(people: int, database_name: Any) -> dict[str, Any]:
    """One plan of a month's digests for `people` people, and a second one that finds nothing to do."""
    connection.settings_dict["NAME"] = database_name
    Follow.objects.exists()  # connects
    before = memory("VmRSS")
    reads = Reads()
    start = time.perf_counter()
    with connection.execute_wrapper(reads):
        planned = plan_messages(now=NOW)
    seconds = time.perf_counter() - start
    after = memory("VmHWM")
    start = time.perf_counter()
    again = plan_messages(now=NOW)
    if again:
        raise SystemExit(f"A second plan told {again} people again.")
    return {
        "people": people,
        "subscriptions": Follow.objects.count(),
        "messages": planned,
        "said": Delivery.objects.count(),
        "seconds": seconds,
        "again": time.perf_counter() - start,
        "reads": reads.count / -(-people // PEOPLE_AT_ONCE),
        "memory": (after - before) / 1024,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=5_000)
    parser.add_argument("--times", type=int, default=10)
    options = parser.parse_args()
    rows = []
    with database():
        PlanningLock.objects.get_or_create(pk=1)
        fill()
        print(f"Planning a month's digests on {connection.vendor}; {3 * ALERTS:,} alerts of the newest three months")
        for people in (options.people, options.people * options.times):
            add_people(people - User.objects.count())
            Delivery.objects.all().delete()
            Message.objects.all().delete()
            rows.append(measured_apart(people))
            print(ROW.format(**rows[-1]), flush=True)
    small, large = rows
    growth = large["seconds"] / small["seconds"]
    print(f"{options.times} times the people take {growth:.1f} times as long")
    slow = small["seconds"] * 20_000 / small["subscriptions"] >= LIMIT
    unbounded = large["reads"] > 1.5 * small["reads"] or growth > 1.5 * options.times or large["memory"] > MEMORY
    return int(slow or unbounded)


if __name__ == "__main__":
    sys.exit(main())
