"""A stand-in for Wikimedia: a real HTTP server on loopback that speaks SiteMatrix and AQS from recorded data.

In tests: `with ReplayServer(data, today=...) as server: ... server.analytics_url`. By hand: `python -m tests.replay
--help`.
"""
