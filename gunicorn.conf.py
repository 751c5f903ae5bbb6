"""How gunicorn serves the site; found by itself when started in this folder: `gunicorn alerts_site.wsgi`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from alerts_site.conf.logging import logging_config
from alerts_site.env import env_int, env_str
from operations import web_metrics

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alerts_site.settings")
_production = env_str("PROFILE") == "production"

bind = f"{env_str('WEB_ADDRESS', '127.0.0.1')}:{env_int('PORT', 8000, minimum=1, maximum=65535)}"
workers = env_int("WEB_PROCESSES", 2 if _production else 1, minimum=1)  # embedded: the cache is one per process
worker_class = "gthread"
threads = env_int("WEB_THREADS", 8, minimum=1)
timeout = 60
graceful_timeout = 30
max_requests = 10_000 if _production else 0  # memory that something leaks is given back now and then
max_requests_jitter = 1_000
# A process waits for a head or body that comes byte by byte no longer than `timeout`; see docs/operations.md, "The proxy".
limit_request_line = 8190
limit_request_fields = 100
limit_request_field_size = 8190
forwarded_allow_ips = "*"  # whom to believe is decided in the application (TRUSTED_PROXY_COUNT)
logconfig_dict = logging_config(
    level=env_str("LOG_LEVEL", "INFO"), form=env_str("LOG_FORMAT", "json" if _production else "line")
)
control_socket_disable = True  # it would be one file for all sites of a user

# Each web process counts in files of its own; whichever is asked for /metrics adds up those of this gunicorn.
_metrics = Path(env_str("VAR_DIR", "var")).absolute() / "metrics" / str(os.getpid())


def on_starting(server):
    """Before any process is made: a refusal is one sentence, not one of each process between the lines of the server."""
    if _production and subprocess.run([sys.executable, "-m", "alerts_site.start"]).returncode:  # noqa: S603 - our own
        sys.exit(1)
    web_metrics.prepare(_metrics)


def post_fork(server, worker):
    web_metrics.reserve(_metrics, worker.pid)


def child_exit(server, worker):
    web_metrics.fold(_metrics, worker.pid)


def on_exit(server):
    shutil.rmtree(_metrics, ignore_errors=True)
