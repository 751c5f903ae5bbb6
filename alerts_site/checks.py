"""Numbered checks of everything that an operator can get wrong, each with its remedy.

`manage.py check` runs them for whatever profile is set, `manage.py check --deploy` those that ask other machines too, and no
web or worker process of the production profile starts while one of the errors stands (`refuse_unsafe_start`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.db.migrations.exceptions import BadMigrationError, InconsistentMigrationHistory
from django.db.migrations.executor import MigrationExecutor
from django.utils.module_loading import import_string

from alerts_site.checks_telling import links_in_mails, links_in_webhooks, sender_named
from edits.wikimedia.config import CONTACT

SAMPLE_SECRET_KEYS = {"change-me", "changeme", "replace-me", "secret", "insecure"}
MIN_SECRET_KEY = 50
MIN_DIFFERENT_CHARACTERS = 10
MIN_TOKEN = 20
MAX_IN_FLIGHT = 10  # requests at a time that a polite reader of Wikimedia has under way

Finding = CheckMessage | None
Rule = Callable[[Any], Finding]


def secret_key(values: Any) -> Finding:
    key = values.SECRET_KEY
    is_sample = key.lower().startswith("django-insecure") or any(sample in key.lower() for sample in SAMPLE_SECRET_KEYS)
    if is_sample or len(key) < MIN_SECRET_KEY or len(set(key)) < MIN_DIFFERENT_CHARACTERS:
        return Error(
            "SECRET_KEY is the sample one, or too short to be a secret.",
            hint=f"Set SECRET_KEY to {MIN_SECRET_KEY} or more random characters: "
            "python -c 'import secrets; print(secrets.token_urlsafe(50))'",
            id="alerts_site.E001",
        )
    return None


def debug_off(values: Any) -> Finding:
    if values.DEBUG:
        return Error(
            "DEBUG is on: error pages would show settings, paths and queries to everybody.",
            hint="Remove DEBUG from the environment.",
            id="alerts_site.E002",
        )
    return None


def hosts_named(values: Any) -> Finding:
    addresses = [host for host in values.ALLOWED_HOSTS if "/" in host]
    everybody = [host for host in values.ALLOWED_HOSTS if "*" in host or (host.startswith(".") and _is_suffix(host[1:]))]
    if not values.ALLOWED_HOSTS or everybody or addresses:
        return Error(
            "ALLOWED_HOSTS is empty, allows everybody's hosts ('*', '.com'), or holds an address instead of a domain.",
            hint="Set ALLOWED_HOSTS to the domain of this site, such as alerts.example.org.",
            id="alerts_site.E003",
        )
    return None


def _is_suffix(name: str) -> bool:
    """Whether anybody may register a domain below `name`: `com`, `co.uk`."""
    parts = [part for part in name.lower().strip(".").split(".") if part]
    return len(parts) < 2 or (len(parts) == 2 and all(len(part) <= 3 for part in parts))


def metrics_token_secret(values: Any) -> Finding:
    token = values.METRICS_TOKEN
    if token and (len(token) < MIN_TOKEN or len(set(token)) < MIN_DIFFERENT_CHARACTERS):
        return Error(
            "METRICS_TOKEN is too short to be a secret: whoever guesses it reads the numbers of the site.",
            hint=f"Set METRICS_TOKEN to {MIN_TOKEN} or more random characters, or remove it: nobody reads them then.",
            id="alerts_site.E013",
        )
    return None


def contact_named(values: Any) -> Finding:
    if not CONTACT.search(values.WIKIMEDIA_CONTACT):
        return Error(
            "WIKIMEDIA_CONTACT names nobody whom Wikimedia could reach about our requests.",
            hint="Set WIKIMEDIA_CONTACT to an e-mail address or to the https address of a page that names you.",
            id="alerts_site.E004",
        )
    return None


def cache_shared(values: Any) -> Finding:
    backend = values.CACHES["default"]["BACKEND"]
    if backend.endswith(("LocMemCache", "DummyCache", "FileBasedCache")):
        return Error(
            f"The cache is {backend.rsplit('.', 1)[-1]}: processes do not share it, so rate limits and locks would not hold.",
            hint="Set REDIS_URL, such as redis://127.0.0.1:6379/0.",
            id="alerts_site.E005",
        )
    return None


def broker_shared(values: Any) -> Finding:
    eager = getattr(values, "CELERY_TASK_ALWAYS_EAGER", False)
    if eager or not values.CELERY_BROKER_URL.startswith(("redis://", "rediss://")):
        return Error(
            "The broker is embedded or eager: other machines cannot take part, and a killed worker loses its tasks.",
            hint="Set REDIS_URL, such as redis://127.0.0.1:6379/0.",
            id="alerts_site.E006",
        )
    return None


def database_shared(values: Any) -> Finding:
    if values.DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
        return Error(
            "The database is SQLite: one file, one machine, one writer.",
            hint="Set DATABASE_URL, such as mysql://caa:password@127.0.0.1:3306/caa.",
            id="alerts_site.E007",
        )
    return None


def login_complete(values: Any) -> Finding:
    if bool(values.SOCIAL_AUTH_MEDIAWIKI_KEY) != bool(values.SOCIAL_AUTH_MEDIAWIKI_SECRET):
        return Error(
            "Only one half of the OAuth consumer is set: nobody can sign in with a Wikimedia account.",
            hint="Set both MEDIAWIKI_OAUTH_KEY and MEDIAWIKI_OAUTH_SECRET, or neither.",
            id="alerts_site.E008",
        )
    return None


def chart_guard_exists(values: Any) -> Finding:
    """A misspelt decorator would open the charts' callbacks to everybody, without a word."""
    path = values.PLOTLY_DASH.get("view_decorator")
    if path is None:
        return None
    try:
        found = callable(import_string(path))
    except ImportError:
        found = False
    if found:
        return None
    return Error(
        f"PLOTLY_DASH['view_decorator'] is {path!r}, which cannot be imported: the charts would be served unguarded.",
        hint="Correct the dotted path in the settings.",
        id="alerts_site.E009",
    )


def today_is_real(values: Any) -> Finding:
    if values.PRETEND_TODAY:
        return Error(
            f"PRETEND_TODAY is {values.PRETEND_TODAY}: the site would live in the past and fetch nothing new.",
            hint="Remove PRETEND_TODAY from the environment; it is for looking at recorded data.",
            id="alerts_site.E010",
        )
    return None


def https_enforced(values: Any) -> Finding:
    if not values.SECURE_SSL_REDIRECT or not values.SESSION_COOKIE_SECURE or values.SECURE_HSTS_SECONDS < 3600:
        return Warning(
            "Plain http is answered, or browsers are not told to insist on https.",
            hint="Leave SECURE_SSL_REDIRECT and SECURE_HSTS_SECONDS at their defaults, unless the proxy in front does both.",
            id="alerts_site.W001",
        )
    return None


def proxy_named(values: Any) -> Finding:
    if not values.TRUSTED_PROXY_COUNT:
        return Warning(
            "TRUSTED_PROXY_COUNT is 0: behind a proxy, all visitors look like one address and share one rate limit, and a "
            "redirect to https would never end.",
            hint="Set TRUSTED_PROXY_COUNT to the number of proxies between the internet and gunicorn, mostly 1.",
            id="alerts_site.W002",
        )
    return None


def static_files_collected(values: Any) -> Finding:
    if not (Path(values.STATIC_ROOT) / "staticfiles.json").is_file():
        return Error(
            f"The static files are not collected in {values.STATIC_ROOT}: every page would answer 500.",
            hint="Run `make static`, or `python manage.py collectstatic`, once for each release.",
            id="alerts_site.E011",
        )
    return None


def migrations_applied(values: Any) -> Finding:
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except (DatabaseError, BadMigrationError, InconsistentMigrationHistory) as error:
        return Error(
            f"The database does not tell which migrations it has ({error}).",
            hint="Start the database, or correct DATABASE_URL.",
            id="alerts_site.E014",
        )
    if missing:
        return Error(
            f"{len(missing)} migrations are missing, the first is {missing[0][0]}: pages would answer 500.",
            hint="Run `python manage.py migrate`.",
            id="alerts_site.E012",
        )
    return None


def requests_polite(values: Any) -> Finding:
    if values.WIKIMEDIA_MAX_IN_FLIGHT > MAX_IN_FLIGHT or not values.WIKIMEDIA_MAX_PER_MINUTE:
        return Warning(
            f"{values.WIKIMEDIA_MAX_IN_FLIGHT} requests at a time, {values.WIKIMEDIA_MAX_PER_MINUTE or 'no limit'} a minute: "
            "Wikimedia may block the site.",
            hint=f"Leave WIKIMEDIA_MAX_IN_FLIGHT at 3 (at most {MAX_IN_FLIGHT}) and WIKIMEDIA_MAX_PER_MINUTE at 200.",
            id="alerts_site.W006",
        )
    return None


ALWAYS: tuple[Rule, ...] = (login_complete, chart_guard_exists)
PRODUCTION: tuple[Rule, ...] = (
    secret_key, debug_off, hosts_named, contact_named, cache_shared, broker_shared, database_shared,
    today_is_real, metrics_token_secret, links_in_mails, sender_named,
)  # fmt: skip
DEPLOYMENT: tuple[Rule, ...] = (
    https_enforced, proxy_named, static_files_collected, migrations_applied, requests_polite, links_in_webhooks,
)  # fmt: skip


def _findings(rules: Sequence[Rule], values: Any) -> Iterator[CheckMessage]:
    return (finding for rule in rules if (finding := rule(values)) is not None)


def errors_of_profile(values: Any = settings) -> list[CheckMessage]:
    """What keeps the profile in `values` from being run safely."""
    rules = ALWAYS + PRODUCTION if values.PRODUCTION else ALWAYS
    return list(_findings(rules, values))


@register(Tags.security)
def check_profile(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    return errors_of_profile()


@register(Tags.security, deploy=True)
def check_deployment(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    if not settings.PRODUCTION:
        return [
            Warning(
                "The profile is 'embedded': SQLite and a broker in a folder, for one machine.",
                hint="Set PROFILE=production to put the site on the internet.",
                id="alerts_site.W003",
            )
        ]
    return [*_findings(DEPLOYMENT, settings), *check_redis_policy(settings.REDIS_URL)]


def check_redis_policy(url: str) -> list[CheckMessage]:
    """Queued work lies in Redis: one that throws keys away when it is full loses tasks. Toolforge hides the setting."""
    if not url:
        return []
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=2) as client:
            policy = client.config_get("maxmemory-policy").get("maxmemory-policy")
    except redis.ResponseError:
        return []
    except redis.RedisError as error:
        return [
            Warning(
                f"Redis does not answer ({type(error).__name__}).",
                hint="Start Redis, or correct REDIS_URL.",
                id="alerts_site.W004",
            )
        ]
    if policy in {None, "noeviction"}:
        return []
    return [
        Warning(
            f"Redis throws keys away when it is full (maxmemory-policy {policy}): queued tasks could be lost.",
            hint="Set maxmemory-policy noeviction in redis.conf.",
            id="alerts_site.W005",
        )
    ]


def refuse_unsafe_start() -> None:
    """Raise ImproperlyConfigured, with every finding and its remedy, if this process must not serve the public."""
    findings = errors_of_profile()
    if findings:
        listed = "\n".join(f"  {finding.id}: {finding.msg} {finding.hint}" for finding in findings)
        raise ImproperlyConfigured(f"The {settings.PROFILE} profile cannot start:\n{listed}")
