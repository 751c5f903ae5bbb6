"""What a verdict makes of an alert: the detector's side of the life cycle. Changes objects in memory; writes nothing."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field
from typing import Any

from alerts.detection.types import Reason, VerdictCode
from alerts.judging import Found
from alerts.lifecycle import SETTLED, Actor, Move, outcome_of
from alerts.models import Alert, Direction, Status, Withdrawal
from alerts.policies import Rules
from alerts.severity import severity_of

SAME = 1e-9  # relative difference up to which two results of the same arithmetic are the same


@dataclass(slots=True)
class Changes:
    """Alerts to insert and to rewrite, each with the reason for its history; and how often each move was made."""

    new: list[Alert] = field(default_factory=list)
    changed: dict[int, Alert] = field(default_factory=dict)
    silent: dict[int, Alert] = field(default_factory=dict)  # only a column without a history differs
    moves: dict[Move, int] = field(default_factory=dict)
    confirmed: set[int] = field(default_factory=set)  # alerts that a verdict found to be right as they are
    _moved: dict[Move, list[Alert]] = field(default_factory=dict)

    def made(self, *moves: Move) -> list[Alert]:
        """The alerts that made one of `moves`."""
        return [alert for move in moves for alert in self._moved.get(move, ())]

    def note(self, alert: Alert, move: Move, reason: str) -> None:
        """Remember that `alert` made `move`; a second, lesser move of the same sweep adds nothing."""
        if alert.pk in self.changed or (alert.pk is None and move != Move.RAISE):
            return
        alert._change_reason, alert._history_user = reason[:500], None
        if move == Move.RAISE:
            self.new.append(alert)
        else:
            self.changed[alert.pk] = alert
        self.moves[move] = self.moves.get(move, 0) + 1
        self._moved.setdefault(move, []).append(alert)


def detector_values(found: Found, direction: str, rolling_mean: float) -> dict[str, Any] | None:
    """The detector's columns from one verdict, but those that depend on other months or wikis (episode, q, severity).

    None where the month was not testable.
    """
    verdicts, at = found.verdicts, (found.month, found.series)
    if verdicts.verdict[at] == VerdictCode.NOT_TESTABLE:
        return None
    count, expected = float(verdicts.count[at]), float(verdicts.expected[at])
    drop = direction == Direction.DROP
    bound, volume = float((verdicts.floor if drop else verdicts.threshold)[at]), found.rules.minimum_volume
    threshold = min(bound, expected - volume) if drop else max(bound, expected + volume, volume)
    return {
        "count": int(count),
        "rolling_mean": _finite(rolling_mean),
        "threshold": _finite(threshold),
        "percentage_difference": _finite(verdicts.percentage_difference[at]),
        "expected": _finite(expected),
        "lower": _finite(verdicts.lower[at]),
        "upper": _finite(verdicts.upper[at]),
        "excess": _finite(count - expected),
        "score": _finite(verdicts.score[at]),
        "p_value": _finite((verdicts.p_low if drop else verdicts.p)[at]),
        "evidence": verdicts.evidence(*at),
        "detector": verdicts.detector,
        "detector_version": verdicts.version,
        "policy_version": found.rules.key,
        "provisional": bool(verdicts.provisional[found.month]),
    }


def _finite(value: float) -> float | None:
    value = float(value)
    return value if math.isfinite(value) else None


def differs(old: Any, new: Any) -> bool:
    """Whether two values of a detector's column differ by more than rounding."""
    if isinstance(old, float) and isinstance(new, float):
        return not math.isclose(old, new, rel_tol=SAME, abs_tol=1e-300)
    return bool(old != new)


def evidence_differences(old: Any, new: Any, name: str = "evidence") -> list[tuple[str, Any, Any]]:
    """(name, old, new) of what differs between two records of evidence; the number of wikis is `rank`'s, and left out."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return [(name, old, new)] if differs(old, new) else []
    keys = sorted((old.keys() | new.keys()) - {"wikis"})
    return [found for key in keys for found in evidence_differences(old.get(key), new.get(key), f"{name}.{key}")]


def _is_revised(alert: Alert, values: dict[str, Any]) -> bool:
    """Whether any of the detector's columns would change, or what the alert's sentences are made from."""
    figures = any(differs(getattr(alert, name), value) for name, value in values.items() if name != "evidence")
    return figures or bool(evidence_differences(alert.evidence, values["evidence"]))


def moved_on(alert: Alert, count: int, step: float) -> bool:
    """Whether the count went on by `step` per cent, in the alert's direction, from where it was settled."""
    if alert.settled_count is None:
        return False
    if alert.direction == Direction.PEAK:
        return count > alert.settled_count and count >= alert.settled_count * (1 + step / 100)
    return count < alert.settled_count and count <= alert.settled_count * (1 - step / 100)


def stays_withdrawn(alert: Alert, count: int, rules: Rules) -> bool:
    """Whether a withdrawn count came back over the bound by less than the step: that rings no bell twice.

    An alert that people had settled comes back as settled, and a change of the rules speaks for itself.
    """
    if alert.withdrawn_because != Withdrawal.FELL or alert.settled_count is None or alert.withdrawn_from in SETTLED:
        return False
    forth = count > alert.settled_count if alert.direction == Direction.PEAK else count < alert.settled_count
    return forth and alert.policy_version == rules.key and not moved_on(alert, count, rules.reopen_step)


def stand_out(alert: Alert, values: dict[str, Any], rules_step: float, now: dt.datetime, changes: Changes) -> None:
    """The month of `alert` starts an episode, by the newest verdict: revise, confirm, reopen or restore the alert."""
    old_count, was_provisional = alert.count, alert.provisional
    revised = _is_revised(alert, values)
    settled = alert.status in SETTLED or alert.status == Status.WITHDRAWN
    if settled and moved_on(alert, values["count"], rules_step):
        reason = f"Reopened: the count moved on from {alert.settled_count:,} to {values['count']:,}"
        _return(alert, Move.REOPEN_RISEN, now)
        move = Move.REOPEN_RISEN
    elif alert.status == Status.WITHDRAWN:
        reason = "Restored: the month stands out again"
        _return(alert, Move.RESTORE, now)
        move = Move.RESTORE
    elif revised and was_provisional and not values["provisional"]:
        reason, move = f"Confirmed: the month is over, with a count of {values['count']:,}", Move.CONFIRM
    elif revised:
        moved = f"the count went from {old_count:,} to {values['count']:,}"
        reason = f"Revised: {moved if old_count != values['count'] else 'the figures around the same count changed'}"
        move = Move.REVISE
    else:
        changes.confirmed.add(alert.pk)
        return
    for name, value in values.items():
        setattr(alert, name, value)
    alert.data_as_of = now
    changes.note(alert, move, reason)


def _return(alert: Alert, move: Move, now: dt.datetime) -> None:
    alert.status = outcome_of(alert, move, by=Actor.DETECTOR)
    alert.withdrawn_at, alert.withdrawn_from, alert.withdrawn_because = None, "", ""
    if alert.status not in SETTLED:
        alert.settled_count = None
    alert.reopened_at = now
    alert.version += 1


WITHDRAWN_TEXT = {
    Withdrawal.FELL: "the count went from {old:,} to {new:,}, which does not stand out",
    Withdrawal.BASELINE: "{new:,} no longer stands out from what is expected",
    Withdrawal.RULE: "{new:,} does not stand out by the policy {policy}",
    Withdrawal.EPISODE: "the month belongs to an episode that began earlier",
    Withdrawal.UNTESTABLE: "the month can no longer be tested ({reason})",
}


def withdraw(
    alert: Alert, found: Found, values: dict[str, Any] | None, inside_episode: bool, now: dt.datetime, changes: Changes
) -> None:
    """The month of `alert` starts no episode any more: take the alert back, or, when it is taken back, keep its numbers true.

    `values` is None where the month was not testable; the alert then keeps the numbers it had.
    """
    old_count = alert.count
    because = _cause(alert, values, inside_episode)
    revised = values is not None and _is_revised(alert, values)
    if revised and values is not None:
        for name, value in values.items():
            setattr(alert, name, value)
        alert.data_as_of = now
    if alert.status == Status.WITHDRAWN:
        if revised:
            changes.note(alert, Move.REVISE, f"Revised: still withdrawn, with a count of {alert.count:,}")
        return
    status = outcome_of(alert, Move.WITHDRAW, by=Actor.DETECTOR)
    alert.withdrawn_from, alert.withdrawn_because, alert.withdrawn_at = alert.status, because, now
    if because == Withdrawal.FELL and alert.withdrawn_from not in SETTLED:
        alert.settled_count = alert.count  # of a settled one it stays the count that people saw
    alert.status, alert.episode_end = status, None
    alert.version += 1
    reason = Reason(int(found.verdicts.reason[found.month, found.series])).name.lower()
    text = WITHDRAWN_TEXT[because].format(old=old_count, new=alert.count, policy=found.rules.key, reason=reason)
    changes.note(alert, Move.WITHDRAW, f"Withdrawn: {text}")


def _cause(alert: Alert, values: dict[str, Any] | None, inside_episode: bool) -> Withdrawal:
    if values is None:
        return Withdrawal.UNTESTABLE
    if inside_episode:
        return Withdrawal.EPISODE
    if (values["policy_version"], values["detector_version"]) != (alert.policy_version, alert.detector_version):
        return Withdrawal.RULE
    towards_normal = values["count"] < alert.count if alert.direction == Direction.PEAK else values["count"] > alert.count
    return Withdrawal.FELL if towards_normal else Withdrawal.BASELINE


def prolong(alert: Alert, end: dt.date | None, changes: Changes) -> None:
    """The episode of `alert` lasted until `end` (None: no longer than its own month)."""
    if alert.episode_end != end:
        alert.episode_end = end
        changes.note(alert, Move.REVISE, f"Revised: lasted until {end or alert.month:%Y-%m}")


def rank(alert: Alert, q: float | None, wikis: int, changes: Changes) -> None:
    """Set the q-value of `alert`, the number of wikis it is over, and the severity that follows from it."""
    severity = severity_of(q=q, count=alert.count, expected=alert.expected, direction=alert.direction)
    same = not differs(alert.q_value, q) and alert.evidence.get("wikis") == wikis
    if same and alert.severity == severity:
        return
    old, alert.q_value, alert.severity = alert.severity, q, severity
    alert.evidence = {**alert.evidence, "wikis": wikis}
    if old != severity:
        changes.note(alert, Move.REVISE, f"Revised: severity went from {old} to {severity.value}")
    if alert.pk is not None:
        changes.silent[alert.pk] = alert
