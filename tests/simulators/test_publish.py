"""The publisher against a real NATS server, which is killed in the middle."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Protocol

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from domain.errors import InvalidInput, Unavailable
from simulators.history import Message
from simulators.publish import BrokerRefused, BrokerUnavailable, Published, Publisher, publish_all


class KillableNats(Protocol):
    """The fixture ``nats`` of conftest.py."""

    port: int
    url: str

    def start(self) -> None: ...

    def kill(self) -> None: ...

    def suspend(self) -> None: ...


SENT_AT = datetime(2026, 11, 22, tzinfo=UTC)


def numbered(count: int) -> Iterator[Message]:
    for number in range(count):
        yield Message(f"halfvol/v1/test/devices/{number % 17}/up", b"%d" % number, SENT_AT)


def send_all(publisher: Publisher, messages: Iterator[Message]) -> None:
    for message in messages:
        publisher.send(message)


class Subscriber:
    """Receives everything over a session that the broker keeps, and comes back after a restart."""

    def __init__(self, port: int) -> None:
        self.received: Counter[bytes] = Counter()
        self.subscribed = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2, client_id="receiver", clean_session=False)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = self._connected
        self._client.on_subscribe = self._subscribed
        self._client.on_message = self._message
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert self.subscribed.wait(10)

    def _connected(self, client: Client, *_: Any) -> None:
        client.subscribe("halfvol/v1/+/devices/+/up", qos=1)

    def _subscribed(self, *_: Any) -> None:
        self.subscribed.set()

    def _message(self, _client: Client, _userdata: Any, message: Any) -> None:
        self.received[message.payload] += 1

    def wait_for(self, count: int, *, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while len(self.received) < count and time.monotonic() < deadline:
            time.sleep(0.05)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def test_every_message_is_sent_once_and_acknowledged(nats: KillableNats) -> None:
    subscriber = Subscriber(nats.port)
    told: list[Published] = []
    published = publish_all(nats.url, numbered(3000), window=100, on_progress=told.append)
    subscriber.wait_for(3000, seconds=10)
    subscriber.close()
    assert published == Published(sent=3000, acknowledged=3000)
    assert set(subscriber.received) == {message.payload for message in numbered(3000)}
    assert told[-1] == published
    assert all(progress.under_way <= 100 for progress in told)


def test_nothing_acknowledged_is_lost_when_the_broker_is_killed(nats: KillableNats) -> None:
    subscriber = Subscriber(nats.port)
    count = 6000
    acknowledged_at_kill: list[int] = []

    with Publisher(nats.url, window=200) as publisher:
        for number, message in enumerate(numbered(count)):
            publisher.send(message)
            if number in (1500, 3500):
                acknowledged_at_kill.append(publisher.published.acknowledged)
                nats.kill()
                threading.Timer(0.5, nats.start).start()
        publisher.flush()
        published = publisher.published
    subscriber.wait_for(count, seconds=20)
    subscriber.close()

    assert published == Published(sent=count, acknowledged=count)
    assert all(0 < acknowledged < count for acknowledged in acknowledged_at_kill)
    assert {message.payload for message in numbered(count)} == set(subscriber.received)


def test_the_window_limits_what_is_under_way(nats: KillableNats) -> None:
    with Publisher(nats.url, window=5) as publisher:
        for message in numbered(200):
            publisher.send(message)
            assert publisher.published.under_way < 5
        publisher.flush()
        assert publisher.published.under_way == 0


def test_when_nobody_listens_the_error_says_where_and_what_to_do() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(BrokerUnavailable, match=rf"mqtt://127\.0\.0\.1:{port}.*cannot be reached.*HALFVOL_MQTT_URL"):
        publish_all(f"mqtt://ann:hunter2@127.0.0.1:{port}", numbered(1))


def test_what_is_no_broker_is_named_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up() -> None:
            connection, _ = server.accept()
            connection.recv(100)
            connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(BrokerUnavailable, match="is it an MQTT broker"):
            publish_all(f"mqtt://127.0.0.1:{server.getsockname()[1]}", numbered(1))
        thread.join()


def test_a_broker_that_stays_away_ends_the_patience(nats: KillableNats) -> None:
    publisher = Publisher(nats.url, window=50, patience_s=0.5)
    publisher.connect()
    for message in numbered(20):
        publisher.send(message)
    publisher.flush()
    nats.kill()
    with pytest.raises(Unavailable, match="cannot be reached"):
        send_all(publisher, numbered(1000))
    assert publisher.published.acknowledged == 20
    publisher.close()


def test_a_broker_that_acknowledges_nothing_ends_the_patience(nats: KillableNats) -> None:
    publisher = Publisher(nats.url, patience_s=0.5)
    publisher.connect()
    nats.suspend()
    send_all(publisher, numbered(10))
    with pytest.raises(BrokerUnavailable, match="acknowledged nothing"):
        publisher.flush()
    assert publisher.published == Published(sent=10, acknowledged=0)
    publisher.close()


def test_giving_up_ends_the_waiting_at_once(nats: KillableNats) -> None:
    stop = threading.Event()
    publisher = Publisher(nats.url, patience_s=None, give_up=stop.is_set)
    publisher.connect()
    nats.kill()
    threading.Timer(0.3, stop.set).start()
    began = time.monotonic()
    with pytest.raises(BrokerUnavailable):
        publisher.idle(60)
    assert time.monotonic() - began < 5
    publisher.close()


def test_a_window_of_nothing_is_refused() -> None:
    with pytest.raises(InvalidInput, match="window"):
        Publisher("mqtt://localhost", window=0)


def test_the_demos_broker_takes_the_messages(nats_url: str) -> None:
    assert publish_all(nats_url, numbered(500)) == Published(sent=500, acknowledged=500)


@pytest.mark.parametrize("version", [3, 5])
def test_mosquitto_takes_them_in_both_versions_of_mqtt(mosquitto_url: str, version: int) -> None:
    # In version 5 mosquitto accepts 20 messages under way and hangs up on a client that sends more.
    published = publish_all(f"{mosquitto_url}?version={version}", numbered(500), window=200)
    assert published == Published(sent=500, acknowledged=500)


def test_a_broker_that_does_not_speak_version_5_refuses(nats_url: str) -> None:
    with pytest.raises(BrokerRefused, match="version"):
        publish_all(f"{nats_url}?version=5", numbered(1))
