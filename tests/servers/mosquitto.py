"""A mosquitto with the settings that keep it from losing messages of its own accord."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.embedded import ports

CONFIGURATION = """\
listener {port} 127.0.0.1
allow_anonymous true
user {user}
persistence true
persistence_location {folder}/
autosave_interval 1
# 0: without bounds. The defaults (20 and 1000) drop what a slow subscriber has not acknowledged yet.
max_inflight_messages 0
max_queued_messages 0
log_dest file {folder}/mosquitto.log
"""


def find_mosquitto() -> str:
    """The path of the binary; without it a test is skipped on a visitor's machine, and fails in CI."""
    found = shutil.which(
        "mosquitto", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    )
    if found:
        return found
    sentence = "mosquitto is not installed (Debian: apt install mosquitto)"
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)


@contextmanager
def mosquitto(folder: Path, port: int = 0) -> Iterator[str]:
    """A running mosquitto that keeps its state in the folder; its address."""
    binary = find_mosquitto()
    port = ports.choose(folder / "port", port)
    configuration = folder / "mosquitto.conf"
    configuration.write_text(CONFIGURATION.format(port=port, user=getpass.getuser(), folder=folder))
    server = subprocess.Popen([binary, "-c", configuration])
    try:
        while not ports.answers(port):
            assert server.poll() is None, (folder / "mosquitto.log").read_text()
            time.sleep(0.01)
        yield f"mqtt://{ports.HOST}:{port}"
    finally:
        server.terminate()
        server.wait(10)
