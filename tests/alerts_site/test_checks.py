"""Each mistake of an operator has a number and a remedy, and none of them starts."""

import datetime as dt
import re
import types

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from alerts_site import checks
from alerts_site.env import env_int, env_url
from tests.alerts_site.production import KEY

GOOD = {
    "PROFILE": "production",
    "PRODUCTION": True,
    "SECRET_KEY": KEY,
    "DEBUG": False,
    "ALLOWED_HOSTS": ["alerts.example.org"],
    "WIKIMEDIA_CONTACT": "operator@example.org",
    "CACHES": {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache"}},
    "CELERY_BROKER_URL": "redis://127.0.0.1:6379/0",
    "DATABASES": {"default": {"ENGINE": "django.db.backends.mysql"}},
    "SOCIAL_AUTH_MEDIAWIKI_KEY": "",
    "SOCIAL_AUTH_MEDIAWIKI_SECRET": "",
    "PLOTLY_DASH": {},
    "PRETEND_TODAY": None,
    "METRICS_TOKEN": "",
    "EMAIL_HOST": "",
    "MEDIAWIKI_BOT_TOKEN": "",
    "SITE_URL": "https://alerts.example.org",
    "DEFAULT_FROM_EMAIL": "Alerts <alerts@example.org>",
    "EMAIL_BOUNCES": "bounces@example.org",
}
MAIL = {"EMAIL_HOST": "mail.example.org"}
MISTAKES = [
    ("E001", {"SECRET_KEY": "django-insecure-" + KEY}),
    ("E001", {"SECRET_KEY": "change-me-" * 8}),
    ("E001", {"SECRET_KEY": "abc" * 20}),
    ("E001", {"SECRET_KEY": KEY[:20]}),
    ("E002", {"DEBUG": True}),
    ("E003", {"ALLOWED_HOSTS": []}),
    ("E003", {"ALLOWED_HOSTS": ["*"]}),
    ("E003", {"ALLOWED_HOSTS": ["alerts.example.org", ".com"]}),
    ("E003", {"ALLOWED_HOSTS": ["."]}),
    ("E003", {"ALLOWED_HOSTS": [".co.uk"]}),
    ("E003", {"ALLOWED_HOSTS": ["*.example.org"]}),
    ("E003", {"ALLOWED_HOSTS": ["https://alerts.example.org"]}),
    ("E004", {"WIKIMEDIA_CONTACT": ""}),
    ("E004", {"WIKIMEDIA_CONTACT": "@"}),
    ("E004", {"WIKIMEDIA_CONTACT": "me"}),
    ("E005", {"CACHES": {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}}),
    ("E006", {"CELERY_BROKER_URL": "filesystem://"}),
    ("E006", {"CELERY_BROKER_URL": "memory://"}),
    ("E006", {"CELERY_TASK_ALWAYS_EAGER": True}),
    ("E007", {"DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3"}}}),
    ("E010", {"PRETEND_TODAY": dt.date(2026, 8, 1)}),
    ("E013", {"METRICS_TOKEN": "x"}),
    ("E015", MAIL | {"SITE_URL": "http://127.0.0.1:8000"}),
    ("E015", MAIL | {"SITE_URL": "http://alerts.example.org"}),
    ("E015", MAIL | {"SITE_URL": "https://10.0.0.7"}),
    ("E015", MAIL | {"SITE_URL": "https://other.example.org"}),
    ("E015", {"MEDIAWIKI_BOT_TOKEN": "token", "SITE_URL": "https://localhost"}),
    ("E016", MAIL | {"DEFAULT_FROM_EMAIL": "alerts@localhost"}),
    ("E016", MAIL | {"DEFAULT_FROM_EMAIL": "Alerts"}),
    ("E016", MAIL | {"EMAIL_BOUNCES": "bounces"}),
    ("E013", {"METRICS_TOKEN": "x" * 40}),
    ("E008", {"SOCIAL_AUTH_MEDIAWIKI_KEY": "key"}),
    ("E008", {"SOCIAL_AUTH_MEDIAWIKI_SECRET": "secret"}),
    ("E009", {"PLOTLY_DASH": {"view_decorator": "dashboards.gard.guard"}}),
    ("E009", {"PLOTLY_DASH": {"view_decorator": "nonsense"}}),
]


def test_a_good_environment_has_no_findings():
    assert checks.errors_of_profile(types.SimpleNamespace(**GOOD)) == []


@pytest.mark.parametrize(("number", "mistake"), MISTAKES)
def test_each_mistake_has_its_number_and_a_remedy(number, mistake):
    (finding,) = checks.errors_of_profile(types.SimpleNamespace(**(GOOD | mistake)))
    assert finding.id == f"alerts_site.{number}"
    assert finding.hint


def test_the_embedded_profile_asks_for_nothing():
    mistakes = {
        name: value for number, mistake in MISTAKES if number not in {"E008", "E009"} for name, value in mistake.items()
    }
    assert checks.errors_of_profile(types.SimpleNamespace(**(GOOD | mistakes | {"PRODUCTION": False}))) == []


def test_links_in_webhooks_are_a_warning():
    """Webhooks need nothing to be set up, so an older deployment still starts."""
    wrong = types.SimpleNamespace(**(GOOD | {"SITE_URL": "http://127.0.0.1:8000"}))
    assert checks.errors_of_profile(wrong) == []
    warning = checks.links_in_webhooks(wrong)
    assert warning.id == "alerts_site.W007"
    assert warning.hint
    assert checks.links_in_webhooks(types.SimpleNamespace(**GOOD)) is None


def test_the_refusal_lists_everything_at_once(monkeypatch):
    monkeypatch.setattr(checks, "settings", types.SimpleNamespace(**(GOOD | {"DEBUG": True, "ALLOWED_HOSTS": []})))
    monkeypatch.setattr(checks.errors_of_profile, "__defaults__", (checks.settings,))
    with pytest.raises(ImproperlyConfigured) as refusal:
        checks.refuse_unsafe_start()
    assert "alerts_site.E002" in str(refusal.value)
    assert "alerts_site.E003" in str(refusal.value)


def test_a_redis_that_does_not_answer_is_a_warning():
    (warning,) = checks.check_redis_policy("redis://127.0.0.1:9/0")
    assert warning.id == "alerts_site.W004"
    assert warning.hint


def test_settings_of_the_tests_are_sealed():
    """No test setting points at a host of Wikimedia."""
    assert settings.WIKIMEDIA_SITEMATRIX_URL.startswith("http://127.0.0.1")
    assert settings.WIKIMEDIA_ANALYTICS_URL.startswith("http://127.0.0.1")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DATABASE_URL", "foo", "DATABASE_URL must be an address that begins with mysql:// or sqlite://"),
        ("DATABASE_URL", "mysql://caa:ab/cd+ef@host/caa", "written as %XX"),
        ("REDIS_URL", "redis://:ab/cd@host/0", "REDIS_URL must be an address"),
        ("WIKIMEDIA_ANALYTICS_URL", "rubbish", "WIKIMEDIA_ANALYTICS_URL must be an address"),
        ("SENTRY_DSN", "rubbish", "SENTRY_DSN must be an address"),
        ("WEB_THREADS", "many", "WEB_THREADS must be a whole number"),
    ],
)
def test_rubbish_in_the_environment_is_named_without_the_password(monkeypatch, name, value, said):
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=re.escape(said)) as caught:
        READERS[name]()
    assert "ab/cd" not in str(caught.value)


READERS = {
    "DATABASE_URL": lambda: env_url("DATABASE_URL", schemes=("mysql", "sqlite")),
    "REDIS_URL": lambda: env_url("REDIS_URL", schemes=("redis", "rediss")),
    "WIKIMEDIA_ANALYTICS_URL": lambda: env_url("WIKIMEDIA_ANALYTICS_URL"),
    "SENTRY_DSN": lambda: env_url("SENTRY_DSN"),
    "WEB_THREADS": lambda: env_int("WEB_THREADS", 8, minimum=1),
}
