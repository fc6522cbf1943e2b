"""What the benchmark of ingest measures with: messages that wait in a broker, a bare subscriber, a town, many rows."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from deploy.chaos.town import register
from ingest.broker_address import BrokerAddress
from ingest.sensors import PROFILES
from simulators.history import Message
from simulators.publish import publish_all
from storage import sensors as stored_sensors
from storage.database import Database
from storage.sensors import NewSensor

ROOT = Path(__file__).parents[2]
ENVELOPE = ROOT / "tests" / "data" / "uplinks" / "envelopes" / "things_stack_em310_udl" / "input.json"
BEGIN = datetime.now(UTC).replace(microsecond=0) - timedelta(days=200)
TOWNS = ["one", "two"]
SENSORS = 200
OBSERVED = {
    "distance": "m", "temperature": "Cel", "battery_voltage": "V", "tilt": "deg", "fill_level": "1"
}  # fmt: skip


def native(count: int, first: int) -> Iterator[Message]:
    """Messages of 200 bytes with four observed values, of the sensors in turn."""
    for number in range(first, first + count):
        sensor = number % SENSORS
        town = TOWNS[sensor % len(TOWNS)]
        when = (BEGIN + timedelta(seconds=number)).isoformat()
        values = {"distance": 1.234, "temperature": 7.5, "batteryVoltage": 3.61, "tilt": 2}
        body = json.dumps({"phenomenonTime": when, **values, "fCnt": number, "model": ""})
        body = body.replace('"model": ""', f'"model": "{"x" * (200 - len(body))}"')
        yield Message(f"halfvol/v1/{town}/devices/{town}-sensor-{sensor}/up", body.encode(), BEGIN)


def things_stack(count: int, first: int) -> Iterator[Message]:
    """Messages as The Things Stack publishes them, about 1.6 kB."""
    envelope = json.loads(ENVELOPE.read_text())
    for number in range(first, first + count):
        sensor = number % SENSORS
        eui = f"10000000000{sensor:05d}"
        envelope["end_device_ids"] |= {"dev_eui": eui, "device_id": f"eui-{eui}"}
        moment = (BEGIN + timedelta(seconds=number)).isoformat().replace("+00:00", "Z")
        envelope["received_at"] = envelope["uplink_message"]["received_at"] = moment
        envelope["uplink_message"]["f_cnt"] = number
        body = json.dumps(envelope, separators=(",", ":")).encode()
        yield Message(f"v3/application@tenant/devices/eui-{eui}/up", body, BEGIN)


FILTERS = {"native": "halfvol/v1/+/devices/+/up", "The Things Stack": "v3/+/devices/+/up"}
Maker = Callable[[int, int], Iterator[Message]]
MAKERS: dict[str, Maker] = {"native": native, "The Things Stack": things_stack}


class Waiting:
    """Messages that wait in a broker for sessions of ours; no two runs have a message or a session in common."""

    def __init__(self, mqtt_url: str, *, first: int) -> None:
        self.mqtt_url = mqtt_url
        self._next = first
        self._sessions = 0

    def publish(self, kind: str, count: int, filters: Sequence[str]) -> list[str]:
        """Let a session for each of the filters subscribe and leave, then publish; gives the client ids."""
        client_ids: list[str] = []
        for each in filters:
            self._sessions += 1
            client_ids.append(f"bench-{self._sessions}")
            drain(self.mqtt_url, client_ids[-1], each, 0)
        publish_all(self.mqtt_url, MAKERS[kind](count, self._next), window=1_000)
        self._next += count
        return client_ids

    def forget(self, client_ids: Sequence[str]) -> None:
        """End sessions, so that the broker keeps nothing for them in the runs that follow."""
        address = BrokerAddress.parse(self.mqtt_url)
        for client_id in client_ids:
            client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=True)
            client.connect(address.host, address.port)
            until = time.monotonic() + 10
            while not client.is_connected() and time.monotonic() < until:
                client.loop(timeout=0.1)
            client.disconnect()


def drain(
    url: str, client_id: str, topic: str, count: int, use: Callable[[mqtt.MQTTMessage], None] = lambda _message: None
) -> float:
    """Receive so many messages of a kept session with plain paho; how many seconds it took."""
    address = BrokerAddress.parse(url)
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=False)
    received = 0

    def count_one(_client: mqtt.Client, _userdata: object, message: mqtt.MQTTMessage) -> None:
        nonlocal received
        use(message)
        received += 1

    granted: list[bool] = []
    client.on_message = count_one
    client.on_subscribe = lambda *_: granted.append(True)
    began = time.perf_counter()
    client.connect(address.host, address.port)
    client.subscribe(topic, qos=1)
    while received < count or not granted:
        client.loop(timeout=0.1)
    seconds = time.perf_counter() - began
    for _ in range(20 if count else 0):
        client.loop(timeout=0.01)  # the last acknowledgements
    client.disconnect()
    return seconds


def prepare(database: Database) -> int:
    """Register the sensors of both kinds of messages; the number of a municipality."""
    registered = register(database, municipality_codes=TOWNS, sensor_count=SENSORS)
    with database.transaction() as connection:
        for number, sensor in enumerate(registered):
            found = stored_sensors.get(connection, sensor.device_id)
            stored_sensors.bind(
                connection,
                sensor_id=found.id,
                container_id=sensor.container_id,
                bound_from=BEGIN,
                observed_properties=OBSERVED,
            )
            units = PROFILES["EM310-UDL"].units
            new = NewSensor(f"10000000000{number:05d}", "EM310-UDL", sensor.container_id, BEGIN, units)
            stored_sensors.register_many(connection, municipality_id=sensor.municipality_id, sensors=[new])
    return registered[0].municipality_id


def register_many(database: Database, municipality_id: int, count: int) -> None:
    """Register so many sensors more, with a datastream for each of the observed properties."""
    with database.transaction() as connection:
        container_id = connection.execute("SELECT min(id) FROM container").fetchone()
        assert container_id is not None
        new = [NewSensor(f"many-{number}", "EM310-UDL", container_id[0], BEGIN, OBSERVED) for number in range(count)]
        for start in range(0, count, 5_000):
            stored_sensors.register_many(
                connection, municipality_id=municipality_id, sensors=new[start : start + 5_000]
            )


def copy_limit(url: str, count: int) -> float:
    """Rows a second of a binary COPY into a table without key or conflict rule."""
    moment = datetime.now(UTC)
    with psycopg.connect(url) as connection:
        connection.execute("""
            CREATE TABLE IF NOT EXISTS bare (
                datastream_id bigint, phenomenon_time timestamptz, received_at timestamptz, result double precision,
                quality quality
            )""")
        began = time.perf_counter()
        with connection.cursor() as cursor, cursor.copy("COPY bare FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(["int8", "timestamptz", "timestamptz", "float8", "text"])
            for number in range(count):
                copy.write_row((number, moment, moment, 1.0, "good"))
        connection.commit()
        return count / (time.perf_counter() - began)


def fill(url: str, count: int) -> None:
    """Bring the table of observations to so many rows: a thousand series that nobody sends to."""
    with psycopg.connect(url, autocommit=True) as connection:
        have = connection.execute("SELECT count(*) FROM observation").fetchone()
        assert have is not None
        connection.execute("CREATE SEQUENCE IF NOT EXISTS filled START 2000000")
        connection.execute(
            """INSERT INTO observation (datastream_id, phenomenon_time, received_at, result, quality)
            SELECT series.id, timestamptz '2020-01-01Z' + n * interval '1 s', now(), 0.5, 'good'
            FROM (SELECT nextval('filled') AS id FROM generate_series(1, 1000)) AS series,
                generate_series(1, %s::bigint / 1000) AS n""",
            [max(0, count - have[0])],
        )
        connection.execute("VACUUM ANALYZE observation")
