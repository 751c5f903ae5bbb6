"""All settings, read from the environment. Nothing set: SQLite and an embedded worker, ready to look at.

The variables are described in `.env.example`.
"""

from __future__ import annotations

import datetime as dt
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from alerts_site.conf.logging import logging_config
from alerts_site.conf.wikimedia_login import *  # noqa: F403 - settings are found by their names here
from alerts_site.conf.wikimedia_login import SOCIAL_AUTH_MEDIAWIKI_KEY, SOCIAL_AUTH_MEDIAWIKI_MEDIAWIKI_URL
from alerts_site.env import env_bool, env_choice, env_date, env_int, env_list, env_str, env_url

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env_str("VAR_DIR", str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)

# --- Profile -------------------------------------------------------------------------------------------------------------
PROFILE = env_choice("PROFILE", ("embedded", "production"))
PRODUCTION = PROFILE == "production"
DEBUG = env_bool("DEBUG", False)


def _embedded_secret_key() -> str:
    """A key of this checkout's own, made once: sessions survive a restart, and no two checkouts share one."""
    path = VAR_DIR / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50), encoding="ascii")
    return path.read_text(encoding="ascii")


SECRET_KEY = env_str("SECRET_KEY")
if not SECRET_KEY:
    if PRODUCTION:
        raise ImproperlyConfigured("alerts_site.E001: SECRET_KEY is not set: set it to 50 or more random characters")
    SECRET_KEY = _embedded_secret_key()
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", () if PRODUCTION else ("127.0.0.1", "localhost", "[::1]"))
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")

# --- Applications --------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "alerts_site.admin_apps.CurationAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "axes",
    "social_django",
    "django_celery_beat",
    "django_plotly_dash.apps.DjangoPlotlyDashConfig",
    "simple_history",
    "database",
    "accounts",
    "edits",
    "alerts",
    "annotations",
    "dashboards",
    "alerts_site",
]
MIDDLEWARE = [
    "alerts_site.middleware.request_id",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "alerts_site.middleware.keep_the_policy_of_the_page",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "alerts_site.middleware.private_when_signed_in",
    "django.middleware.gzip.GZipMiddleware",  # pages and charts; static files are compressed beforehand
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "alerts_site.middleware.dash_never_stores_sessions",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "alerts_site.middleware.limit_writes",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "alerts_site.middleware.QuietSignInErrors",
    "django_plotly_dash.middleware.BaseMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]
ROOT_URLCONF = "alerts_site.urls"
WSGI_APPLICATION = "alerts_site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Database ------------------------------------------------------------------------------------------------------------
DATABASE_URL = env_url("DATABASE_URL", f"sqlite:///{VAR_DIR / 'db.sqlite3'}", schemes=("mysql", "sqlite"))
DATABASES: dict[str, dict[str, Any]] = {"default": dict(dj_database_url.parse(DATABASE_URL))}
_database = DATABASES["default"]
# A page or a task gives up on a statement after this long; `manage.py` allows an hour, for migrations of large tables.
DATABASE_TIMEOUT_SECONDS = env_int("DATABASE_TIMEOUT_SECONDS", 30, minimum=1)
if _database["ENGINE"] == "django.db.backends.mysql":
    _database |= {
        "CONN_MAX_AGE": 60,  # below the server's wait_timeout
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **_database.get("OPTIONS", {}),
            "charset": "utf8mb4",
            "connect_timeout": 5,
            "read_timeout": DATABASE_TIMEOUT_SECONDS,
            "write_timeout": DATABASE_TIMEOUT_SECONDS,
            "init_command": "SET sql_mode='TRADITIONAL'",
        },
        "TEST": {"CHARSET": "utf8mb4", "COLLATION": "utf8mb4_unicode_ci"},
    }
elif _database["ENGINE"] == "django.db.backends.sqlite3":
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }

# --- Cache and sessions --------------------------------------------------------------------------------------------------
REDIS_URL = env_url("REDIS_URL", schemes=("redis", "rediss"))
REDIS_KEY_PREFIX = env_str("REDIS_KEY_PREFIX", "caa")
if REDIS_URL:
    CACHES: dict[str, dict[str, Any]] = {
        "default": {
            "BACKEND": "alerts_site.cache.ForgivingRedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": f"{REDIS_KEY_PREFIX}-cache",
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2},
        }
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# --- People --------------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # first: counts wrong passwords and locks out
    "django.contrib.auth.backends.ModelBackend",
    *(["social_core.backends.mediawiki.MediaWiki"] if SOCIAL_AUTH_MEDIAWIKI_KEY else []),
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
# Five wrong passwords for one name from one address: both must wait, nobody else.
AXES_FAILURE_LIMIT = 5
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_COOLOFF_TIME = dt.timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "alerts_site.addresses.client_address"
AXES_LOCKOUT_CALLABLE = "alerts_site.errors.locked_out"
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False

# --- What people contribute ---------------------------------------------------------------------------------------------
# At most so many notes and reports in a row, refilled at so many an hour; moderators are exempt.
CONTRIBUTION_BURST = env_int("CONTRIBUTION_BURST", 5, minimum=1)
CONTRIBUTIONS_PER_HOUR = env_int("CONTRIBUTIONS_PER_HOUR", 20, minimum=1)
# Notes of one author that may wait for review at a time.
CONTRIBUTION_QUEUE_CAP = env_int("CONTRIBUTION_QUEUE_CAP", 20, minimum=1)
# An account must be so old to contribute, unless it belongs to a community manager or a moderator.
CONTRIBUTION_MIN_ACCOUNT_AGE_HOURS = env_int("CONTRIBUTION_MIN_ACCOUNT_AGE_HOURS", 24 if PRODUCTION else 0, minimum=0)
# All accounts younger than a week together.
NEW_ACCOUNT_CONTRIBUTIONS_PER_HOUR = env_int("NEW_ACCOUNT_CONTRIBUTIONS_PER_HOUR", 60, minimum=1)

# --- Language and time ---------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("de", _("German"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

# --- Static files --------------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
# Plotly's small bundle, where `make` could get it, stands before the large one that comes with the package.
CHART_BUNDLE_DIR = VAR_DIR / "chart-bundle"
CHART_BUNDLE_DIR.mkdir(exist_ok=True)
STATICFILES_DIRS = [CHART_BUNDLE_DIR, BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "django_plotly_dash.finders.DashAssetFinder",
    "django_plotly_dash.finders.DashComponentFinder",
    "django_plotly_dash.finders.DashAppDirectoryFinder",
]
# Without collectstatic (the embedded profile) files are served from where they lie.
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = not PRODUCTION  # looks a file up when it is asked for: the finders of the charts cannot list theirs
WHITENOISE_MAX_AGE = 3600  # of files without a hash in their name; those with one are kept for good
if PRODUCTION:
    # Names with hashes, and each file compressed once, by brotli and gzip: `manage.py collectstatic`.
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "dashboards.static_storage.HashedFiles"},
    }

# --- Charts --------------------------------------------------------------------------------------------------------------
PLOTLY_DASH = {
    "serve_locally": True,
    "http_poke_enabled": False,
    # Forged callbacks get 400 or 404, and none of them writes a session.
    "view_decorator": "dashboards.charts.guard.guard",
}

# --- Security ------------------------------------------------------------------------------------------------------------
RATELIMIT_FAIL_OPEN = True  # without Redis nothing is counted; a site that refuses its moderators would be worse
# How many proxies of ours stand between the internet and this process; only what they wrote is believed.
TRUSTED_PROXY_COUNT = env_int("TRUSTED_PROXY_COUNT", 0, minimum=0)
CSRF_FAILURE_VIEW = "alerts_site.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        # Signing in with a Wikimedia account sends the form on to that wiki.
        "form-action": [SELF, "{0.scheme}://{0.netloc}".format(urlsplit(SOCIAL_AUTH_MEDIAWIKI_MEDIAWIKI_URL))],
        "frame-ancestors": [NONE],
        "base-uri": [SELF],
    }
}
if PRODUCTION:
    SECURE_SSL_REDIRECT = env_bool("SECURE_SSL_REDIRECT", True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]  # asked inside, over plain http
    if TRUSTED_PROXY_COUNT:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = env_int("SECURE_HSTS_SECONDS", 31_536_000, minimum=0)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True

# --- Celery --------------------------------------------------------------------------------------------------------------
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "visibility_timeout": 3600,
        "socket_connect_timeout": 1,
        "socket_timeout": 2,
        "global_keyprefix": f"{REDIS_KEY_PREFIX}-",
    }
else:
    # A folder as the broker: no server to install, and web, worker and beat are separate processes all the same.
    _broker = VAR_DIR / "broker"
    for _folder in ("queue", "processed", "control"):
        (_broker / _folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_URL = "filesystem://localhost"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_broker / "queue"),
        "data_folder_out": str(_broker / "queue"),
        "processed_folder": str(_broker / "processed"),
        "control_folder": str(_broker / "control"),
        "store_processed": False,
    }
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {"edits.tasks.fetch_*": {"queue": "wikimedia"}, "edits.tasks.sync_*": {"queue": "wikimedia"}}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 270
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.2}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 30
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True

# --- Wikimedia -----------------------------------------------------------------------------------------------------------
WIKIMEDIA_CONTACT = env_str("WIKIMEDIA_CONTACT")
WIKIMEDIA_SITEMATRIX_URL = env_url("WIKIMEDIA_SITEMATRIX_URL", "https://meta.wikimedia.org/w/api.php")
WIKIMEDIA_ANALYTICS_URL = env_url("WIKIMEDIA_ANALYTICS_URL", "https://wikimedia.org/api/rest_v1/metrics")
WIKIMEDIA_MAX_IN_FLIGHT = env_int("WIKIMEDIA_MAX_IN_FLIGHT", 3, minimum=1)
WIKIMEDIA_MAX_PER_MINUTE = env_int("WIKIMEDIA_MAX_PER_MINUTE", 200, minimum=0)  # 0: no limit
# The longest that one request may take. The place of a killed worker in the budget is free again a little later.
WIKIMEDIA_DEADLINE_SECONDS = env_int("WIKIMEDIA_DEADLINE_SECONDS", 30, minimum=1)
REVISION_MONTHS = env_int("REVISION_MONTHS", 3, minimum=1)
# A claim outlives the longest task; a run without a sign of life for longer than that is given up, and its rest is due again.
FETCH_LEASE_SECONDS = env_int("FETCH_LEASE_SECONDS", 600, minimum=1)
FETCH_ORPHAN_SECONDS = env_int("FETCH_ORPHAN_SECONDS", 900, minimum=1)
# For demonstrations with recorded data: the day that it is said to be.
PRETEND_TODAY = env_date("PRETEND_TODAY")

# --- Recorded data -------------------------------------------------------------------------------------------------------
SNAPSHOT_DIR = Path(env_str("SNAPSHOT_DIR", str(BASE_DIR.parent / "shared" / "data")))

# --- Logging -------------------------------------------------------------------------------------------------------------
LOG_LEVEL = env_choice("LOG_LEVEL", ("INFO", "DEBUG", "WARNING", "ERROR"))
LOG_FORMAT = env_choice("LOG_FORMAT", ("json", "line") if PRODUCTION else ("line", "json"))
LOGGING = logging_config(level=LOG_LEVEL, form=LOG_FORMAT)

# --- Observation ---------------------------------------------------------------------------------------------------------
METRICS_TOKEN = env_str("METRICS_TOKEN")
SENTRY_DSN = env_url("SENTRY_DSN")
if SENTRY_DSN:
    import sentry_sdk

    from alerts_site.logs import redact_event

    sentry_sdk.init(
        dsn=SENTRY_DSN,
        send_default_pii=False,
        include_local_variables=False,
        before_send=redact_event,  # type: ignore[arg-type] # an Event is a dict
        environment=PROFILE,
    )

SIMPLE_HISTORY_REVERT_DISABLED = True
SILENCED_SYSTEM_CHECKS: list[str] = []
