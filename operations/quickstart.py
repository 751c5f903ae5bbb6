"""From an empty machine to a site that shows real peaks. Each step looks first whether it is done already."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone
from tqdm import tqdm

from accounts.models import User
from alerts.models import Alert
from alerts.services import detect_alerts
from causes.case_files.recorded import load_recorded_case_files
from causes.services import explain_alerts
from edits.metrics import METRICS
from edits.models import FetchRun, Project
from edits.selectors import stored_counts
from edits.snapshot.files import is_snapshot
from edits.snapshot.services import SAMPLE_DIR, load_snapshot
from edits.wikimedia.reach import reachable
from events.importers.services import load_calendar

Say = Callable[[str], Any]

# Large wikis of many languages and families, fetched before the site opens; the worker fetches the others behind it.
QUICK_START = (
    "en.wikipedia.org", "de.wikipedia.org", "fr.wikipedia.org", "es.wikipedia.org", "ja.wikipedia.org", "ru.wikipedia.org",
    "it.wikipedia.org", "zh.wikipedia.org", "pt.wikipedia.org", "ar.wikipedia.org", "fa.wikipedia.org", "hi.wikipedia.org",
    "id.wikipedia.org", "uz.wikipedia.org", "is.wikipedia.org", "sw.wikipedia.org", "en.wiktionary.org", "fr.wikisource.org",
    "commons.wikimedia.org", "www.wikidata.org",
)  # fmt: skip


class PortInUse(Exception):
    """Something else already listens where the site is to be served."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """How to log in; `password` is None when the account was there already or its password came from the environment."""

    username: str
    password: str | None


def check_port(host: str, port: int) -> None:
    """Raise PortInUse, with the remedy, when `port` is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortInUse(
                f"Port {port} is in use on this machine. Stop what listens there, or choose another: PORT=9000 make run"
            ) from error


def ensure_data(say: Say) -> None:
    """Fill an empty database from the best source that can be reached: Wikimedia, recorded data, the bundled sample.

    What an interrupted start had begun to load is loaded to its end.
    """
    begun = _half_loaded()
    if begun is not None:
        say(f"The last start was interrupted while it loaded {begun}: going on.")
        _load(begun)
    elif stored_counts():
        say(f"Data is there already: {stored_counts():,} month counts of {Project.objects.count():,} projects.")
    elif _wikimedia_answers(say) and _fetch_some(say):
        say("Source: Wikimedia, live. The worker fetches all other wikis while the site serves.")
    elif is_snapshot(settings.SNAPSHOT_DIR):
        say(f"Source: recorded data in {settings.SNAPSHOT_DIR}.")
        _load(settings.SNAPSHOT_DIR)
    else:
        say("Source: the small sample that comes with the project (eight wikis).")
        _load(SAMPLE_DIR)


def _half_loaded() -> Path | None:
    """The folder of recorded data whose loading did not come to its end; None when nothing is half done."""
    folders = {FetchRun.Source.SNAPSHOT: settings.SNAPSHOT_DIR, FetchRun.Source.SAMPLE: SAMPLE_DIR}
    newest = FetchRun.objects.order_by("-started_at", "-pk").first()
    if newest is None or newest.source not in folders or newest.state == FetchRun.State.SUCCEEDED:
        return None
    folder: Path = folders[FetchRun.Source(newest.source)]
    return folder if is_snapshot(folder) else None


def _fetch_some(say: Say) -> bool:
    """Fetch the edits of QUICK_START; what fails is said, and asked again by the worker. Whether anything came."""
    try:
        call_command("sync_projects")
        there = Project.objects.filter(domain__in=QUICK_START).values_list("domain", flat=True)
        call_command("fetch_counts", metric=["edits"], project=list(there))
    except CommandError as error:
        say(str(error))
    return stored_counts() > 0


def _wikimedia_answers(say: Say) -> bool:
    if not settings.WIKIMEDIA_CONTACT:
        say("Wikimedia is not asked: set WIKIMEDIA_CONTACT to your e-mail address or URL, by which it can reach you.")
        return False
    if not all(map(reachable, (settings.WIKIMEDIA_SITEMATRIX_URL, settings.WIKIMEDIA_ANALYTICS_URL))):
        say("Wikimedia is out of reach from here; going on with recorded data.")
        return False
    return True


def _load(folder: Path) -> None:
    with tqdm(unit=" month counts", desc="Loading", disable=None) as bar:
        load_snapshot(folder=folder, on_start=bar.reset, progress=bar.update)


def ensure_alerts(say: Say) -> None:
    """Judge what has not been judged yet."""
    with tqdm(METRICS, unit=" metrics", desc="Looking for peaks", disable=None) as bar:
        results = [result for metric in bar for result in detect_alerts(metrics=(metric,))]
    for result in results:
        say(f"Peaks and drops in {result}.")


def ensure_calendar(say: Say) -> None:
    """Bring in the calendar of events that comes with the site; what people edited stays."""
    report = load_calendar(now=timezone.now())
    if report.new:
        say(f"Events: {report}.")


def ensure_explanations(say: Say) -> None:
    """Say of each alert what the stored facts tell of its cause; of recorded data with the days that are recorded."""
    if FetchRun.objects.filter(source=FetchRun.Source.SNAPSHOT).exists():
        number = load_recorded_case_files(folder=settings.SNAPSHOT_DIR, now=timezone.now())
        if number:
            say(f"Days of the month: recorded for {number} alerts.")
    say(f"Causes: {explain_alerts()}.")


def ensure_administrator() -> Credentials:
    """Create the first administrator, named by the environment or with a random password."""
    existing = User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
    if existing is not None:
        return Credentials(existing.username, None)
    wanted = settings.FIRST_ADMINISTRATOR
    password = wanted["password"] or secrets.token_urlsafe(12)
    User.objects.create_superuser(username=wanted["username"], email=wanted["email"], password=password)
    return Credentials(wanted["username"], None if wanted["password"] else password)


def summary(*, url: str, credentials: Credentials) -> str:
    """What there is, where to look and how to log in."""
    run = FetchRun.objects.order_by("-started_at").first()
    login = (
        f"{credentials.username} / {credentials.password} (shown once; keep it)"
        if credentials.password
        else (
            f"{credentials.username} (the password you have; `manage.py changepassword {credentials.username}` sets a new one)"
        )
    )
    rows = {
        "Projects": f"{Project.objects.count():,}",
        "Month counts": f"{stored_counts():,}",
        "Alerts": f"{Alert.objects.shown().count():,}",
        "Source": run.get_source_display() if run else "none",
        "Site": url,
        "Admin": f"{url}admin/",
        "Log in": login,
    }
    return "\n".join(f"  {name + ':':14}{value}" for name, value in rows.items())
