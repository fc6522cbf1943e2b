"""The session with a real mosquitto: what is acknowledged, and what must not be."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from paho.mqtt import client as mqtt

from deploy.embedded import ports
from ingest.broker import BrokerSession
from ingest.broker_address import BrokerAddress
from ingest.inbox import Delivery, Inbox
from ingest.publish_filter import PublishFilter
from tests.ingest.live import eventually, publish
from tests.servers.mosquitto import find_mosquitto


@contextmanager
def session(url: str, name: str, changes: list[str | None]) -> Iterator[tuple[BrokerSession, Inbox]]:
    inbox = Inbox(limit=10_000, limit_bytes=1_000_000)
    opened = BrokerSession(
        BrokerAddress.parse(url),
        client_id=name,
        subscriptions=(f"{name}/+",),
        inbox=inbox,
        receive_maximum=1_000,
        on_change=changes.append,
    )
    opened.start()
    try:
        eventually(lambda: bool(changes))
        yield opened, inbox
    finally:
        inbox.close()
        opened.stop()


def take(inbox: Inbox, count: int) -> list[Delivery]:
    taken: list[Delivery] = []
    eventually(lambda: len(taken.__iadd__(inbox.take(count - len(taken), wait_s=0.1, gather_s=0))) == count)
    return taken


def lose_connection(opened: BrokerSession, changes: list[str | None]) -> None:
    before = len(changes)
    connected = opened.socket()
    assert isinstance(connected, PublishFilter)
    connected.shutdown(socket.SHUT_RDWR)
    eventually(lambda: changes[before:][-1:] == [None])


@pytest.mark.parametrize("version", ["3", "5"])
def test_acknowledgements_of_an_earlier_connection_are_void(mosquitto_url: str, version: str):
    name = f"session-{uuid4().hex[:10]}"
    changes: list[str | None] = []
    with session(f"{mosquitto_url}?version={version}", name, changes) as (opened, inbox):
        publish(mosquitto_url, [(f"{name}/a", b"%d" % number) for number in range(50)])
        first = take(inbox, 50)
        lose_connection(opened, changes)
        assert "lost" in str(changes[-2])
        again = take(inbox, 50)
        assert [each.payload for each in again] == [each.payload for each in first]
        assert {each.connection for each in first} != {each.connection for each in again}
        # Void: these were delivered over the connection that is gone.
        opened.acknowledge(first)
        lose_connection(opened, changes)
        third = take(inbox, 50)
        opened.acknowledge(third[:20])
        opened.acknowledge(again)
        # What is acknowledged reaches the broker before the next message does.
        publish(mosquitto_url, [(f"{name}/a", b"last")])
        assert take(inbox, 1)[0].payload == b"last"
        time.sleep(0.2)
        lose_connection(opened, changes)
        rest = take(inbox, 31)
        assert sorted(each.payload for each in rest) == sorted([*(b"%d" % n for n in range(20, 50)), b"last"])
        opened.acknowledge(rest)


def test_messages_do_not_go_through_paho_and_would_if_it_opened_its_socket_otherwise(
    mosquitto_url: str, monkeypatch: pytest.MonkeyPatch
):
    through_paho: list[object] = []
    received = BrokerSession._received  # pyright: ignore[reportPrivateUsage]

    def noted(self: BrokerSession, *told: Any) -> None:
        through_paho.append(told)
        received(self, *told)

    monkeypatch.setattr(BrokerSession, "_received", noted)
    for expected in (0, 20):
        name = f"session-{uuid4().hex[:10]}"
        changes: list[str | None] = []
        with session(mosquitto_url, name, changes) as (opened, inbox):
            publish(mosquitto_url, [(f"{name}/a", b"%d" % number) for number in range(20)])
            taken = take(inbox, 20)
            opened.acknowledge(taken)
        assert [each.payload for each in taken] == [b"%d" % number for number in range(20)]
        assert len(through_paho) == expected
        opens = mqtt.Client._create_socket  # pyright: ignore[reportPrivateUsage]
        monkeypatch.setattr(BrokerSession, "_create_socket", opens)


@contextmanager
def closed_mosquitto(folder: Path) -> Iterator[str]:
    """A mosquitto that lets nobody in without a password."""
    port = ports.choose(folder / "port", 0)
    configuration = folder / "mosquitto.conf"
    configuration.write_text(f"listener {port} 127.0.0.1\nallow_anonymous false\nlog_dest file {folder}/log\n")
    server = subprocess.Popen([find_mosquitto(), "-c", configuration])
    try:
        eventually(lambda: ports.answers(port))
        yield f"mqtt://somebody:secret@127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


@pytest.mark.parametrize("version", ["3", "5"])
def test_refused_credentials_are_told_in_one_sentence(data_dir: Path, version: str):
    data_dir.chmod(0o777)
    changes: list[str | None] = []
    with closed_mosquitto(data_dir) as url, session(f"{url}?version={version}", "x", changes):
        (sentence,) = changes
    assert sentence is not None
    assert "refuses the user or the password; check HALFVOL_MQTT_URL" in sentence
    assert "secret" not in sentence
