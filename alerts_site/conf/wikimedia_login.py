"""Signing in with a Wikimedia account (OAuth 1.0a), when the keys of a consumer are set."""

from __future__ import annotations

from alerts_site.env import env_str

SOCIAL_AUTH_MEDIAWIKI_KEY = env_str("MEDIAWIKI_OAUTH_KEY")
SOCIAL_AUTH_MEDIAWIKI_SECRET = env_str("MEDIAWIKI_OAUTH_SECRET")
SOCIAL_AUTH_MEDIAWIKI_MEDIAWIKI_URL = env_str("MEDIAWIKI_OAUTH_URL", "https://meta.wikimedia.org/w/index.php")
SOCIAL_AUTH_MEDIAWIKI_CALLBACK = env_str("MEDIAWIKI_OAUTH_CALLBACK")  # as registered; empty: this site's own
# The account is found by `sub`, which outlives a renaming. No token is stored, and no group of a wiki makes anybody staff.
SOCIAL_AUTH_PIPELINE = (
    "social_core.pipeline.social_auth.social_details",
    "social_core.pipeline.social_auth.social_uid",
    "social_core.pipeline.social_auth.auth_allowed",
    "accounts.wikimedia_login.refuse_blocked",
    "social_core.pipeline.social_auth.social_user",
    "accounts.wikimedia_login.person",
    "social_core.pipeline.social_auth.associate_user",
)
SOCIAL_AUTH_CLEAN_USERNAMES = False
SOCIAL_AUTH_SANITIZE_REDIRECTS = True
SOCIAL_AUTH_REQUIRE_POST = True
SOCIAL_AUTH_RAISE_EXCEPTIONS = False
SOCIAL_AUTH_LOGIN_ERROR_URL = "login"
SOCIAL_AUTH_URL_NAMESPACE = "social"
SOCIAL_AUTH_JSONFIELD_ENABLED = True
