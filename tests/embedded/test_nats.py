from __future__ import annotations

import os
import queue
import shutil
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from deploy.embedded.nats import EmbeddedNats
from domain.errors import InvalidInput, Unavailable
from tests.embedded.users import NATS, eventually, nothing_runs, processes_of, published, user


@contextmanager
def connected(url: str, client_id: str) -> Iterator[tuple[Client, queue.Queue[bytes]]]:
    """A client with a lasting session, and what it receives."""
    client = Client(CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=False)
    received: queue.Queue[bytes] = queue.Queue()
    ready = threading.Event()
    client.on_message = lambda *arguments: received.put(arguments[2].payload)
    client.on_connect = lambda *_: ready.set()
    address = urlsplit(url)
    client.connect(address.hostname or "", address.port or 0)
    client.loop_start()
    assert ready.wait(10)
    try:
        yield client, received
    finally:
        client.disconnect()
        client.loop_stop()


def subscribe(url: str, client_id: str) -> None:
    done = threading.Event()
    with connected(url, client_id) as (client, _):
        client.on_subscribe = lambda *_: done.set()
        client.subscribe("town/#", qos=1)
        assert done.wait(10)


def publish(url: str, payload: bytes) -> None:
    """Publish one message; returns once it is acknowledged."""
    with connected(url, "sensor") as (client, _):
        client.publish("town/one", payload, qos=1).wait_for_publish(10)


def kept_for(url: str, client_id: str) -> bytes:
    with connected(url, client_id) as (_, received):
        return received.get(timeout=20)


def test_what_it_acknowledged_survives_kill_of_server_and_guard(data_dir: Path) -> None:
    with EmbeddedNats(data_dir) as url:
        subscribe(url, "ingest")
        publish(url, b"kept")
        for victim in ("server_pid", "guard_pid"):
            before = published(data_dir)
            os.kill(before[victim], signal.SIGKILL)
            assert eventually(
                lambda before=before: (data_dir / "address.json").exists() and published(data_dir) != before
            )
        assert published(data_dir)["url"] == url
        assert kept_for(url, "ingest") == b"kept"
    assert eventually(lambda: nothing_runs(data_dir))


def test_messages_and_port_stay_over_a_stop(data_dir: Path) -> None:
    with EmbeddedNats(data_dir) as first:
        subscribe(first, "ingest")
        publish(first, b"kept")
    assert eventually(lambda: nothing_runs(data_dir))
    with EmbeddedNats(data_dir) as second:
        assert second == first
        assert kept_for(second, "ingest") == b"kept"


def test_it_ends_with_its_last_user_however_that_ended(data_dir: Path) -> None:
    with user(NATS, data_dir) as (process, url):
        assert url.startswith("mqtt://127.0.0.1:")
        process.kill()
    assert eventually(lambda: nothing_runs(data_dir))


def test_a_folder_that_is_removed_under_it_is_told_once_and_hinders_no_end(
    data_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = data_dir / "nats"
    server = EmbeddedNats(folder)
    server.start()
    shutil.rmtree(folder)
    assert eventually(lambda: "was removed while it was in use; start this process again" in caplog.text)
    stopping = threading.Thread(target=server.stop, daemon=True)
    stopping.start()
    stopping.join(20)
    assert not stopping.is_alive()
    assert caplog.text.count("was removed") == 1
    assert eventually(lambda: not processes_of(folder))


def test_the_port_that_is_asked_for(data_dir: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Unavailable, match=f"the port {port} of 127.0.0.1 is in use by another program"):
            EmbeddedNats(data_dir, port=port).start()
        assert eventually(lambda: nothing_runs(data_dir))
    with EmbeddedNats(data_dir, port=port) as url:
        assert url == f"mqtt://127.0.0.1:{port}"
        with pytest.raises(InvalidInput, match=f"is running already, at {url}"):
            EmbeddedNats(data_dir, port=port - 1).start()
        with EmbeddedNats(data_dir) as shared:
            assert shared == url


def test_a_remembered_port_that_is_taken_meanwhile_is_given_up(data_dir: Path) -> None:
    with EmbeddedNats(data_dir) as first:
        pass
    port = urlsplit(first).port
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port))
        taken.listen()
        with EmbeddedNats(data_dir) as second:
            assert second != first
