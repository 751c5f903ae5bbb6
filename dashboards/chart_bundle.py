"""Plotly's small bundle, for the charts we draw: 1.2 MB of script in place of 4.8 MB.

It is third-party code that the repository does not carry. `manage.py fetch_chart_bundle` has npm fetch the version that fits
the installed plotly package, and puts it where static files are looked for first. Without it the large one is served: the same
charts, later on a slow phone.
"""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import subprocess
import tarfile
import tempfile
from importlib import resources
from pathlib import Path

from django.conf import settings

PACKAGE = "plotly.js-basic-dist-min"
MEMBER = "package/plotly-basic.min.js"
PLACE = Path("dash/component/plotly/package_data/plotly.min.js")
# Of the package's archive, as the registry publishes it. A new plotly needs its line here.
SHA512 = {
    "4.1.1": "1oNF8PeQx2hv/y7tqEVWKD3JGwn/MGEMQ8mL9HUwsaqG9FGy/OU5FHUHvzqbqxN4mnwZGI9abTiE775C4kkjMQ==",
}
HEADER = re.compile(r"plotly\.js (?P<basic>\(basic - minified\) )?v(?P<version>[0-9.]+)")
TIMEOUT = 60


class BundleError(Exception):
    """The small bundle cannot be had; the text says why, and what the site does instead."""


def _header(script: Path) -> re.Match[str] | None:
    with script.open(encoding="utf-8") as file:
        return HEADER.search(file.read(300))


def wanted_version() -> str:
    """The plotly.js version that the installed Python package carries."""
    found = _header(Path(str(resources.files("plotly"))) / "package_data" / "plotly.min.js")
    if found is None:
        raise BundleError("the installed plotly package does not say which plotly.js it carries; serving it as it is")
    return found["version"]


def installed(version: str) -> bool:
    """Whether the small bundle of that version is in its place."""
    place = settings.CHART_BUNDLE_DIR / PLACE
    found = _header(place) if place.exists() else None
    return bool(found and found["basic"] and found["version"] == version)


def fetch(version: str) -> Path:
    """Put the small bundle in its place; BundleError when npm is missing, out of reach, or brings something else."""
    if version not in SHA512:
        raise BundleError(f"no checksum is known for {PACKAGE} {version}; serving plotly's large bundle")
    npm = shutil.which("npm")
    if npm is None:
        raise BundleError("npm is not installed; serving plotly's large bundle (the same charts, slower on a slow line)")
    with tempfile.TemporaryDirectory() as folder:
        archive = _pack(npm, version, Path(folder))
        digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if digest != SHA512[version]:
            raise BundleError(f"{PACKAGE} {version} has another checksum than expected; it was thrown away")
        with tarfile.open(archive) as tar:
            member = tar.extractfile(MEMBER)
            if member is None:
                raise BundleError(f"{PACKAGE} {version} has no {MEMBER}")
            script = member.read()
    place: Path = settings.CHART_BUNDLE_DIR / PLACE
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_suffix(".part")
    part.write_bytes(script)
    part.replace(place)  # never half a file
    return place


def _pack(npm: str, version: str, folder: Path) -> Path:
    command = [npm, "pack", f"{PACKAGE}@{version}", "--silent", "--fetch-retries=0", "--fetch-timeout=20000"]
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=TIMEOUT)  # noqa: S603 - our own words
    except (subprocess.SubprocessError, OSError) as error:
        raise BundleError(f"npm could not fetch {PACKAGE} {version}; serving plotly's large bundle") from error
    return next(folder.glob("*.tgz"))
