"""Where production keeps its static files: names with hashes, compressed once."""

from __future__ import annotations

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types for it
    """Files named by their content, so that browsers keep them for good; each beside its brotli and gzip form.

    References inside stylesheets follow the names. Those inside scripts are left alone: they name source maps, which are for
    developers and are not collected.
    """

    patterns = tuple(pattern for pattern in HashedFilesMixin.patterns if pattern[0] == "*.css")

    def stored_name(self, name: str) -> str:
        """The name with its hash; a file that was not collected keeps its own name.

        So pages, error pages above all, are readable without what a build should have collected.
        """
        try:
            hashed: str = super().stored_name(name)
        except ValueError:
            return name
        return hashed
