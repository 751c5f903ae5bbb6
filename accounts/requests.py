"""Requests of people who are known."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.models import User


class AuthenticatedHttpRequest(HttpRequest):
    """What a view gets whose decorator has asked who is there."""

    user: User


def acting_user(request: HttpRequest) -> User:
    """The signed-in person who acts by this request; raises PermissionDenied for anybody else."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
