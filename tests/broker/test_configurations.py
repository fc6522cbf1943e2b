"""The production configurations at work: who gets in, who may say and hear what, and what a cluster outlives."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import pytest
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from domain.errors import Unavailable
from ingest.broker_address import BrokerAddress
from ingest.broker_probe import measure
from ingest.probe_client import ProbeClient, ProbeFailed
from ingest.sources import SUBSCRIPTIONS
from simulators.history import Message
from simulators.publish import Publisher
from storage.database import Database
from tests.broker.servers import PASSWORDS, make_certificates, nats_cluster, secure_mosquitto, secure_nats
from tests.ingest.live import START, Town, count, eventually, message, running, settings_for

ServerFactory = Callable[[Path], AbstractContextManager[int]]
TOPIC = "halfvol/v1/utrecht/devices/{}/up"


def url_of(user: str, port: int, password: str | None = None) -> str:
    return f"mqtts://{user}:{password or PASSWORDS[user]}@127.0.0.1:{port}"


def send(url: str, topic: str, payload: bytes) -> None:
    with Publisher(url, patience_s=2) as publisher:
        publisher.send(Message(topic, payload, START))
        publisher.flush()


@pytest.fixture
def tls(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with certificates, whose authority this process trusts."""
    data_dir.chmod(0o777)
    monkeypatch.setenv("SSL_CERT_FILE", str(make_certificates(data_dir)))
    return data_dir


@pytest.fixture(params=[secure_nats, secure_mosquitto], ids=["nats", "mosquitto"])
def port(request: pytest.FixtureRequest, tls: Path) -> Iterator[int]:
    start: ServerFactory = request.param
    with start(tls) as opened:
        yield opened


def test_a_device_writes_its_own_topics_and_ingest_reads_them(port: int, database: Database, postgres_url: str):
    settings = settings_for(Town(database), postgres_url, url_of("ingest", port), subscriptions=SUBSCRIPTIONS)
    with running(settings):
        send(url_of("device-1", port), TOPIC.format("device-1"), message(1, distance=1.0))
        for foreign in (
            TOPIC.format("device-2"),
            "halfvol/v1/gouda/devices/device-1/up",
            "application/1/device/2/event/up",
        ):
            # NATS closes the connection or says nothing, so the publisher gives up; mosquitto acknowledges and drops.
            with suppress(Unavailable):
                send(url_of("device-1", port), foreign, message(2, distance=1.0))
        eventually(lambda: count(database, "unclaimed_message") == 1)
        time.sleep(0.5)
    assert count(database, "unclaimed_message") == 1
    assert count(database, "rejection") == 0


def test_nobody_else_reads(port: int):
    heard: list[str] = []
    listener = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="listener")
    listener.username_pw_set("device-1", PASSWORDS["device-1"])
    listener.tls_set()
    listener.on_message = lambda _client, _userdata, found: heard.append(found.topic)
    listener.connect("127.0.0.1", port)
    listener.subscribe([("halfvol/v1/#", 1), (TOPIC.format("device-1"), 1), ("application/#", 1)])
    listener.loop_start()
    time.sleep(0.5)
    send(url_of("device-1", port), TOPIC.format("device-1"), b"{}")
    send(url_of("chirpstack", port), "application/1/device/2/event/up", b"{}")
    time.sleep(0.5)
    listener.disconnect()
    listener.loop_stop()
    assert heard == []


def test_nobody_gets_in_without_the_password_or_the_certificate(port: int):
    with pytest.raises(ProbeFailed, match="refuses a second connection"):
        ProbeClient(BrokerAddress.parse(url_of("ingest", port, "guess")), "x", clean=True).connect()
    with socket.create_connection(("127.0.0.1", port)) as plain:
        strangers = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        with pytest.raises(ssl.SSLCertVerificationError):
            strangers.wrap_socket(plain, server_hostname="127.0.0.1")


def test_it_keeps_what_waits_for_ingest(port: int):
    address = BrokerAddress.parse(url_of("ingest", port))
    findings = measure(address, client_id="ingest")
    assert findings.session_kept
    assert findings.refusals(address) == findings.warnings(address) == ()


def test_a_cluster_outlives_one_of_its_servers(tls: Path, database: Database, postgres_url: str):
    town = Town(database)
    with nats_cluster(tls) as servers:
        first, second, third = servers
        settings = settings_for(
            town, postgres_url, url_of("ingest", second), subscriptions=("halfvol/v1/+/devices/+/up",)
        )
        consumer_started = time.monotonic()
        with running(settings) as consumer, Publisher(url_of("device-1", third), patience_s=60) as publisher:
            assert time.monotonic() - consumer_started < 30
            for number in range(300):
                publisher.send(Message(TOPIC.format("device-1"), message(number, distance=1.0), START))
            servers[first].kill()
            for number in range(300, 600):
                publisher.send(Message(TOPIC.format("device-1"), message(number, distance=1.0), START))
            publisher.flush()
            assert publisher.published.acknowledged == 600
            eventually(lambda: count(database, "unclaimed_message") == 600, within_s=40)
            assert consumer.progress.rejected == 0
