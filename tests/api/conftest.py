"""The wiki and the alert of the tests of pages serve here, too."""

from tests.dashboards.conftest import iceland, peak

__all__ = ["iceland", "peak"]
