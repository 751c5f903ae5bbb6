"""Addresses of pages of the admin."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse


def page_url(name: str, query: str = "") -> str:
    """The address of an admin page; nothing where that page is not installed."""
    try:
        return f"{reverse(name)}{query}"
    except NoReverseMatch:
        return ""
