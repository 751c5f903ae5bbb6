"""W13: what a flood of callbacks leaves behind."""

import pytest
from django.contrib.sessions.models import Session
from django.test import Client


@pytest.mark.django_db
def test_w13_cookieless_callbacks_make_no_session_rows_and_are_limited(settings):
    settings.RATELIMIT_ENABLE = True
    settings.RATELIMIT_CACHE_PREFIX = "rl-w13:"
    answers = []
    for _ in range(1000):
        stranger = Client(REMOTE_ADDR="203.0.113.13", raise_request_exception=False)
        response = stranger.post("/dash/app/none/_dash-update-component", "{}", content_type="application/json")
        answers.append(response.status_code)
        assert "sessionid" not in response.cookies
    assert Session.objects.count() == 0
    assert answers.count(429) >= 400  # at most two windows of a minute, each with 300
    assert answers[0] != 429


@pytest.mark.django_db
def test_w13_reading_is_not_limited(client, settings):
    settings.RATELIMIT_ENABLE = True
    settings.RATELIMIT_CACHE_PREFIX = "rl-w13-reading:"
    assert {client.get("/accounts/login/").status_code for _ in range(100)} == {200}


@pytest.mark.django_db
def test_w13_without_redis_people_can_still_write(client, settings, bob):
    """C03: a broken Redis takes the limits away, not the site."""
    settings.RATELIMIT_ENABLE = True
    settings.CACHES = {
        "default": {
            "BACKEND": "alerts_site.cache.ForgivingRedisCache",
            "LOCATION": "redis://127.0.0.1:9/0",
            "OPTIONS": {"socket_connect_timeout": 1},
        }
    }
    response = client.post("/accounts/login/", {"username": "bob", "password": "bob knows this"})
    assert response.status_code == 302
