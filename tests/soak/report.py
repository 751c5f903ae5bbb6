"""What must be true when everything is quiet again."""

from __future__ import annotations

from collections.abc import Sequence

from tests.machines.site import Site
from tests.machines.supervisor import wait_until
from tests.machines.wikis import expected_rows, stored_rows
from tests.soak.people import Moderator

MAX_QUIET_SECONDS = 300.0


def wait_until_quiet(site: Site) -> bool:
    """No more faults, and the next morning: wait until everything is asked once more; whether it came to that."""
    site.replay.heal()
    site.query("UPDATE fetch_targets SET due_at = UTC_TIMESTAMP()")
    return wait_until(lambda: not unfinished(site), MAX_QUIET_SECONDS, step=1)


def unfinished(site: Site) -> int:
    """Series that are claimed, due or not answered yet, and runs that are open."""
    series = "SELECT COUNT(*) FROM fetch_targets WHERE claim <> '' OR due_at <= UTC_TIMESTAMP() OR answered_at IS NULL"
    runs = "SELECT COUNT(*) FROM fetch_runs WHERE finished_at IS NULL"
    return int(site.query(series)[0][0] + site.query(runs)[0][0])


def problems(site: Site, domains: Sequence[str], moderators: Sequence[Moderator]) -> list[str]:
    """What is not as it must be; empty when all is well."""
    found = [f"{parked[0]} {parked[1]} is parked" for parked in _parked(site)]
    expected, stored = expected_rows(site.replay, list(domains)), stored_rows(site, "soak")
    wrong = [key for key in expected.keys() | stored.keys() if expected.get(key) != stored.get(key)]
    found += [f"{key}: {stored.get(key)} is stored, Wikimedia has {expected.get(key)}" for key in sorted(wrong)[:20]]
    again = site.manage("detect_alerts", "--today", site.replay.state.today.isoformat(), check=False)
    if again.returncode:
        found.append(f"detect_alerts: {again.stderr[-500:]}")
    twice = site.query(
        "SELECT id, COUNT(*) FROM community_alerts_history WHERE history_type = '+' GROUP BY id HAVING COUNT(*) > 1"
    )
    found += [f"alert {pk} was raised {number} times" for pk, number in twice]
    for moderator in moderators:
        said = set(site.query(
            "SELECT h.id, h.label FROM community_alerts_history h JOIN users u ON u.id = h.history_user_id "
            f"WHERE u.username = '{moderator.name}'"
        ))  # fmt: skip
        found += [
            f"{moderator.name}'s words {words!r} on alert {pk} are lost"
            for pk, words in moderator.confirmed
            if (pk, words) not in said
        ]
        found += [
            f"{moderator.name} was told that {number} alerts changed ({reason}), the history has {kept}"
            for reason, number in moderator.confirmed_many
            if (kept := _changed_because(site, reason)) != number
        ]
    verified = site.manage("verify", check=False)
    if verified.returncode:
        found.append(f"manage.py verify:\n{verified.stdout}{verified.stderr[-1000:]}")
    return found


def _changed_because(site: Site, reason: str) -> int:
    """How many entries the history has with this reason; each alert is to have one."""
    where = f"FROM community_alerts_history WHERE history_change_reason LIKE '%{reason}%'"
    entries, alerts = site.query(f"SELECT COUNT(*), COUNT(DISTINCT id) {where}")[0]
    return int(entries) if entries == alerts else -1


def _parked(site: Site) -> list[tuple]:
    return site.query(
        "SELECT domain, metric FROM fetch_targets JOIN projects ON projects.id = project_id WHERE parked_at IS NOT NULL"
    )
