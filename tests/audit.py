"""`make audit`: look the pinned packages up among the known vulnerabilities. Needs the internet.

pip-audit calls it a success when it could look nothing up; here that is said loudly, and a part that is missing is a failure.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from tests.run import LOUD

COMMAND = ["-r", "requirements.txt", "--no-deps", "--disable-pip", "--timeout", "15", "--format", "json"]


def verdict(packages: list[dict[str, Any]]) -> tuple[str, int]:
    """What to say of pip-audit's list of packages, and the exit code."""
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    if len(unknown) == len(packages):
        return LOUD.format("NOT RUN: the audit of the pinned packages, for lack of the internet"), 0
    found = [
        f"{package['name']} {package['version']}: {vulnerability['id']}, fixed in {', '.join(vulnerability['fix_versions'])}"
        for package in packages
        for vulnerability in package.get("vulns", ())
    ]
    if unknown:
        found.append(f"not looked up: {', '.join(unknown)}")
    return "\n".join(found) or f"{len(packages)} packages, no known vulnerability", int(bool(found))


def main() -> int:
    run = subprocess.run([sys.executable, "-m", "pip_audit", *COMMAND], check=False, capture_output=True, text=True)
    try:
        packages = json.loads(run.stdout)["dependencies"]
    except (ValueError, KeyError):
        print(LOUD.format(f"NOT RUN: the audit of the pinned packages: {run.stderr.strip()[-300:]}"))  # noqa: T201
        return 0
    text, code = verdict(packages)
    print(text)  # noqa: T201
    return code


if __name__ == "__main__":
    sys.exit(main())
