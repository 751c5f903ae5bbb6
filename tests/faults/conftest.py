from tests.replay.fixtures import fetch, redis_url, replay, session, session_for, wikis

__all__ = ["fetch", "redis_url", "replay", "session", "session_for", "wikis"]
