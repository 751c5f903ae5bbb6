"""What a verdict makes of an alert: the detector's side of the life cycle. Changes objects in memory; writes nothing."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from alerts.choices import SETTLED
from alerts.detection.types import Reason, VerdictCode
from alerts.engine.judging import MonthVerdict
from alerts.lifecycle import Actor, Move, outcome_of
from alerts.models import Alert, Direction, Severity, Status, Withdrawal
from alerts.policies import Rules
from alerts.severity import severity_of
from curation.vocabulary import reason as reason_of

CONTINUATION = ("continuation_upper", "continuation_lower")
MAX_ROUNDING = 1e-9  # relative difference up to which two results of the same arithmetic are the same


@dataclass(slots=True)
class Changes:
    """Alerts to insert and to rewrite, each with the reason for its history, and which move each made."""

    new: list[Alert] = field(default_factory=list)
    changed: dict[int, Alert] = field(default_factory=dict)
    silent: dict[int, Alert] = field(default_factory=dict)  # only a column without a history differs
    confirmed: set[int] = field(default_factory=set)  # alerts that a verdict found to be right as they are
    _made: dict[int, tuple[Alert, Move]] = field(default_factory=dict)  # by the identity of the alert

    @property
    def moves(self) -> dict[Move, int]:
        """How often each move was made."""
        return dict(Counter(move for _alert, move in self._made.values()))

    def made(self, *moves: Move) -> list[Alert]:
        """The alerts that made one of `moves`."""
        return [alert for alert, move in self._made.values() if move in moves]

    def note(self, alert: Alert, move: Move, reason: str) -> None:
        """Remember that `alert` made `move`. A second move of the same sweep adds nothing, unless it puts the alert back to
        new because it is more severe."""
        if id(alert) in self._made and move != Move.ESCALATE:
            return
        alert._change_reason, alert._history_user = reason[:500], None
        if move == Move.RAISE:
            self.new.append(alert)
        elif alert.pk is not None:
            self.changed[alert.pk] = alert
        self._made[id(alert)] = alert, move


def detector_values(found: MonthVerdict, direction: str, rolling_mean: float) -> dict[str, Any] | None:
    """The detector's columns from one verdict, but those that depend on other months or wikis (episode, q, severity).

    None where the month was not testable.
    """
    verdicts, at = found.verdicts, (found.month, found.series)
    if verdicts.verdict[at] == VerdictCode.NOT_TESTABLE:
        return None
    count, expected = float(verdicts.count[at]), float(verdicts.expected[at])
    drop = direction == Direction.DROP
    bound, volume = float((verdicts.drop_threshold if drop else verdicts.threshold)[at]), found.rules.minimum_volume
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
        "p_value": _finite((verdicts.p_lower if drop else verdicts.p_upper)[at]),
        "evidence": verdicts.evidence(*at),
        "detector": verdicts.detector,
        "detector_version": verdicts.version,
        "policy_version": found.rules.key,
        "worst_month": None,
        "provisional": bool(verdicts.provisional[found.month]),
    }


def severity_key(values: Mapping[str, Any], direction: str) -> tuple[float, float]:
    """By which the months of an episode are compared: how rare, then how large, in the alert's direction."""
    sign = -1 if direction == Direction.DROP else 1
    score, excess = (-math.inf if values[name] is None else sign * values[name] for name in ("score", "excess"))
    return score, excess


def worst_of(
    months: Sequence[tuple[dt.date, dict[str, Any] | None]], direction: str, *, start: dt.date
) -> tuple[dt.date, dict[str, Any]]:
    """The worst of an episode's (month, detector's columns), with the bounds of its first month for those that follow.

    Months that were not testable are passed over; at least one must have been.
    """
    tested = [(month, values) for month, values in months if values is not None]
    month, values = max(tested, key=lambda pair: severity_key(pair[1], direction))
    first = dict(tested).get(start, values)
    bounds = {name: first["evidence"][name] for name in CONTINUATION if name in first["evidence"]}
    return month, values | {"worst_month": month if month != start else None, "evidence": values["evidence"] | bounds}


def _finite(value: float) -> float | None:
    value = float(value)
    return value if math.isfinite(value) else None


def differs(old: Any, new: Any) -> bool:
    """Whether two values of a detector's column differ by more than rounding."""
    if isinstance(old, float) and isinstance(new, float):
        return not math.isclose(old, new, rel_tol=MAX_ROUNDING, abs_tol=1e-300)
    return bool(old != new)


def evidence_differences(old: Any, new: Any, name: str = "evidence") -> list[tuple[str, Any, Any]]:
    """(name, old, new) of what differs between two records of evidence, leaving out the number of wikis."""
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


def apply_alarm(alert: Alert, values: dict[str, Any], rules_step: float, now: dt.datetime, changes: Changes) -> None:
    """The month of `alert` starts an episode, by the newest verdict: revise, confirm, reopen or restore the alert."""
    was_provisional, revised = alert.provisional, _is_revised(alert, values)
    settled = alert.status in SETTLED or alert.status == Status.WITHDRAWN
    if settled and moved_on(alert, values["count"], rules_step):
        reason = reason_of("moved-on", old=alert.settled_count, new=values["count"])
        _return(alert, Move.REOPEN_RISEN, now)
        move = Move.REOPEN_RISEN
    elif alert.status == Status.WITHDRAWN:
        reason = reason_of("restored")
        _return(alert, Move.RESTORE, now)
        move = Move.RESTORE
    elif revised and was_provisional and not values["provisional"]:
        reason, move = reason_of("confirmed", count=values["count"]), Move.CONFIRM
    elif revised:
        reason, move = _what_changed(alert, values), Move.REVISE
    else:
        changes.confirmed.add(alert.pk)
        return
    for name, value in values.items():
        setattr(alert, name, value)
    alert.data_as_of = now
    changes.note(alert, move, reason)


def _what_changed(alert: Alert, values: dict[str, Any]) -> str:
    """For the history: the worst month, else the count, else the end of the episode, else other figures."""
    month, end = values["worst_month"] or alert.month, values["episode_end"]
    if month != alert.figures_month:
        return reason_of("worst-month", month=f"{month:%Y-%m}", count=values["count"])
    if alert.count != values["count"]:
        return reason_of("count", old=alert.count, new=values["count"])
    if alert.episode_end != end:
        return reason_of("lasted", month=f"{end or alert.month:%Y-%m}")
    return reason_of("figures")


def _return(alert: Alert, move: Move, now: dt.datetime) -> None:
    alert.status = outcome_of(alert, move, by=Actor.DETECTOR)
    alert.withdrawn_at, alert.withdrawn_from, alert.withdrawn_because = None, "", ""
    if alert.status not in SETTLED:
        alert.settled_count = None
    alert.reopened_at = now
    alert.version += 1


def withdraw(
    alert: Alert, found: MonthVerdict, values: dict[str, Any] | None, inside_episode: bool, now: dt.datetime, changes: Changes
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
            changes.note(alert, Move.REVISE, reason_of("still-withdrawn", count=alert.count))
        return
    status = outcome_of(alert, Move.WITHDRAW, by=Actor.DETECTOR)
    alert.withdrawn_from, alert.withdrawn_because, alert.withdrawn_at = alert.status, because, now
    if because == Withdrawal.FELL and alert.withdrawn_from not in SETTLED:
        alert.settled_count = alert.count  # of a settled one it stays the count that people saw
    alert.status, alert.episode_end = status, None
    alert.version += 1
    changes.note(alert, Move.WITHDRAW, _why_withdrawn(because, old_count, alert.count, found))


def _why_withdrawn(because: Withdrawal, old: int, new: int, found: MonthVerdict) -> str:
    """For the history."""
    match because:
        case Withdrawal.FELL:
            return reason_of("fell", old=old, new=new)
        case Withdrawal.BASELINE:
            return reason_of("baseline", new=new)
        case Withdrawal.RULE:
            return reason_of("rule", new=new, policy=found.rules.key)
        case Withdrawal.EPISODE:
            return reason_of("episode")
        case Withdrawal.UNTESTABLE:
            return reason_of("untestable", reason=Reason(int(found.verdicts.reason[found.month, found.series])).name.lower())


def _cause(alert: Alert, values: dict[str, Any] | None, inside_episode: bool) -> Withdrawal:
    if values is None:
        return Withdrawal.UNTESTABLE
    if inside_episode:
        return Withdrawal.EPISODE
    if (values["policy_version"], values["detector_version"]) != (alert.policy_version, alert.detector_version):
        return Withdrawal.RULE
    towards_normal = values["count"] < alert.count if alert.direction == Direction.PEAK else values["count"] > alert.count
    return Withdrawal.FELL if towards_normal else Withdrawal.BASELINE


def extend_episode(
    alert: Alert, end: dt.date | None, worst: tuple[dt.date, dict[str, Any]] | None, now: dt.datetime, changes: Changes
) -> None:
    """The episode of `alert` lasted until `end` (None: no longer than its own month); `worst` is the worst month of those
    judged now, whose figures the alert takes when they are further out than those it has."""
    stored = {"score": alert.score, "excess": alert.excess}
    if worst is not None and severity_key(worst[1], alert.direction) > severity_key(stored, alert.direction):
        bounds = {name: alert.evidence[name] for name in CONTINUATION if name in alert.evidence}
        for name, value in worst[1].items():
            setattr(alert, name, value)
        alert.worst_month, alert.evidence = worst[0], worst[1]["evidence"] | bounds
        alert.data_as_of, alert.episode_end = now, end
        changes.note(alert, Move.REVISE, reason_of("worst-month", month=f"{worst[0]:%Y-%m}", count=alert.count))
    elif alert.episode_end != end:
        alert.episode_end = end
        changes.note(alert, Move.REVISE, reason_of("lasted", month=f"{end or alert.month:%Y-%m}"))


SEVERITIES = list(Severity)  # from the least on
ESCALATES = frozenset({Status.ACKNOWLEDGED, Status.EXPLAINED, Status.DISMISSED})


def update_severity(alert: Alert, q: float | None, wikis: int, now: dt.datetime, changes: Changes) -> None:
    """Set the q-value of `alert`, the number of wikis it is over, and the severity that follows from it.

    An alert that people have looked at and whose own figures made it more severe goes back to new.
    """
    severity = severity_of(q=q, count=alert.count, expected=alert.expected, direction=alert.direction, metric=alert.metric)
    same = not differs(alert.q_value, q) and alert.evidence.get("wikis") == wikis
    if same and alert.severity == severity:
        return
    old, alert.q_value, alert.severity = alert.severity, q, severity
    alert.evidence = {**alert.evidence, "wikis": wikis}
    rises = alert.pk is not None and SEVERITIES.index(severity) > SEVERITIES.index(Severity(old))
    if rises and alert.pk in changes.changed and alert.status in ESCALATES:
        _return(alert, Move.ESCALATE, now)
        changes.note(alert, Move.ESCALATE, reason_of("escalated", before=old, after=severity.value))
    elif old != severity:
        changes.note(alert, Move.REVISE, reason_of("severity", before=old, after=severity.value))
    if alert.pk is not None:
        changes.silent[alert.pk] = alert
