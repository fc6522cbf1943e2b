"""Runs the ``halfvol`` command as a user would, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HALFVOL = [sys.executable, "-m", "deploy.cli"]


def environment(data_dir: Path, **settings: str) -> dict[str, str]:
    """This process's environment without settings of Halfvol, and with those given (``MQTT_URL="mqtt://..."``)."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("HALFVOL_")}
    given = {f"HALFVOL_{name}": value for name, value in settings.items()}
    return inherited | {"HALFVOL_DATA_DIR": str(data_dir)} | given


def halfvol(
    *arguments: str, data_dir: Path, timeout_s: float = 60, **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [*HALFVOL, *arguments],
        env=environment(data_dir, **settings),
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
