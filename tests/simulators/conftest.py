"""A small and a whole simulated town, and a NATS server that a test may kill."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from routing.roads.graph import RoadGraph
from routing.roads.osm import read_graph
from simulators import extract
from simulators.town import Town, build_town

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def graph() -> RoadGraph:
    return read_graph(extract.helsinki_extract(), extract.NAME)


@pytest.fixture(scope="session")
def town(graph: RoadGraph) -> Town:
    """The town of the demo."""
    return build_town(graph, seed=1)


@pytest.fixture(scope="session")
def village(graph: RoadGraph) -> Town:
    """A small town, for what needs no statistics."""
    return build_town(graph, seed=7, containers=40)


@pytest.fixture(scope="session")
def now() -> datetime:
    return NOW


class KillableNats:
    """A NATS server on a fixed port with its messages on disk, to be killed and started again."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self._config = folder / "nats.conf"
        self._config.write_text(
            f"""
            server_name: "test"
            listen: "127.0.0.1:-1"
            jetstream {{ store_dir: "{folder}/jetstream", sync_interval: always }}
            mqtt {{ listen: "127.0.0.1:{self.port}", max_ack_pending: 10000, ack_wait: "1s" }}
            """
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        server = Path(sysconfig.get_path("scripts")) / "nats-server"
        self._process = subprocess.Popen(
            [str(server), "-c", str(self._config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return
        raise AssertionError("the NATS server did not start")

    def kill(self) -> None:
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def suspend(self) -> None:
        """It keeps its connections and does nothing."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGSTOP)
        # On another processor it may run on for a moment.
        deadline = time.monotonic() + 10
        while Path(f"/proc/{self._process.pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "T":
            assert time.monotonic() < deadline, "the NATS server did not stop"
            time.sleep(0.001)

    def stop(self) -> None:
        if self._process is not None:
            self.kill()


@pytest.fixture
def nats(tmp_path: Path) -> Iterator[KillableNats]:
    server = KillableNats(tmp_path)
    server.start()
    yield server
    server.stop()
