"""The project's settings, made fast and sealed for the tests."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
if "CAA_TEST_ROOT" not in os.environ:
    os.environ["CAA_TEST_ROOT"] = tempfile.mkdtemp(prefix="caa-tests-")
    atexit.register(shutil.rmtree, os.environ["CAA_TEST_ROOT"], ignore_errors=True)
os.environ["VAR_DIR"] = os.path.join(os.environ["CAA_TEST_ROOT"], WORKER)
# Runs and their workers share one Redis, but no key.
os.environ["REDIS_KEY_PREFIX"] = f"caa-test-{os.path.basename(os.environ['CAA_TEST_ROOT'])}-{WORKER}"
os.environ["WIKIMEDIA_CONTACT"] = "https://example.org/caa-tests"

from alerts_site.settings import *  # noqa: E402, F403
from alerts_site.settings import DATABASES, VAR_DIR  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, as in production: threads and processes of a test see the same tables, with the same locks.
    DATABASES["default"]["TEST"] = {"NAME": VAR_DIR / "test.sqlite3"}
# All tests come from one address; those of the limits turn them on again.
RATELIMIT_ENABLE = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
RENEW_IN_BACKGROUND = False  # each test sees what it has just stored
# No test reaches Wikimedia: a test that fetches points these at its own replay server.
WIKIMEDIA_SITEMATRIX_URL = "http://127.0.0.1:9/w/api.php"
WIKIMEDIA_ANALYTICS_URL = "http://127.0.0.1:9/metrics"
WIKIMEDIA_WIKI_API_URL = "http://127.0.0.1:9/{domain}/w/api.php"
EVENTS_DASHBOARD_URL = EVENTS_CAMPAIGNS_URL = "http://127.0.0.1:9"
