"""`.env.example` names every variable that the code reads, and no other."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READERS = {"env_str", "env_bool", "env_int", "env_list", "env_choice", "env_date", "env_url"}
# Set by others than the operator: Django's and Prometheus' own, and what the deployment files pass to gunicorn.
FOREIGN = {"DJANGO_SETTINGS_MODULE"}


def _read_in_code() -> set[str]:
    names = set()
    files = [*(ROOT / "alerts_site").rglob("*.py"), ROOT / "celery_app.py", ROOT / "gunicorn.conf.py"]
    for room in (
        "accounts",
        "alerts",
        "annotations",
        "dashboards",
        "database",
        "edits",
        "events",
        "subscriptions",
        "operations",
    ):
        files += (ROOT / room).rglob("*.py")
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            called = ast.unparse(node.func)
            if called in READERS or called in {"os.environ.get", "os.getenv", "os.environ.setdefault"}:
                names.add(node.args[0].value)
    return names - FOREIGN


def _described() -> set[str]:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    return set(re.findall(r"^#?([A-Z][A-Z0-9_]*)=", text, flags=re.MULTILINE))


def test_every_variable_is_described():
    assert _read_in_code() - _described() == set()


def test_every_described_variable_is_read():
    assert _described() - _read_in_code() == set()


def test_each_has_a_word_of_explanation_above_its_group():
    """A line of the example is a comment, blank, or a variable; and no secret stands in it."""
    for line in (ROOT / ".env.example").read_text(encoding="utf-8").splitlines():
        assert not line or line.startswith("#") or re.fullmatch(r"[A-Z][A-Z0-9_]*=\S*", line), line
        assert not re.match(r"#?(SECRET_KEY|.*_SECRET|.*TOKEN|SENTRY_DSN)=.+", line), line


def test_a_copy_asks_for_production_and_sets_nothing_else():
    """Who fills in a copy gets the safe profile with its own defaults: everything that has one is commented out."""
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    set_lines = dict(line.split("=", 1) for line in text.splitlines() if re.match(r"[A-Z]", line))
    filled = {name: value for name, value in set_lines.items() if value}
    assert filled == {"PROFILE": "production", "TRUSTED_PROXY_COUNT": "1"}
    asked = {"SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL", "WIKIMEDIA_CONTACT"}
    assert set(set_lines) - set(filled) == asked
