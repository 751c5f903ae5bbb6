"""Log lines: one each, with ids, without secrets."""

import json
import logging
import time
import types

import pytest
from django.core.exceptions import ImproperlyConfigured

from alerts_site import logs
from alerts_site.conf.logging import logging_config


def _record(message, *arguments, error=None):
    record = logging.LogRecord("caa", logging.INFO, __file__, 1, message, arguments, error)
    logs.Ids().filter(record)
    return record


@pytest.mark.django_db
def test_the_log_line_of_an_error_page_has_the_id_that_the_page_shows(client, caplog):
    caplog.handler.addFilter(logs.Ids())
    try:
        shown = client.get("/does-not-exist")["X-Request-ID"]
    finally:
        caplog.handler.removeFilter(caplog.handler.filters[-1])
    (record,) = (record for record in caplog.records if record.getMessage() == "Not Found: /does-not-exist")
    assert record.request_id == shown


def test_gunicorn_logs_as_the_site_does():
    loggers = logging_config(level="INFO", form="json")["loggers"]
    assert loggers["gunicorn.error"] == {"handlers": [], "propagate": True}


SECRETS = ["hunter2hunter2"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("mysql://caa:hunter2hunter2@db:3306/caa", "mysql://caa:[removed]@db:3306/caa"),
        ("redis://:s3cretword@redis:6379/0", "redis://:[removed]@redis:6379/0"),
        ("password=geheim&next=/", "password=[removed]&next=/"),
        ("{'password': 'geheim', 'username': 'alice'}", "{'password': '[removed]', 'username': 'alice'}"),
        ("oauth_token_secret=abcdef1234", "oauth_token_secret=[removed]"),
        ("Authorization: Bearer abcdef1234567", "Authorization: Bearer [removed]"),
        ("Cookie: sessionid=k2j3h4; theme=dark", "Cookie: sessionid=[removed]; theme=dark"),
        ("the key is hunter2hunter2.", "the key is [removed]."),
        ("https://en.wikipedia.org/wiki/Password", "https://en.wikipedia.org/wiki/Password"),
        ("fetched 3 of 5 at 10:30", "fetched 3 of 5 at 10:30"),
        ("half a character: \ud800", "half a character: \\ud800"),
    ],
)
def test_secrets_are_removed_and_the_rest_is_kept(text, shown):
    assert logs.redact(text, SECRETS) == shown


def test_the_secrets_of_the_installation_are_known():
    values = types.SimpleNamespace(
        SECRET_KEY="key" * 10,
        DATABASE_URL="mysql://caa:database-password@db/caa",
        REDIS_URL="redis://:redis-password@redis/0",
        SENTRY_DSN="https://publickeyofsentry@sentry.example.org/1",
        SOCIAL_AUTH_MEDIAWIKI_SECRET='oauth"secret',
        METRICS_TOKEN="abc",
    )
    assert set(logs.known_secrets(values)) == {
        "key" * 10, "database-password", "redis-password", "publickeyofsentry", 'oauth"secret', 'oauth\\"secret',
    }  # fmt: skip


def test_a_json_line_has_the_ids_and_no_secret():
    token = logs.request_id.set("request-1234")
    try:
        line = logs.JsonLinesFormatter("%(message)s %(request_id)s %(task_id)s").format(
            _record("could not connect to %s", "mysql://caa:geheim12@db/caa")
        )
    finally:
        logs.request_id.reset(token)
    assert json.loads(line) == {
        "message": "could not connect to mysql://caa:[removed]@db/caa",
        "request_id": "request-1234",
        "task_id": "-",
    }


def test_a_secret_in_a_traceback_is_removed():
    try:
        raise ValueError("mysql://caa:geheim12@db/caa")
    except ValueError as error:
        record = _record("failed", error=(type(error), error, error.__traceback__))
    assert "geheim12" not in logs.JsonLinesFormatter("%(message)s").format(record)
    assert "geheim12" not in logs.LineFormatter("%(message)s").format(record)


def test_an_event_for_the_error_reporter_is_redacted_in_depth():
    event = {"message": "x", "extra": {"rows": ["password=geheim"]}, "level": 3}
    assert logs.redact_event(event) == {"message": "x", "extra": {"rows": ["password=[removed]"]}, "level": 3}


LONG = 100_000
HOSTILE = {
    "a scheme that never ends": "a." * (LONG // 2),
    "many schemes": "a://" * (LONG // 4),
    "a user that never ends": "x://" + "u" * LONG,
    "many colons": "x://" + "a:" * (LONG // 2),
    "a password without its end": "x://u:" + "p" * LONG,
    "many words of secrets": "token " * (LONG // 6),
    "a word of secrets and blanks": "token" + " " * LONG,
    "an equal sign and blanks": "token=" + " " * LONG,
    "oauth without an end": "oauth_" * (LONG // 6),
    "many bearers": "Bearer " * (LONG // 7),
    "a bearer of blanks": "Bearer" + " " * LONG,
    "quotes": "'" * LONG,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_the_cost_of_redaction_is_in_proportion_to_the_text(kind):
    """A quadratic pattern took 21 s for 100 kB; ten times the text may take some twenty times the time, never a hundred."""
    begun = time.perf_counter()
    logs.redact(HOSTILE[kind], SECRETS)
    assert time.perf_counter() - begun < 1
    begun = time.perf_counter()
    logs.redact(HOSTILE[kind] * 5, SECRETS)
    assert time.perf_counter() - begun < 2


@pytest.mark.parametrize("make", [logs.LineFormatter, logs.JsonLinesFormatter])
def test_what_nobody_reads_is_left_out_of_a_line_and_its_secrets_are_too(make):
    at_the_cut = "x" * (logs.MAX_TEXT - logs.KEPT_END - 40) + " password=geheim12geheim12geheim12geheim12 " + "y" * LONG
    try:
        raise ValueError(at_the_cut)
    except ValueError as error:
        record = _record("%s", at_the_cut, error=(type(error), error, error.__traceback__))
    line = make("%(message)s").format(record)
    assert len(line) < 3 * logs.MAX_TEXT
    assert "characters left out" in line
    assert "geheim" not in line
    assert record.getMessage() == at_the_cut  # other handlers see it whole


def test_an_address_that_sentry_does_not_take_is_a_sentence():
    with pytest.raises(ImproperlyConfigured, match="SENTRY_DSN is not one that Sentry gives out"):
        logs.report_errors(dsn="https://sentry.example.org/nothing", environment="embedded")
