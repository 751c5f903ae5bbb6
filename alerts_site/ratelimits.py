"""How much one person or address may write. Reading is not limited here."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django_ratelimit.core import is_ratelimited

from alerts_site.addresses import client_address

COUNT_FOR_THEMSELVES = ("/api/",)  # and refuse in the form that their errors have
READING = {"GET", "HEAD", "OPTIONS", "TRACE"}


@dataclass(frozen=True, slots=True)
class Rule:
    """`rate` (such as `300/m`) for what is posted below one of `paths`."""

    name: str
    paths: tuple[str, ...]
    rate: str


# The first rule that fits counts. Reading a chart posts several callbacks, a moderator works fast, nobody logs in 20 times.
RULES = (
    Rule("callbacks", ("/dash/",), "300/m"),
    Rule("login", ("/accounts/", "/admin/login/"), "20/m"),
    Rule("curation", ("/admin/",), "240/m"),
    Rule("writes", ("/",), "60/m"),
)


def rule_for(request: HttpRequest) -> Rule | None:
    """The rule that `request` falls under; none for reading, and for what counts for itself."""
    if request.method in READING or request.path.startswith(COUNT_FOR_THEMSELVES):
        return None
    return next(rule for rule in RULES if request.path.startswith(rule.paths))


def _who(group: str, request: HttpRequest) -> str:
    user = getattr(request, "user", None)
    if group not in {"callbacks", "login"} and user is not None and user.is_authenticated:
        return f"user:{user.pk}"
    return f"address:{client_address(request)}"


def is_over_limit(request: HttpRequest) -> bool:
    """Count `request`, and say whether it is one too many."""
    rule = rule_for(request)
    if rule is None:
        return False
    # Without Redis nothing can be counted, and nobody is refused (RATELIMIT_FAIL_OPEN).
    return bool(is_ratelimited(request, group=rule.name, key=_who, rate=rule.rate, increment=True))
