"""Processes of the production profile, with an environment as an operator would set it."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Not a secret of anything: long and varied enough to pass.
KEY = "k3Vq-9wZ_tB7xLmN2rPfYc8HdJs5GuKe1WaTnR6oQiXvM4bSgEyUjD0"


def production_environment(tmp_path: Path, **changes: str | None) -> dict[str, str]:
    """A complete environment; `changes` sets variables, or removes those that are None. Static files count as collected."""
    static = tmp_path / "static"
    static.mkdir(exist_ok=True)
    (static / "staticfiles.json").write_text('{"version": "1.1", "paths": {}, "hash": ""}')
    environment = {
        "PATH": os.environ["PATH"],
        "PROFILE": "production",
        "SECRET_KEY": KEY,
        "ALLOWED_HOSTS": "alerts.example.org",
        "SITE_URL": "https://alerts.example.org",
        "DATABASE_URL": os.environ.get("SERVICES_DATABASE_URL", "mysql://root@127.0.0.1:3306/mysql"),
        "REDIS_URL": "redis://127.0.0.1:6379/9",
        "WIKIMEDIA_CONTACT": "operator@example.org",
        "TRUSTED_PROXY_COUNT": "1",
        "VAR_DIR": str(tmp_path / "var"),
        "STATIC_ROOT": str(static),
        "DJANGO_SETTINGS_MODULE": "alerts_site.settings",
    }
    environment |= {name: value for name, value in changes.items() if value is not None}
    return {name: value for name, value in environment.items() if not (name in changes and changes[name] is None)}


def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
