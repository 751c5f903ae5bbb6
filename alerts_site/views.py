"""Pages of the site itself."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.views import LoginView


class SignIn(LoginView):
    """With a Wikimedia account where a consumer is set, and with a password of this site."""

    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"wikimedia_login": bool(settings.SOCIAL_AUTH_MEDIAWIKI_KEY)}
