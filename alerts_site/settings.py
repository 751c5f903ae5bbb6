"""All settings, read from the environment. Nothing set: SQLite and an embedded worker, ready to look at.

The variables are described in `.env.example`.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import lazy

from alerts_site import languages, version
from alerts_site.conf.broker import folder_options, redis_options
from alerts_site.conf.logging import logging_config
from alerts_site.conf.security import content_security_policy
from alerts_site.conf.wikimedia_login import (  # settings, found here by their names
    SOCIAL_AUTH_CLEAN_USERNAMES,
    SOCIAL_AUTH_JSONFIELD_ENABLED,
    SOCIAL_AUTH_LOGIN_ERROR_URL,
    SOCIAL_AUTH_MEDIAWIKI_CALLBACK,
    SOCIAL_AUTH_MEDIAWIKI_KEY,
    SOCIAL_AUTH_MEDIAWIKI_MEDIAWIKI_URL,
    SOCIAL_AUTH_MEDIAWIKI_SECRET,
    SOCIAL_AUTH_PIPELINE,
    SOCIAL_AUTH_RAISE_EXCEPTIONS,
    SOCIAL_AUTH_REQUIRE_POST,
    SOCIAL_AUTH_SANITIZE_REDIRECTS,
    SOCIAL_AUTH_URL_NAMESPACE,
)
from alerts_site.env import env_bool, env_choice, env_date, env_int, env_list, env_str, env_url
from alerts_site.var_dir import embedded_secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env_str("VAR_DIR", str(BASE_DIR / "var")))

VERSION = version.VERSION

# --- Profile -------------------------------------------------------------------------------------------------------------
PROFILE = env_choice("PROFILE", ("embedded", "production"))
PRODUCTION = PROFILE == "production"
DEBUG = env_bool("DEBUG", False)
SECRET_KEY = env_str("SECRET_KEY")
if not SECRET_KEY:
    if PRODUCTION:
        raise ImproperlyConfigured("alerts_site.E001: SECRET_KEY is not set: set it to 50 or more random characters")
    SECRET_KEY = lazy(embedded_secret_key, str)(VAR_DIR)  # read or made when it is first needed
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
    "django.contrib.sitemaps",
    "axes",
    "social_django",
    "django_celery_beat",
    "django_plotly_dash.apps.DjangoPlotlyDashConfig",
    "simple_history",
    "database",
    "accounts",
    "edits",
    "alerts",
    "events",
    "causes",
    "annotations",
    "subscriptions",
    "dashboards",
    "api",
    "operations",
    "alerts_site",
]
MIDDLEWARE = [
    "alerts_site.middleware.request_id",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "alerts_site.middleware.keep_the_policy_of_the_page",
    "csp.middleware.CSPMiddleware",
    # Compressed on the way: pages and charts, and static files where nobody compressed them beforehand (the embedded profile).
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "alerts_site.middleware.private_when_signed_in",
    "alerts_site.middleware.public_data_for_all",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "alerts_site.middleware.dash_never_stores_sessions",
    "alerts_site.reading_language.ReadingLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "alerts_site.middleware.limit_writes",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "alerts_site.middleware.QuietSignInErrors",
    "dashboards.caching.one_data_version",
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
    # Room for parts of pages beside the sums: a few dozen pages would fill the 300 entries that Django keeps.
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 3_000}}}

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
AXES_USERNAME_CALLABLE = "alerts_site.addresses.name_to_count"
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
LANGUAGE_CODE = languages.SOURCE
LANGUAGES = [(each.code, each.name) for each in languages.LANGUAGES]
DRAFTED_LANGUAGES = frozenset(each.code for each in languages.LANGUAGES if each.drafted)
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600

# --- Static files --------------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = Path(env_str("STATIC_ROOT", str(BASE_DIR / "staticfiles")))
# Plotly's small bundle, where `make` could get it, stands before the large one that comes with the package.
CHART_BUNDLE_DIR = VAR_DIR / "chart-bundle"
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

# Sums that pages share are renewed beside the requests, which show what was known before.
RENEW_IN_BACKGROUND = True

# --- API ---------------------------------------------------------------------------------------------------------------
# Where the nightly dump is written, and served from: the machines of the web need to see what the worker wrote.
DUMP_DIR = Path(env_str("DUMP_DIR", str(VAR_DIR / "dumps")))
# How often one address may ask, a minute.
API_RATE = f"{env_int('API_REQUESTS_PER_MINUTE', 300, minimum=1)}/m"

# --- Security ------------------------------------------------------------------------------------------------------------
RATELIMIT_IP_META_KEY = "alerts_site.addresses.client_address"
RATELIMIT_FAIL_OPEN = True  # without Redis nothing is counted; a site that refuses its moderators would be worse
# How many proxies of ours stand between the internet and this process; only what they wrote is believed.
TRUSTED_PROXY_COUNT = env_int("TRUSTED_PROXY_COUNT", 0, minimum=0)
CSRF_FAILURE_VIEW = "alerts_site.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = PRODUCTION
CONTENT_SECURITY_POLICY = content_security_policy(oauth_url=SOCIAL_AUTH_MEDIAWIKI_MEDIAWIKI_URL)
if PRODUCTION:
    SECURE_SSL_REDIRECT = env_bool("SECURE_SSL_REDIRECT", True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]  # asked inside, over plain http
    if TRUSTED_PROXY_COUNT:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = env_int("SECURE_HSTS_SECONDS", 31_536_000, minimum=0)
    # Both bind others: every host below this domain, and browsers for months after one has changed one's mind.
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env_bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", False)
    SECURE_HSTS_PRELOAD = env_bool("SECURE_HSTS_PRELOAD", False)

# --- Celery --------------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost"
CELERY_BROKER_TRANSPORT_OPTIONS = redis_options(REDIS_KEY_PREFIX) if REDIS_URL else folder_options(VAR_DIR / "broker")
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "edits.tasks.fetch_*": {"queue": "wikimedia"},
    "edits.tasks.sync_*": {"queue": "wikimedia"},
    "edits.tasks.sweep_*": {"queue": "wikimedia"},  # behind the chunks: where nobody fetches, nothing more is planned
    "causes.tasks.fetch_*": {"queue": "wikimedia"},
    "events.tasks.import_*": {"queue": "wikimedia"},
}
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
WIKIMEDIA_WIKI_API_URL = env_str("WIKIMEDIA_WIKI_API_URL", "https://{domain}/w/api.php")
WIKIMEDIA_MAX_IN_FLIGHT = env_int("WIKIMEDIA_MAX_IN_FLIGHT", 3, minimum=1)
WIKIMEDIA_MAX_PER_MINUTE = env_int("WIKIMEDIA_MAX_PER_MINUTE", 200, minimum=0)  # 0: no limit
# The longest that one request may take. The place of a killed worker in the budget is free again a little later.
WIKIMEDIA_DEADLINE_SECONDS = env_int("WIKIMEDIA_DEADLINE_SECONDS", 30, minimum=1)
REVISION_MONTHS = env_int("REVISION_MONTHS", 3, minimum=1)
# Who fetches renews claim and run five times within a lease. What is not renewed belonged to a dead worker: another takes the
# claim over, and a run of which nobody shows a sign of life is given up; its rest is due again.
FETCH_LEASE_SECONDS = env_int("FETCH_LEASE_SECONDS", 25, minimum=1)
FETCH_ORPHAN_SECONDS = env_int("FETCH_ORPHAN_SECONDS", 35, minimum=1)
# For how many of the newest months Wikimedia is asked for details of each alert (up to 24 requests); older ones on demand.
CASE_FILE_MONTHS = env_int("CASE_FILE_MONTHS", 3, minimum=0)
# Whether the wiki itself is asked about the one to three accounts that made most of the difference, and for its import log.
CASE_FILE_ASK_WIKI = env_bool("CASE_FILE_ASK_WIKI", True)
# The names of the most active accounts, which only moderators see, are forgotten so many days after they were fetched.
CASE_FILE_NAME_DAYS = env_int("CASE_FILE_NAME_DAYS", 90, minimum=0)
# For demonstrations with recorded data: the day that it is said to be.
PRETEND_TODAY = env_date("PRETEND_TODAY")

# --- Telling people ------------------------------------------------------------------------------------------------------
# Where people reach this site: the links in what is sent lead there.
SITE_URL = env_url("SITE_URL", f"http://127.0.0.1:{env_int('PORT', 8000, minimum=1)}").rstrip("/")
EMAIL_BACKEND = "subscriptions.smtp.Backend"
EMAIL_HOST = env_str("EMAIL_HOST")  # empty: no mail is sent
EMAIL_PORT = env_int("EMAIL_PORT", 587, minimum=1, maximum=65535)
EMAIL_HOST_USER = env_str("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env_str("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env_choice("EMAIL_SECURITY", ("starttls", "tls", "none")) == "starttls"
EMAIL_USE_SSL = env_choice("EMAIL_SECURITY", ("starttls", "tls", "none")) == "tls"
EMAIL_TIMEOUT = 30
DEFAULT_FROM_EMAIL = env_str("EMAIL_FROM", "alerts@localhost")
# Where mails that could not be delivered come back to, each with a mark behind a plus; empty: to EMAIL_FROM.
EMAIL_BOUNCES = env_str("EMAIL_BOUNCES")
# An owner-only OAuth 2 consumer of a bot account: e-mail and talk pages through a wiki. Empty: neither is offered.
MEDIAWIKI_BOT_API = env_url("MEDIAWIKI_BOT_API", "https://meta.wikimedia.org/w/api.php")
MEDIAWIKI_BOT_TOKEN = env_str("MEDIAWIKI_BOT_TOKEN")
# Authorities that webhooks are checked with; empty: those that everybody trusts.
WEBHOOK_CA_FILE = env_str("WEBHOOK_CA_BUNDLE")

# --- Events ---------------------------------------------------------------------------------------------------------------
EVENTS_DASHBOARD_URL = env_url("EVENTS_DASHBOARD_URL", "https://outreachdashboard.wmflabs.org")
EVENTS_CAMPAIGNS_URL = env_url("EVENTS_CAMPAIGNS_URL", "https://meta.wikimedia.org/w/rest.php/campaignevents/v0")
# Calendars to read each week, each as SCOPE|ADDRESS, such as family:wikipedia|https://example.org/contests.ics
EVENTS_CALENDARS = env_list("EVENTS_CALENDARS")
# The list of all courses is one large answer.
EVENTS_MAX_MEGABYTES = env_int("EVENTS_MAX_MEGABYTES", 100, minimum=1)

# --- Recorded data -------------------------------------------------------------------------------------------------------
SNAPSHOT_DIR = Path(env_str("SNAPSHOT_DIR", str(BASE_DIR.parent / "shared" / "data")))

# --- One-off commands ----------------------------------------------------------------------------------------------------
# The first administrator, whom `manage.py quickstart` creates; without a password it makes one up.
FIRST_ADMINISTRATOR = {
    "username": env_str("DJANGO_SUPERUSER_USERNAME", "admin"),
    "email": env_str("DJANGO_SUPERUSER_EMAIL"),
    "password": env_str("DJANGO_SUPERUSER_PASSWORD"),
}
# The database of the original tool, which `manage.py import_legacy` reads.
LEGACY_DATABASE_URL = env_str("LEGACY_DATABASE_URL")

# --- Logging -------------------------------------------------------------------------------------------------------------
LOG_LEVEL = env_choice("LOG_LEVEL", ("INFO", "DEBUG", "WARNING", "ERROR"))
LOG_FORMAT = env_choice("LOG_FORMAT", ("json", "line") if PRODUCTION else ("line", "json"))
LOGGING = logging_config(level=LOG_LEVEL, form=LOG_FORMAT)

# --- Observation ---------------------------------------------------------------------------------------------------------
METRICS_TOKEN = env_str("METRICS_TOKEN")
SENTRY_DSN = env_url("SENTRY_DSN")

SIMPLE_HISTORY_REVERT_DISABLED = True
# Whether HSTS binds subdomains and browser vendors is the operator's choice (SECURE_HSTS_INCLUDE_SUBDOMAINS, _PRELOAD).
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
