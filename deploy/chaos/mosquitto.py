"""A mosquitto of a torture run, with settings that keep it from losing messages as long as it lives."""

from __future__ import annotations

import getpass
import os
import shutil
import time
from pathlib import Path

from deploy.chaos.victims import Restarted
from deploy.embedded import ports
from domain.errors import Unavailable

START_WITHIN_S = 10.0
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
"""


def start_mosquitto(folder: Path) -> tuple[Restarted, str]:
    """Start the mosquitto of this machine with its state in the folder; the process and its address.

    Raises
    ------
    Unavailable
        When it is not installed, or does not start.
    """
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    binary = shutil.which("mosquitto", path=path)
    if binary is None:
        raise Unavailable("mosquitto is not installed", remedy="install it (Debian: apt install mosquitto)")
    folder.mkdir(parents=True, exist_ok=True)
    port = ports.choose(folder / "port")
    configuration = folder / "mosquitto.conf"
    configuration.write_text(CONFIGURATION.format(port=port, user=getpass.getuser(), folder=folder))
    log = folder / "mosquitto.log"
    server = Restarted("broker", [binary, "-c", str(configuration)], log=log, lives_with_us=True)
    server.start()
    until = time.monotonic() + START_WITHIN_S
    while not ports.answers(port):
        if time.monotonic() > until:
            server.stop()
            raise Unavailable("mosquitto does not start", remedy=f"see {log}")
        time.sleep(0.02)
    return server, f"mqtt://{ports.HOST}:{port}"
