"""Work that runs elsewhere; each task calls one service."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from causes import services
from causes.case_files import forgetting
from causes.case_files.fetching import fetch_case_file as work_on
from causes.case_files.services import dispatch_case_files
from edits.clock import current_day
from edits.wikimedia.factory import shared_session


@shared_task(name="causes.tasks.explain")
def explain() -> str:
    """Explain what has no explanation yet, or one of other figures; then ask for the case files that are due.

    Running it twice, late or never loses nothing.
    """
    result = str(services.explain_alerts())
    dispatch_case_files(today=current_day(), now=timezone.now(), dispatch=_hand_over)
    return result


def _hand_over(alert_id: int) -> None:
    """The schedule hands over again each minute what nobody has begun by then."""
    fetch_case_file.apply_async((alert_id,), expires=60)


@shared_task(name="causes.tasks.fetch_case_file")
def fetch_case_file(alert_id: int) -> None:
    """Ask Wikimedia about one alert, and explain it with what it says."""
    if work_on(alert_id=alert_id, session=shared_session()) is not None:
        services.explain_alerts(alert_ids=[alert_id], again=True)


@shared_task(name="causes.tasks.forget_names")
def forget_names() -> int:
    """Forget the names of people that were kept for long enough."""
    return forgetting.forget_names(now=timezone.now())
