"""What `make audit` says of pip-audit's answer."""

from __future__ import annotations

from tests.audit import verdict

FOUND = {"name": "django", "version": "5.2.1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["5.2.2"]}]}
CLEAN = {"name": "celery", "version": "5.7.0", "vulns": []}
UNKNOWN = {"name": "dash", "skip_reason": "Dependency not found"}


def test_nothing_looked_up_is_said_loudly_and_is_no_failure() -> None:
    text, code = verdict([UNKNOWN, UNKNOWN])
    assert "NOT RUN" in text
    assert not code


def test_a_vulnerability_is_named_with_its_remedy_and_fails() -> None:
    text, code = verdict([FOUND, CLEAN])
    assert text == "django 5.2.1: PYSEC-1, fixed in 5.2.2"
    assert code


def test_a_package_that_alone_was_not_looked_up_fails() -> None:
    text, code = verdict([CLEAN, UNKNOWN])
    assert text == "not looked up: dash"
    assert code


def test_all_looked_up_and_nothing_found() -> None:
    assert verdict([CLEAN]) == ("1 packages, no known vulnerability", 0)
