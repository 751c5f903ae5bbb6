"""Admin pages that ask the permission table, and nothing else, who may see and change them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest

from accounts.permissions import may


class PermissionTableMixin:
    """For a ModelAdmin or an inline: name the actions of `accounts.permissions`; what is not named is refused to everyone."""

    view_action: ClassVar[str]
    change_action: ClassVar[str] = ""
    add_action: ClassVar[str] = ""
    delete_action: ClassVar[str] = ""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, self.view_action) or may(request.user, self.change_action)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, self.change_action)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, self.add_action)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, self.delete_action)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)
