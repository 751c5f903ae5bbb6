"""How many requests a second two web processes hold: wrk reads a mix of pages, with more and more readers at once."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.machines.servers import free_port, listens
from tests.machines.site import BIN
from tests.machines.supervisor import Machine, Supervisor, wait_until

SECONDS = 10
READERS = (1, 2, 4, 8, 16)
LIMIT_MS = 300.0
SCRIPT = """
local paths = {paths}
local at = 0
request = function()
  at = at % #paths + 1
  return wrk.format("GET", paths[at], {{["Accept-Encoding"] = "gzip"}})
end
done = function(summary, latency, requests)
  local bad = summary.errors.status + summary.errors.timeout + summary.errors.read + summary.errors.connect
  io.write(string.format("%s %s %s\\n", summary.requests / summary.duration * 1e6, latency:percentile(95) / 1000, bad))
end
"""


def measure(environment: Mapping[str, str], addresses: list[str], folder: Path) -> Iterator[dict[str, float]]:
    """For each number of readers: requests a second, p95 in milliseconds, and how many went wrong."""
    wrk = shutil.which("wrk")
    if wrk is None:
        raise SystemExit("wrk is not installed: apt-get install wrk")
    port, script = free_port(), folder / "mix.lua"
    script.write_text(SCRIPT.format(paths="{" + ", ".join(json.dumps(address) for address in addresses) + "}"))
    command = [str(BIN / "gunicorn"), "alerts_site.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2"]
    command += ["--worker-class", "gthread", "--threads", "4", "--log-level", "warning", "--config", "/dev/null"]
    with Supervisor() as supervisor:
        supervisor.add(Machine("web", command, environment, folder / "web.log"))
        if not wait_until(lambda: listens(port), 60):
            raise SystemExit(f"The web processes did not start:\n{(folder / 'web.log').read_text()}")
        run = [wrk, "-s", str(script), "-t", "1", f"http://127.0.0.1:{port}"]
        subprocess.run([*run, "-c", "2", "-d", f"{SECONDS}s"], check=True, capture_output=True)  # warms caches
        for readers in READERS:
            result = subprocess.run(
                [*run, "-c", str(readers), "-d", f"{SECONDS}s"], check=True, capture_output=True, text=True
            )
            rate, p95, bad = map(float, result.stdout.strip().splitlines()[-1].split())
            yield {"readers": readers, "rate": rate, "p95": p95, "bad": bad}
