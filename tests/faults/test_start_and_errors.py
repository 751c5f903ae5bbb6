"""W14, W16, W17, W18, W19, W20, W22: a safe start, quiet errors, headers, addresses and caches."""

import json
import logging
import re

import pytest
from celery import signals
from django.core.checks import run_checks
from django.core.mail import EmailMessage
from django.db import OperationalError, connection
from django.http import HttpRequest
from django.test import Client, override_settings
from django.urls import path

from accounts.models import User
from alerts_site import celery_signals, logs  # noqa: F401 - the listeners under test
from alerts_site import urls as site
from alerts_site.addresses import client_address
from alerts_site.errors import bad_request, page_not_found, permission_denied, server_error
from tests.alerts_site.production import production_environment, run
from tests.factories import make_alert, make_project

SECRET_DETAIL = "SELECT password FROM users -- /srv/caa/settings.py"


def _explodes(request):
    raise RuntimeError(SECRET_DETAIL)


def _database_away(request):
    from django.db import OperationalError

    raise OperationalError(2003, "Can't connect to server on 'db.internal'")


def _forbidden(request):
    from django.core.exceptions import PermissionDenied

    raise PermissionDenied(SECRET_DETAIL)


urlpatterns = [path("explodes/", _explodes), path("away/", _database_away), path("forbidden/", _forbidden), *site.urlpatterns]
handler400, handler403, handler404, handler500 = bad_request, permission_denied, page_not_found, server_error


@override_settings(PLOTLY_DASH={"view_decorator": "dashboards.misspelt.guard"})
def test_w14_misspelt_chart_guard_fails_the_check():
    assert "alerts_site.E009" in {message.id for message in run_checks()}


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("address", "status"), [("/explodes/", 500), ("/away/", 503), ("/forbidden/", 403), ("/nowhere/", 404)]
)
def test_w16_error_pages_are_generic_and_carry_the_request_id(address, status, caplog):
    response = Client(raise_request_exception=False).get(address)
    page = response.content.decode()
    assert response.status_code == status
    assert response["X-Request-ID"] in page
    assert "SELECT" not in page
    assert "settings.py" not in page
    assert "db.internal" not in page
    assert "Traceback" not in page
    assert 'id="find"' in page, "the header of the site, with its search"
    assert 'class="languages"' in page
    assert 'class="login"' not in page, "no person is asked for while the database may be away"


def test_w16_debug_is_off_by_default(tmp_path):
    environment = production_environment(tmp_path, PROFILE=None, DEBUG=None, DATABASE_URL=None, REDIS_URL=None)
    printed = run(environment, "-c", "from alerts_site import settings; print(settings.DEBUG)")
    assert printed.stdout.strip() == "False", printed.stderr


NOTHING_BUT_DEBUG = {
    "DEBUG": "1", "ALLOWED_HOSTS": None, "WIKIMEDIA_CONTACT": None, "REDIS_URL": None, "DATABASE_URL": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "numbers"),
    [
        ({"SECRET_KEY": None}, {"E001"}),
        ({"SECRET_KEY": "change-me"}, {"E001"}),
        (NOTHING_BUT_DEBUG, {"E002", "E003", "E004", "E005", "E006", "E007"}),
    ],
)
def test_w17_unsafe_production_refuses_to_start(tmp_path, changes, numbers):
    """The web process, as gunicorn loads it, names everything that is wrong at once."""
    started = run(production_environment(tmp_path, **changes), "-c", "import alerts_site.wsgi")
    assert started.returncode != 0
    assert {number for number in numbers if f"alerts_site.{number}" not in started.stderr} == set()


def test_w17_unsafe_worker_refuses_to_start(tmp_path):
    started = run(production_environment(tmp_path, **NOTHING_BUT_DEBUG), "-m", "celery", "-A", "celery_app", "worker")
    assert started.returncode != 0
    assert "alerts_site.E006" in started.stderr


def test_w17_unsafe_beat_refuses_to_start(settings):
    """Celery logs what its listeners raise and goes on; this one must end the process all the same."""
    settings.PRODUCTION, settings.ALLOWED_HOSTS = True, ["*"]
    with pytest.raises(SystemExit, match=r"alerts_site\.E003"):
        signals.beat_init.send(sender=None)


def test_w17_rubbish_in_the_environment_names_variable_and_value(tmp_path):
    started = run(production_environment(tmp_path, DEBUG="perhaps"), "-c", "import alerts_site.wsgi")
    assert started.returncode != 0
    assert "DEBUG must be true or false, not 'perhaps'" in started.stderr


@pytest.mark.services
def test_w17_check_deploy_names_nothing_but_the_migrations_of_an_empty_database(tmp_path):
    checked = run(production_environment(tmp_path), "manage.py", "check", "--deploy", "--fail-level", "INFO")
    assert checked.returncode == 1
    assert re.findall(r"\((\w+\.[EWI]\d+)\)", checked.stderr) == ["alerts_site.E012"]


@pytest.mark.services
@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"STATIC_ROOT": "/nowhere"}, "E011"),
        ({"WIKIMEDIA_MAX_IN_FLIGHT": "50"}, "W006"),
        ({"WIKIMEDIA_MAX_PER_MINUTE": "0"}, "W006"),
        ({"METRICS_TOKEN": "x"}, "E013"),
        ({"ALLOWED_HOSTS": ".com"}, "E003"),
        ({"ALLOWED_HOSTS": "alerts.example.org,.co.uk"}, "E003"),
        ({"DATABASE_URL": "mysql://nobody@127.0.0.1:9/nothing"}, "E014"),
    ],
)
def test_e9_check_deploy_names_what_an_operator_forgot(tmp_path, changes, number):
    checked = run(production_environment(tmp_path, **changes), "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert checked.returncode == 1
    assert f"alerts_site.{number}" in checked.stderr
    assert "Traceback" not in checked.stderr


@pytest.mark.services
def test_e9_a_refused_start_of_the_web_server_is_its_reasons_and_nothing_else(tmp_path):
    environment = production_environment(tmp_path, ALLOWED_HOSTS="*", METRICS_TOKEN="x", WEB_PROCESSES="4")
    refused = run(environment, "-m", "gunicorn", "alerts_site.wsgi", "--bind", "127.0.0.1:0")
    assert refused.returncode == 1
    lines = [line for line in refused.stderr.strip().splitlines() if "Starting gunicorn" not in line]
    assert lines[0] == "The production profile cannot start:"
    assert [line.split(":")[0].strip() for line in lines[1:]] == ["alerts_site.E003", "alerts_site.E013"]


@pytest.mark.django_db
def test_w18_wrong_host_is_refused(client):
    response = client.get("/", headers={"host": "evil.example.org"})
    assert response.status_code == 400
    assert b"evil" not in response.content


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "6.6.6.6", "10.0.0.1"),  # no proxy of ours: the header is somebody's claim
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),  # the visitor wrote the first one
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "10.0.0.1"),  # came around the outer proxy
        (1, "not-an-address", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, "2001:DB8::1", "2001:db8::1"),
    ],
)
def test_w18_address_comes_from_the_trusted_proxy_only(settings, proxies, forwarded, expected):
    settings.TRUSTED_PROXY_COUNT = proxies
    request = HttpRequest()
    request.META = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": forwarded}
    assert client_address(request) == expected


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/accounts/login/", "/admin/login/", "/nowhere/"])
def test_w19_strict_headers_on_every_page(client, address):
    response = client.get(address)
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy.split("; ")
    assert "unsafe-inline" not in policy
    assert "frame-ancestors 'none'" in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert response["X-Frame-Options"] == "DENY"


@pytest.mark.services
@pytest.mark.parametrize(
    ("chosen", "policy"),
    [
        ({}, "max-age=31536000"),
        ({"SECURE_HSTS_INCLUDE_SUBDOMAINS": "true"}, "max-age=31536000; includeSubDomains"),
        ({"SECURE_HSTS_PRELOAD": "true", "SECURE_HSTS_SECONDS": "7200"}, "max-age=7200; preload"),
    ],
)
def test_w19_hsts_and_cookies_in_production(tmp_path, chosen, policy):
    code = """
from django.conf import settings as s
import django; django.setup()
from django.test import Client
answer = Client().get("/healthz", secure=True, headers={"host": "alerts.example.org"})
plain = Client().get("/accounts/login/", headers={"host": "alerts.example.org"})
print(answer["Strict-Transport-Security"], plain.status_code, plain["Location"], s.CSRF_COOKIE_SECURE,
      s.CSRF_COOKIE_SAMESITE, s.SESSION_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE, sep="|")
"""
    printed = run(production_environment(tmp_path, **chosen), "-c", code)
    assert printed.stdout.strip() == (f"{policy}|301|https://alerts.example.org/accounts/login/|True|Lax|True|True|Lax"), (
        printed.stderr
    )


@pytest.mark.parametrize("formatter", [logs.LineFormatter("%(levelname)s %(message)s"), logs.JsonLinesFormatter()])
def test_w20_a_line_break_in_a_name_does_not_begin_a_log_line(formatter):
    name = "mallory\r\nCRITICAL all passwords leaked\u2028and more"
    line = formatter.format(logging.LogRecord("caa", logging.INFO, __file__, 1, "signed in: %s", (name,), None))
    assert len(line.splitlines()) == 1
    if line.startswith("{"):
        assert json.loads(line)["message"] == f"signed in: {name}"


def test_w20_a_line_break_in_a_mail_subject_is_refused():
    from django.core.mail.message import BadHeaderError

    with pytest.raises(BadHeaderError):
        EmailMessage("Alert\r\nBcc: everybody@example.org", "text", "a@example.org", ["b@example.org"]).message()


@pytest.mark.django_db
def test_w22_signed_in_pages_are_private(client_for, bob):
    assert "private" in client_for(bob).get("/")["Cache-Control"]


@pytest.mark.django_db
def test_w22_public_pages_carry_an_etag_and_make_no_session(client):
    response = client.get("/")
    assert response["ETag"]
    assert "sessionid" not in response.cookies
    again = client.get("/", headers={"if-none-match": response["ETag"]})
    assert again.status_code == 304


@pytest.mark.django_db
def test_w19_an_unchanged_page_keeps_the_policy_it_was_sent_with(client):
    """A browser replaces the stored headers by those of the 304: a strict policy there would block the page's chart."""
    address = f"/alerts/{make_alert(make_project()).pk}/chart/"
    page = client.get(address)
    assert "frame-ancestors 'self'" in page["Content-Security-Policy"]
    again = client.get(address, headers={"if-none-match": page["ETag"]})
    assert again.status_code == 304
    assert "Content-Security-Policy" not in again


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_m07_an_outage_that_a_middleware_meets_is_a_503_too(client, bob, settings, method):
    """The session is read from the database before any view runs."""
    settings.RATELIMIT_ENABLE = True  # asks who it is
    client.force_login(bob)
    client.raise_request_exception = False

    def away(execute, sql, params, many, context):
        raise OperationalError(2006, "Server has gone away")

    with connection.execute_wrapper(away):
        response = getattr(client, method)("/alerts/")
    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert response["X-Request-ID"] in response.content.decode()
    assert client.get("/alerts/").status_code == 200


@pytest.mark.django_db
def test_m07_the_user_is_still_there_after_an_outage(client, bob):
    """An error page asks neither session nor database."""
    client.force_login(bob)
    client.raise_request_exception = False
    with override_settings(ROOT_URLCONF=__name__):
        assert client.get("/away/").status_code == 503
    assert client.get("/").status_code == 200
    assert User.objects.filter(pk=bob.pk).exists()
