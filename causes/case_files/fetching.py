"""One worker asks for one case file: claim it, ask for its parts, store each as it comes, say when to ask again."""

from __future__ import annotations

import datetime as dt
import logging
import traceback
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from alerts.models import Alert
from causes.case_files.contents import CONTENTS, Case, EmptyPart, Part, PartDiffers
from causes.case_files.forgetting import holds_names
from causes.models import CaseFile, Explanation
from database.transactions import retried_transaction
from edits.fetching.plan import MAX_ATTEMPTS, back_off, next_check
from edits.metrics import METRICS
from edits.models import EditorType, PageType
from edits.months import add_months
from edits.selectors import chosen_definitions
from edits.wikimedia.errors import RateLimited, WikimediaError, printable
from edits.wikimedia.session import Session

logger = logging.getLogger(__name__)

Clock = Callable[[], dt.datetime]
KNOWN, EMPTY, FAILED, DIFFERS = "known", "empty", "failed", "differs"
KEEPS = dt.timedelta(hours=6)  # a part that is younger is not asked for again when a file is taken up anew
HOPELESS = 2  # parts that fail one after the other: asking for the rest would only be told the same
MAX_FAILURES = 8  # visits in a row, the last a day after the one before; then the file stays as it is until it is revised
MAY_COME = dt.timedelta(days=45)  # after the month: what is empty by then stays empty


@dataclass(slots=True)
class Visit:
    """What one worker learnt of one file. `wait`: seconds that Wikimedia wants to be left alone."""

    file: CaseFile
    now: dt.datetime
    failed: int = 0
    wait: float = 0.0
    error: str = ""

    def note(self, part: Part, state: str, *, data: dict[str, Any] | None = None, error: str = "") -> None:
        """Keep what is known of a part; what was known before stays where nothing new is."""
        entry = {"state": state, "of": self.file.count, "at": self.now.isoformat(timespec="seconds")}
        if error:
            entry["error"] = self.error = printable(error, 200)
        before = self.file.contents.get(part.name, {})
        if data is None and state == FAILED and before.get("of") == self.file.count and "data" in before:
            entry |= {"data": before["data"], "at": before["at"]}
        elif data is not None:
            entry["data"] = data
        self.file.contents[part.name] = entry


def fetch_case_file(*, alert_id: int, session: Session, clock: Clock = timezone.now) -> CaseFile | None:
    """Ask for what the file of an alert lacks; None when it is not due, or another worker has it.

    Safe to call twice, at once or later. Each part is stored as it comes: who takes up the work of a killed worker asks for
    the rest. A file whose alert was withdrawn or deleted meanwhile is left as it was.
    """
    file = _claim(alert_id, clock())
    if file is None:
        return None
    visit = Visit(file, clock())
    try:
        _ask_all(visit, session, clock)
    except SoftTimeLimitExceeded:
        visit.failed += 1
        visit.error = "The task ran past its time limit"
    except KeyboardInterrupt:
        _give_back(file)
        raise
    return file if _finish(visit, clock()) else None


@retried_transaction
def _claim(alert_id: int, now: dt.datetime) -> CaseFile | None:
    """The file, if it is due and free: it is then this worker's, and nobody else's, by compare-and-set."""
    token = uuid.uuid4().hex
    free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    due = CaseFile.objects.filter(free, pk=alert_id, due_at__lte=now, attempts__lt=MAX_ATTEMPTS, alert__in=_standing(alert_id))
    until = now + dt.timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT)
    if not due.update(claim=token, claimed_until=until, attempts=F("attempts") + 1):
        return None
    return CaseFile.objects.select_related("alert__project").filter(pk=alert_id, claim=token).first()


def case_of(file: CaseFile) -> Case:
    """What is asked for a file, by the definition that its alert's series uses."""
    alert = file.alert
    definition = chosen_definitions(metric=METRICS[alert.metric], project_ids=[alert.project_id]).get(alert.project_id)
    return Case(
        domain=alert.project.domain,
        metric=alert.metric,
        month=alert.figures_month,
        count=file.count,
        page_type=definition.name if definition and definition.name in PageType.values else PageType.CONTENT.value,
        editors=_editors_of(alert),
        excess=file.count - (alert.expected or 0.0),
        known={},
    )


def _editors_of(alert: Alert) -> str:
    """The kind of editors with accounts that made most of the change, as far as it is explained already."""
    explanation = Explanation.objects.filter(pk=alert.pk).first()
    kinds = explanation.evidence.get("kinds") if explanation else None
    shares = {part["name"]: part["share"] for part in kinds["parts"]} if kinds else {}
    accounts = [kind for kind in shares if kind != EditorType.ANONYMOUS]
    return max(accounts, key=shares.__getitem__, default=EditorType.USER.value)


def _ask_all(visit: Visit, session: Session, clock: Clock) -> None:
    case, in_a_row = case_of(visit.file), 0
    for part in CONTENTS.values():
        case = replace(case, known={name: entry["data"] for name, entry in visit.file.contents.items() if "data" in entry})
        if not part.concerns(case.metric) or _is_fresh(visit, part):
            continue
        try:
            if not _take_over(visit, part):
                visit.note(part, KNOWN, data=part.ask(session, case))
            in_a_row = 0
        except EmptyPart:
            visit.note(part, EMPTY)
        except PartDiffers as error:
            visit.note(part, DIFFERS, error=str(error))
        except RateLimited as error:
            visit.note(part, FAILED, error=str(error))
            visit.wait = error.seconds
            return
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:  # of Wikimedia's; or a fault of ours, which the other parts have nothing to do with
            visit.note(part, FAILED, error=_told(visit.file, part, error))
            visit.failed, in_a_row = visit.failed + 1, in_a_row + 1
        if not _store(visit, clock()) or in_a_row >= HOPELESS:
            return


def _take_over(visit: Visit, part: Part) -> bool:
    """Take a part that is of the wiki and month from the file of another of its alerts (total, people, bots), if one has it.

    Only on the first visit, and only what was asked for since this alert was raised, a short while ago, about an alert whose
    count was not revised since: then both were judged by the same fetch, and the part is none of an earlier one.
    """
    file = visit.file
    if not part.shared or file.fetched_at is not None:
        return False
    month = file.alert.figures_month
    near = Alert.objects.standing().filter(Q(month=month) | Q(worst_month=month), project=file.alert.project_id)
    since = max(file.alert.raised_at, visit.now - KEEPS)
    for other in CaseFile.objects.filter(alert__in=near, count=F("alert__count")).exclude(pk=file.pk).select_related("alert"):
        entry = other.contents.get(part.name, {})
        asked = entry.get("state") == KNOWN and entry["of"] == other.count and dt.datetime.fromisoformat(entry["at"]) >= since
        if asked and other.alert.figures_month == month:
            file.contents[part.name] = entry | {"of": file.count}
            return True
    return False


def _told(file: CaseFile, part: Part, error: Exception) -> str:
    """What is kept of an error. Of one that nobody expected only where it happened: its words may name people."""
    if isinstance(error, WikimediaError):
        return str(error)
    where = "".join(traceback.format_tb(error.__traceback__))
    logger.error("Case file of %s, %s: unexpected %s\n%s", file, part.name, type(error).__name__, where)
    return f"Unexpected {type(error).__name__}; the log says where"


def _is_fresh(visit: Visit, part: Part) -> bool:
    """Whether the part was fetched for the same count a short while ago: by a worker that was killed, or held up."""
    entry = visit.file.contents.get(part.name, {})
    if entry.get("state") != KNOWN or entry.get("of") != visit.file.count:
        return False
    return visit.now - dt.datetime.fromisoformat(entry["at"]) < KEEPS


def _store(visit: Visit, now: dt.datetime, **values: Any) -> bool:
    """Write the contents, as long as the claim holds, the alert stands and its count was not revised."""
    file = visit.file
    mine = CaseFile.objects.filter(pk=file.pk, claim=file.claim, count=file.count, alert__in=_standing(file.pk))
    kept = {"contents": file.contents, "claimed_until": now + dt.timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT)}
    if holds_names(file.contents):
        fetched = dt.datetime.fromisoformat(file.contents["accounts"]["at"])
        kept["names_until"] = fetched + dt.timedelta(days=settings.CASE_FILE_NAME_DAYS)
    return bool(mine.update(**(kept | values)))


def _standing(alert_id: int) -> QuerySet[Alert]:
    return Alert.objects.standing().filter(pk=alert_id)


@retried_transaction
def _finish(visit: Visit, now: dt.datetime) -> bool:
    """Store the end of the visit and give the file back; False where it was taken away meanwhile."""
    file = visit.file
    states = {entry["state"] for entry in file.contents.values()}
    file.failures = file.failures + 1 if visit.failed or DIFFERS in states else 0
    file.state = CaseFile.State.COMPLETE if states <= {KNOWN, EMPTY} else CaseFile.State.PARTIAL
    file.due_at = _next_visit(visit, states, now)
    file.fetched_at, file.last_error, file.attempts, file.claimed_until = now, visit.error, 0, None
    fields = ("state", "due_at", "fetched_at", "failures", "last_error", "attempts", "claimed_until")
    if _store(visit, now, claim="", **{field: getattr(file, field) for field in fields}):
        return True
    # The alert was withdrawn, or revised: it is due again from that moment on. Nobody asks about one that is withdrawn.
    _give_back(file)
    return False


def _give_back(file: CaseFile) -> None:
    """Free a file that this worker has claimed; the attempt does not count."""
    CaseFile.objects.filter(pk=file.pk, claim=file.claim).update(claim="", claimed_until=None, attempts=0)


def _next_visit(visit: Visit, states: set[str], now: dt.datetime) -> dt.datetime | None:
    """When to ask again: never, where all is known, or empty for good."""
    if visit.wait:
        return now + dt.timedelta(seconds=visit.wait)
    if visit.file.failures:
        return back_off(visit.file.failures, now) if visit.file.failures < MAX_FAILURES else None
    end_of_month = dt.datetime.combine(add_months(visit.file.alert.figures_month, 1), dt.time(), dt.UTC)
    return next_check(now) if EMPTY in states and now - end_of_month < MAY_COME else None
