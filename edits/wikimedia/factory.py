"""The client as the settings describe it."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings

from edits.wikimedia.config import ClientConfig
from edits.wikimedia.session import Session


def client_config(**changes: Any) -> ClientConfig:
    """The configuration from the settings, with `changes`; ValueError when no contact is set."""
    return ClientConfig(
        **{
            "version": settings.VERSION,
            "contact": settings.WIKIMEDIA_CONTACT,
            "analytics_url": settings.WIKIMEDIA_ANALYTICS_URL,
            "sitematrix_url": settings.WIKIMEDIA_SITEMATRIX_URL,
            "wiki_api_url": settings.WIKIMEDIA_WIKI_API_URL,
            "max_in_flight": settings.WIKIMEDIA_MAX_IN_FLIGHT,
            "max_per_minute": settings.WIKIMEDIA_MAX_PER_MINUTE or None,
            "deadline": settings.WIKIMEDIA_DEADLINE_SECONDS,
            "redis_url": settings.REDIS_URL,
            "key_prefix": settings.REDIS_KEY_PREFIX,
            **changes,
        }
    )


def open_session(**changes: Any) -> Session:
    """A session for Wikimedia as the settings describe it."""
    return Session(client_config(**changes))


def shared_session() -> Session:
    """The session that the tasks of this process share, so that its connections stay open from one to the next."""
    return _shared(client_config())


@cache
def _shared(config: ClientConfig) -> Session:
    return Session(config)
