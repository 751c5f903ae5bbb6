"""Numbered checks of everything that an operator can get wrong, each with its remedy.

`manage.py check` runs them for whatever profile is set, `manage.py check --deploy` those that ask other machines too, and no
web or worker process of the production profile starts while one of the errors stands (`refuse_unsafe_start`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import redis
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from edits.wikimedia.config import CONTACT

SAMPLE_SECRET_KEYS = {"change-me", "changeme", "replace-me", "secret", "insecure"}
SHORTEST_SECRET_KEY = 50
FEWEST_DIFFERENT_CHARACTERS = 10

Finding = CheckMessage | None
Rule = Callable[[Any], Finding]


def secret_key(values: Any) -> Finding:
    key = values.SECRET_KEY
    is_sample = key.lower().startswith("django-insecure") or any(sample in key.lower() for sample in SAMPLE_SECRET_KEYS)
    if is_sample or len(key) < SHORTEST_SECRET_KEY or len(set(key)) < FEWEST_DIFFERENT_CHARACTERS:
        return Error(
            "SECRET_KEY is the sample one, or too short to be a secret.",
            hint=f"Set SECRET_KEY to {SHORTEST_SECRET_KEY} or more random characters: "
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
    if not values.ALLOWED_HOSTS or "*" in values.ALLOWED_HOSTS or addresses:
        return Error(
            "ALLOWED_HOSTS is empty, allows every host, or holds an address instead of a domain.",
            hint="Set ALLOWED_HOSTS to the domain of this site, such as alerts.example.org.",
            id="alerts_site.E003",
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


ALWAYS: tuple[Rule, ...] = (login_complete, chart_guard_exists)
PRODUCTION: tuple[Rule, ...] = (
    secret_key, debug_off, hosts_named, contact_named, cache_shared, broker_shared, database_shared,
    today_is_real,
)  # fmt: skip
DEPLOYMENT: tuple[Rule, ...] = (https_enforced, proxy_named)


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
