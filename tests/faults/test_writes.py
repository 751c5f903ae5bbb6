"""Everything that writes, through HTTP and the command line, outside any transaction of the test: on MariaDB a lock that is
asked for without a transaction is an error, and only there. What is tried is read from the addresses, the admin's registry
and the list of commands: whoever adds a page, a form, a button, an action or a command has it tried here."""

from __future__ import annotations

import datetime as dt
import mailbox
from collections.abc import Iterator
from html import unescape
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib import admin
from django.core.management import call_command, get_commands
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from alerts.models import Alert, Category
from annotations.models import Annotation, Report
from causes.findings import Cause
from causes.models import Explanation
from edits.snapshot.services import SAMPLE_DIR
from subscriptions.models import Message
from subscriptions.tokens import message_mark
from tests.address_rows import rows_of
from tests.addresses import addresses_of, patterns
from tests.factories import make_alert, make_edit_counts, make_project
from tests.page_forms import PageForm, forms_of
from tests.replay.fixtures import TODAY
from tests.replay.server import ReplayServer

pytestmark = pytest.mark.django_db(transaction=True)

WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")
# Rows that are written whatever the page does.
ASIDE = ("django_session", "axes_", "django_admin_log")
OUR_ROOMS = (
    "accounts",
    "alerts",
    "alerts_site",
    "annotations",
    "dashboards",
    "edits",
    "events",
    "causes",
    "subscriptions",
    "operations",
)


# What programs write with is tried in tests/api: it has no forms.
PAGES = sorted(name for name in patterns() if not name.startswith("api-v1:"))
# Pages that show the forms of addresses which take nothing but a form.
PAGES_WITH_FORMS = ("alert", "following", "group-change")
# What is typed where words of any kind would be refused.
TYPED = {
    "choose-language": {"language": "de"},
    "address-add": {"channel": "mail", "target": "root@example.org"},
    "event-propose": {"scope": "wiki:is.wikipedia.org", "first_day": "2022-11-01", "last_day": "2022-11-30", "url": ""},
    "follow-mute": {"until": "2030-01-01"},
    "following-preferences": {"language": "de", "time_zone": "Atlantic/Reykjavik"},
    "group-change": {"languages": "is", "families": "", "wikis": "is.wikipedia.org"},
    "group-make": {"languages": "is", "families": "wikipedia", "wikis": ""},
    "own-password": dict.fromkeys(("new_password1", "new_password2"), "a hare ran over the ice")
    | {"old_password": "root knows this"},
}


@pytest.fixture
def site(db: None, bob: User, root: User, settings: Any) -> dict[str, Any]:
    """A wiki with an alert that is explained, notes in two states, a report, an event, and what root follows: the values that
    addresses ask for."""
    settings.EMAIL_HOST = "mail.example.org"  # so that addresses of mails can be added; nothing is sent here
    project = make_project()
    make_edit_counts(project, {dt.date(2022, month, 1): 500 + month for month in range(1, 13)})
    alert = make_alert(project)
    make_alert(project, dt.date(2022, 3, 1))
    note = Annotation.objects.create(alert=alert, author=bob, text="A contest ran on this wiki all month.", status="published")
    Annotation.objects.create(alert=alert, author=bob, text="Perhaps it was a bot after all.", status="pending")
    Report.objects.create(annotation=note, reporter=bob, reason="It was in May")
    Explanation.objects.create(
        alert=alert, cause=Cause.MANY_PEOPLE, suggestion="contest", explained_count=alert.count, rules_version=1
    )
    return rows_of(alert, root) | {"note": note.pk, "domain": project.domain}


def address_of(name: str, site: dict[str, Any]) -> str:
    return addresses_of(name)[0].format(**site)


def pages_with_form(client: Client, url: str, site: dict[str, Any]) -> Iterator[tuple[Any, str]]:
    """The page itself; where it only takes forms, those pages that show them."""
    page = client.get(url)
    if page.status_code != 405:
        yield page, url
        return
    for name in PAGES_WITH_FORMS:
        shown_on = address_of(name, site)
        yield client.get(shown_on), shown_on


def send(client: Client, form: PageForm, button: tuple[str, str] = ("", ""), **changes: Any) -> tuple[Any, list[str]]:
    """Press a button of a form; return the answer, and the statements that wrote."""
    name, value = button
    data = form.filled(**({name: value} if name else {}), **changes)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = client.post(form.action, data)
        if response.streaming:
            b"".join(response.streaming_content)
    assert response.status_code < 500, (form.action, button, response.status_code)
    statements = [query["sql"] for query in queries.captured_queries]
    wrote = [sql for sql in statements if sql.startswith(WRITES) and not any(table in sql.split("(")[0] for table in ASIDE)]
    return response, wrote


def is_sign_in(form: PageForm) -> bool:
    return "password" in form.fields or urlsplit(form.action).path in {reverse("logout"), reverse("admin:logout")}


@pytest.mark.parametrize("name", PAGES)
def test_each_form_of_each_page_is_sent_and_stored(name: str, site: dict[str, Any], root: User, client_for: Any) -> None:
    client, url = client_for(root), address_of(name, site)
    only_takes, sent = client.get(url).status_code == 405, 0
    for page, shown_on in pages_with_form(client, url, site):
        if page.streaming or "html" not in page.headers.get("Content-Type", ""):
            continue
        forms = [form for form in forms_of(page, shown_on) if urlsplit(form.action).path == urlsplit(url).path]
        for form in [form for form in forms if not is_sign_in(form)]:
            response, wrote = send(client, form, **TYPED.get(name, {}))
            assert wrote or response.status_code == 302, (url, response.status_code, response.content[:2000])
            sent += 1
            # Once more from the same page, which by now is out of date, with other words.
            later = {name: "Written from a page that was out of date." for name in form.texts if name != "link"}
            send(client, form, **later)
    assert sent or not only_takes, f"None of {PAGES_WITH_FORMS} shows a form for {url}"
    assert client.post(url).status_code < 500


@pytest.mark.parametrize(
    "model", sorted(admin.site._registry, key=lambda model: model._meta.label), ids=lambda m: m._meta.label
)
def test_each_button_and_action_of_the_admin(model: Any, site: dict[str, Any], root: User, client_for: Any) -> None:
    client, meta = client_for(root), model._meta
    listed = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    pages = [reverse(f"admin:{meta.app_label}_{meta.model_name}_add")]
    row = model._default_manager.first()
    if row is not None:
        pages.append(reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk]))
    for url in pages:
        if client.get(url).status_code != 200:
            continue  # this page is not to be had
        buttons = [button for form in forms_of(client.get(url), url) if not is_sign_in(form) for button in form.buttons]
        for button in buttons:
            fresh = client.get(url)
            if fresh.status_code != 200:
                break
            form = next((form for form in forms_of(fresh, url) if button in form.buttons and not is_sign_in(form)), None)
            if form is None:
                continue  # another decision made this one impossible
            response, _ = send(client, form, button)
            confirm = forms_of(response, form.action) if response.status_code == 200 else []
            for again in [each for each in confirm if "_previewed" in each.fields]:
                send(client, again)
    page = client.get(listed)
    for form in forms_of(page, listed) if page.status_code == 200 else []:
        if ("_save", "Save") in form.buttons or any(name == "_save" for name, _ in form.buttons):
            send(client, form, ("_save", "Save"), action="")
        for action in [value for value in form.choices.get("action", []) if value]:
            chosen = [str(row.pk) for row in model._default_manager.all()[:2]]
            response, _ = send(client, form, action=action, _selected_action=chosen)
            if response.streaming or response.status_code != 200:
                continue
            for asked in [each for each in forms_of(response, listed) if {"confirmed", "post"} & set(each.fields)]:
                send(client, asked)


def test_a1_what_was_typed_into_a_form_of_the_admin_comes_back_when_it_is_refused(
    site: dict[str, Any], root: User, client_for: Any
) -> None:
    """Each form, with a choice that there is not: the answer shows the form again, and every word that was typed."""
    client, refused = client_for(root), 0
    for model in admin.site._registry:
        name, row = f"admin:{model._meta.app_label}_{model._meta.model_name}", model._default_manager.first()
        urls = [reverse(f"{name}_add"), *([reverse(f"{name}_change", args=[row.pk])] if row is not None else [])]
        for url in urls:
            page = client.get(url)
            for form in [each for each in forms_of(page, url) if not is_sign_in(each)] if page.status_code == 200 else []:
                typed = {
                    field: f"Words typed into {field}."
                    for field in form.texts
                    if "date" not in field and "__prefix__" not in field
                }
                wrong = dict.fromkeys(form.choices, "no such choice")
                response, wrote = send(client, form, form.buttons[0] if form.buttons else ("", ""), **typed | wrong)
                if wrote or response.status_code != 200 or not typed:
                    continue
                text = unescape(response.content.decode())
                lost = [field for field, words in typed.items() if words not in text]
                assert not lost, f"{url} forgets {lost}"
                refused += 1
    assert refused > 5


@pytest.mark.parametrize("kind", ["pages", "admin"])
def test_e18_no_form_is_taken_without_the_version_that_was_seen(
    kind: str, site: dict[str, Any], root: User, client_for: Any
) -> None:
    """Wherever a form carries the version of its row: without it, nothing that was typed is stored."""
    client = client_for(root)
    if kind == "pages":
        # The one left out writes a new note: there is no version to have seen.
        urls = [address_of(name, site) for name in PAGES if name != "annotation-create"]
    else:
        rows = [(model._meta, model._default_manager.first()) for model in admin.site._registry]
        urls = [reverse(f"admin:{m.app_label}_{m.model_name}_change", args=[row.pk]) for m, row in rows if row is not None]
        urls += [reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist") for meta, _row in rows]
    tried = set[str]()
    for url in urls:
        page = client.get(url)
        if page.streaming or page.status_code != 200 or "html" not in page.headers.get("Content-Type", ""):
            continue
        for form in forms_of(page, url):
            versions = [name for name, values in form.fields.items() if name.endswith("version") and any(values)]
            for button in form.buttons if versions else []:
                typed = dict.fromkeys(form.texts, "Words of somebody who saw no version at all.")
                _response, wrote = send(client, form, button, **typed | dict.fromkeys(versions, ""))
                assert not wrote, (url, button, wrote)
                tried.add(form.action)
    assert tried


def test_the_moderators_decisions_are_stored(site: dict[str, Any], root: User, client_for: Any) -> None:
    """That buttons answer is not all: those of the alert's page do what they say."""
    client = client_for(root)
    url = reverse("admin:alerts_alert_change", args=[site["pk"]])
    form = next(form for form in forms_of(client.get(url), url) if any(name == "_move" for name, _ in form.buttons))
    other = {name: values for name, values in form.fields.items() if name.startswith("annotations-")}
    category = str(Category.objects.get(slug="contest").pk)
    send(client, form, ("_move", "explain"), category=category, label="Contest", reason="Seen", **other)
    alert = Alert.objects.get(pk=site["pk"])
    assert (alert.status, alert.label) == ("explained", "Contest")


@pytest.fixture
def arguments(
    tmp_path: Path, site: dict[str, Any], replay: ReplayServer, settings: Any
) -> dict[str, tuple[list[str], dict[str, Any]]]:
    """What each command is called with."""
    settings.WIKIMEDIA_ANALYTICS_URL, settings.WIKIMEDIA_SITEMATRIX_URL = replay.analytics_url, replay.sitematrix_url
    settings.WIKIMEDIA_MAX_PER_MINUTE, settings.REDIS_KEY_PREFIX = 0, f"test-{replay.url}"
    settings.WIKIMEDIA_WIKI_API_URL = replay.wiki_api_url
    fetched = {"today": TODAY, "jobs": 1}
    table = tmp_path / "events.csv"
    table.write_text("title,kind,first_day,last_day,scope\nContest,contest,2022-11-01,2022-11-30,all\n")
    bounces = tmp_path / "bounces"
    now = timezone.now()
    sent = Message.objects.create(
        address_id=site["address"], channel="mail", purpose="test", period="1", state="sent",
        planned_at=now, next_try_at=now, sent_at=now,
    )  # fmt: skip
    mark = message_mark(sent.pk)
    mailbox.Maildir(bounces, create=True).add(
        f"To: bounces+{mark}@example.org\nContent-Type: message/delivery-status\n\n\nAction: failed\nStatus: 5.1.1\n"
    )
    return {
        "sync_projects": ([], {}),
        "fetch_counts": ([], fetched),
        "refresh": ([], fetched),
        "detect_alerts": ([], {}),
        "recompute_alerts": (["--apply"], {}),
        "backtest": ([], {}),
        "load_snapshot": ([str(SAMPLE_DIR)], {}),
        "load_calendar": ([], {}),
        "explain_alerts": (["--all"], {}),
        "fetch_case_files": (["--month", "2022-11"], {}),
        "import_events": (["csv", str(table)], {}),
        "month_report": (["2022-11", "--project", site["domain"]], {}),
        "read_bounces": (["--maildir", str(bounces)], {}),
    }


# Tried by tests of their own with what they need: files of a database, a server, a download, the sources. The last two read.
ELSEWHERE = {
    "backup", "restore", "import_legacy", "quickstart", "fetch_chart_bundle", "makemessages", "explain_alert", "verify",
}  # fmt: skip
COMMANDS = sorted(name for name, room in get_commands().items() if room in OUR_ROOMS and name not in ELSEWHERE)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_that_writes(name: str, arguments: dict[str, tuple[list[str], dict[str, Any]]]) -> None:
    if name not in arguments:
        pytest.fail(f"Say in the fixture `arguments` what {name} is called with.")
    given, options = arguments[name]
    if name == "fetch_counts":
        call_command("sync_projects", stdout=StringIO())
    call_command(name, *given, stdout=StringIO(), stderr=StringIO(), **options)
