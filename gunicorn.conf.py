"""How gunicorn serves the site; found by itself when started in this folder: `gunicorn alerts_site.wsgi`."""

import os
import shutil
from pathlib import Path

from alerts_site.conf.logging import logging_config
from alerts_site.env import env_int, env_str

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
forwarded_allow_ips = "*"  # whom to believe is decided in the application (TRUSTED_PROXY_COUNT)
logconfig_dict = logging_config(
    level=env_str("LOG_LEVEL", "INFO"), form=env_str("LOG_FORMAT", "json" if _production else "line")
)
control_socket_disable = True  # it would be one file for all sites of a user

# Each web process writes its numbers into a file; whichever is asked for /metrics adds up those of this gunicorn. The variable
# must be set before anything imports prometheus_client.
_folders = Path(env_str("VAR_DIR", "var")) / "metrics"
_own = _folders / str(os.getpid())
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(_own)


def on_starting(server):
    """Make our folder, and remove those of gunicorns that were killed."""
    _own.mkdir(parents=True, exist_ok=True)
    for folder in _folders.iterdir():
        if not Path("/proc", folder.name).exists():
            shutil.rmtree(folder, ignore_errors=True)


def child_exit(server, worker):
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)


def on_exit(server):
    shutil.rmtree(_own, ignore_errors=True)
