"""People in the admin."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest

from accounts.models import User


@admin.register(User)
class PersonAdmin(UserAdmin):
    """People are deactivated, never deleted: what they wrote and decided keeps its author."""

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False
