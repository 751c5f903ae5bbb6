"""Where tasks wait for a worker: in Redis, or in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

FOLDERS = ("queue", "processed", "control")


def redis_options(key_prefix: str) -> dict[str, Any]:
    """Celery's transport options for a broker in Redis, which others may share."""
    return {
        "visibility_timeout": 3600,
        "socket_connect_timeout": 1,
        "socket_timeout": 2,
        "global_keyprefix": f"{key_prefix}-",
    }


def folder_options(folder: Path) -> dict[str, Any]:
    """Those for a broker in `folder`: no server to install, and web, worker and beat are separate processes all the same."""
    queue, processed, control = (str(folder / name) for name in FOLDERS)
    return {
        "data_folder_in": queue,
        "data_folder_out": queue,
        "processed_folder": processed,
        "control_folder": control,
        "store_processed": False,
    }
