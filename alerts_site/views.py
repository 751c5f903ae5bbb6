"""Pages of the site itself."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext


class SignIn(LoginView):
    """With a Wikimedia account where a consumer is set, and with a password of this site."""

    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"wikimedia_login": bool(settings.SOCIAL_AUTH_MEDIAWIKI_KEY)}


class ChangePassword(LoginRequiredMixin, PasswordChangeView):
    """For everybody with a password of this site; who signs in with a Wikimedia account is told that there is none."""

    template_name = "registration/own_password.html"
    success_url = reverse_lazy("contributions")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        has_password = self.request.user.is_authenticated and self.request.user.has_usable_password()
        return super().get_context_data(**kwargs) | {"has_password": has_password}

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        messages.success(self.request, gettext("Your password is changed. Other browsers have to sign in again."))
        return response
