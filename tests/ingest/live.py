"""A registered town, a publisher that waits for its acknowledgements, and a consumer in a thread."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import uuid4

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from psycopg import sql

from domain.containers import ContainerGeometry, Fraction
from domain.geography import Bounds, Position
from ingest.consumer import Consumer, ConsumerSettings
from ingest.sensors import PROFILES
from storage import containers, municipalities, sensors
from storage.database import Database

MODEL = "Single Sensor"
START = datetime.now(UTC).replace(microsecond=0) - timedelta(days=20)


class Town:
    """One municipality with some bound sensors, under a code that no other test uses."""

    def __init__(self, database: Database, devices: int = 5) -> None:
        self.code = f"town-{uuid4().hex[:10]}"
        self.subscription = f"halfvol/v1/{self.code}/devices/+/up"
        self.device_ids = [f"{self.code}-{number}" for number in range(devices)]
        self.container_ids: list[int] = []
        with database.transaction() as connection:
            town = municipalities.create(
                connection, code=self.code, name=self.code, time_zone="Europe/Amsterdam", bounds=Bounds(4, 51, 5, 53)
            )
            self.id = town.id
            site = containers.create_site(
                connection, municipality_id=town.id, code="s", name="Site", position=Position(4.5, 52.0)
            )
            for device_id in [*self.device_ids, "spare"]:
                container = containers.create(
                    connection,
                    municipality_id=town.id,
                    site_id=site.id,
                    code=f"container {device_id}",
                    fraction=Fraction.GLASS,
                    capacity_l=3000,
                    address="Street 1",
                    geometry=ContainerGeometry(empty_distance_m=2.0, full_distance_m=0.2),
                    fullness_threshold=0.7,
                    service_s=120,
                )
                self.container_ids.append(container.id)
                if device_id == "spare":
                    continue
                sensor = sensors.register(connection, municipality_id=town.id, device_id=device_id, model=MODEL)
                sensors.bind(
                    connection,
                    sensor_id=sensor.id,
                    container_id=container.id,
                    bound_from=START,
                    observed_properties=PROFILES[MODEL].units,
                )

    def topic(self, device_id: str) -> str:
        return f"halfvol/v1/{self.code}/devices/{device_id}/up"

    def messages(self, count: int, *, first: int = 0) -> list[tuple[str, bytes]]:
        """Different messages, each of two observations (distance and temperature) and a fill level."""
        made: list[tuple[str, bytes]] = []
        for number in range(first, first + count):
            device_id = self.device_ids[number % len(self.device_ids)]
            made.append((self.topic(device_id), message(number, distance=1.0, temperature=10.0)))
        return made


def message(number: int, **values: object) -> bytes:
    time_of = START + timedelta(seconds=60 + number)
    return json.dumps({"phenomenonTime": time_of.isoformat(), "fCnt": max(number, 0), **values}).encode()


def publish(url: str, messages: Sequence[tuple[str, bytes]]) -> None:
    """Publish at QoS 1 and return when the broker acknowledged every message."""
    where = urlsplit(url)
    assert where.hostname is not None
    assert where.port is not None
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"test-{uuid4().hex}")
    client.max_inflight_messages_set(200)
    client.connect(where.hostname, where.port)
    client.loop_start()
    sent = [client.publish(topic, payload, qos=1) for topic, payload in messages]
    for each in sent:
        each.wait_for_publish(30)
    client.disconnect()
    client.loop_stop()


def settings_for(town: Town, database_url: str, mqtt_url: str, **changes: object) -> ConsumerSettings:
    values: dict[str, object] = {
        "client_id": f"ingest-{town.code}",
        "subscriptions": (town.subscription,),
        "batch_messages": 200,
        "batch_s": 0.05,
        **changes,
    }
    return ConsumerSettings(database_url, mqtt_url, **values)  # pyright: ignore[reportArgumentType]


@contextmanager
def running(settings: ConsumerSettings) -> Iterator[Consumer]:
    """A consumer in a thread, subscribed; stopped and joined at the end."""
    consumer = Consumer(settings)
    stop = threading.Event()
    failures: list[BaseException] = []

    def run() -> None:
        try:
            consumer.run(stop)
        except BaseException as error:
            failures.append(error)
            raise

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert consumer.subscribed.wait(10)
        yield consumer
    finally:
        stop.set()
        thread.join(20)
    assert not thread.is_alive()
    assert not failures


def eventually(condition: Callable[[], bool], within_s: float = 20.0) -> None:
    until = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < until, "did not happen in time"
        time.sleep(0.05)


def count(database: Database, table: str) -> int:
    with database.transaction() as connection:
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
    assert row is not None
    return row[0]
