"""Durable ingest beside a bare subscriber, a naive script and COPY, on the same broker, database and messages.

``make bench-ingest``; ``--help`` names the sizes. Every run drains messages that wait in the broker, so that publishing
does not compete with it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import psycopg
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from deploy.chaos.mosquitto import start_mosquitto
from deploy.chaos.town import register
from deploy.embedded.nats import EmbeddedNats
from deploy.embedded.postgres import EmbeddedPostgres
from ingest.broker_address import BrokerAddress
from ingest.consumer import Consumer, ConsumerSettings, Progress
from ingest.registry import load
from simulators.history import Message
from simulators.publish import publish_all
from storage import sensors as stored_sensors
from storage.database import Database
from storage.migrate import migrate
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
    """Messages as The Things Stack publishes them, about 1.4 kB."""
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


class Bench:
    """Servers, a registered town, and the figures so far."""

    def __init__(self, database_url: str, broker: str, mqtt_url: str, *, first: int) -> None:
        self.database_url = database_url
        self.broker = broker
        self.mqtt_url = mqtt_url
        self._next = first

    def waiting(self, kind: str, count: int, client_ids: Sequence[tuple[str, str]]) -> None:
        """Let sessions subscribe and leave, then publish; the messages wait for them."""
        for client_id, topic in client_ids:
            drain(self.mqtt_url, client_id, topic, 0)
        publish_all(self.mqtt_url, MAKERS[kind](count, self._next), window=1_000)
        self._next += count

    def bare(self, kind: str, count: int) -> float:
        """Messages a second of a subscriber that only counts."""
        self.waiting(kind, count, [("bare", FILTERS[kind])])
        return count / drain(self.mqtt_url, "bare", FILTERS[kind], count)

    def ingest(self, kind: str, count: int) -> float:
        """Messages a second of ingest, committed and acknowledged."""
        self.waiting(kind, count, [("ingest", FILTERS[kind])])
        settings = ConsumerSettings(self.database_url, self.mqtt_url, "ingest", (FILTERS[kind],))
        stop = threading.Event()
        done: list[Progress] = []

        def look(progress: Progress) -> None:
            done[:] = [progress]
            if progress.received - progress.backlog >= count:
                stop.set()

        began = time.perf_counter()
        Consumer(settings).run(stop, look)
        seconds = time.perf_counter() - began
        assert done[0].rejected == done[0].unclaimed == 0, done
        return count / seconds

    def naive(self, count: int) -> float:
        """Messages a second of what one would write first: a callback that inserts and commits each value row."""
        self.waiting("native", count, [("naive", FILTERS["native"])])
        with psycopg.connect(self.database_url) as connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS naive (topic text, at timestamptz, d float, t float, b float, i float)"
            )
            connection.commit()

            def insert(message: mqtt.MQTTMessage) -> None:
                body = json.loads(message.payload)
                row = (
                    message.topic, body["phenomenonTime"], body["distance"], body["temperature"],
                    body["batteryVoltage"], body["tilt"],
                )  # fmt: skip
                connection.execute("INSERT INTO naive VALUES (%s, %s, %s, %s, %s, %s)", row)
                connection.commit()

            return count / drain(self.mqtt_url, "naive", FILTERS["native"], count, insert)

    def two_processes(self, count: int) -> float:
        """Messages a second of two ``halfvol ingest`` with a town each, from their first row to the last."""
        halves = [(f"half-{town}", f"halfvol/v1/{town}/devices/+/up") for town in TOWNS]
        self.waiting("native", count, halves)
        with Database(self.database_url) as database:
            before = rows(database)
            with ExitStack() as stack:
                for client_id, topic in halves:
                    stack.enter_context(self._process(client_id, topic))
                while rows(database) == before:
                    time.sleep(0.01)
                began, first = time.perf_counter(), rows(database)
                while (now := rows(database)) < before + count * len(OBSERVED):
                    time.sleep(0.1)
                return (now - first) / len(OBSERVED) / (time.perf_counter() - began)

    @contextmanager
    def _process(self, client_id: str, topic: str) -> Iterator[None]:
        environment = {
            "HALFVOL_DATABASE_URL": self.database_url,
            "HALFVOL_MQTT_URL": self.mqtt_url,
            "HALFVOL_MQTT_CLIENT_ID": client_id,
            "HALFVOL_MQTT_TOPICS": topic,
            "HALFVOL_LOG_LEVEL": "error",
        }
        command = [sys.executable, "-m", "deploy.cli", "ingest"]
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | environment)
        try:
            yield
        finally:
            process.terminate()
            process.wait(30)


def drain(
    url: str, client_id: str, topic: str, count: int, use: Callable[[mqtt.MQTTMessage], None] = lambda _message: None
) -> float:
    """Receive so many messages of a kept session; how many seconds it took."""
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


def rows(database: Database) -> int:
    with database.transaction() as connection:
        row = connection.execute("SELECT count(*) FROM observation").fetchone()
    assert row is not None
    return int(row[0])


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
    """Bring the table of observations to so many rows."""
    with psycopg.connect(url, autocommit=True) as connection:
        have = connection.execute("SELECT count(*) FROM observation").fetchone()
        assert have is not None
        connection.execute(
            """INSERT INTO observation (datastream_id, phenomenon_time, received_at, result, quality)
            SELECT 1000000 + n %% 1000, timestamptz '2020-01-01Z' + n * interval '1 s', now(), 0.5, 'good'
            FROM generate_series(%s::bigint, %s) AS n ON CONFLICT DO NOTHING""",
            [have[0], count - 1],
        )
        connection.execute("ANALYZE observation")


def many_sensors(database: Database, municipality_id: int, count: int) -> dict[str, float]:
    """What so many registered sensors cost: seconds to load them, their memory, and a lookup."""
    units = dict(OBSERVED)
    with database.transaction() as connection:
        container_id = connection.execute("SELECT min(id) FROM container").fetchone()
        assert container_id is not None
        new = [NewSensor(f"many-{number}", "EM310-UDL", container_id[0], BEGIN, units) for number in range(count)]
        for start in range(0, count, 5_000):
            stored_sensors.register_many(
                connection, municipality_id=municipality_id, sensors=new[start : start + 5_000]
            )
    before = psutil.Process().memory_info().rss
    began = time.perf_counter()
    with database.transaction() as connection:
        registered = load(connection)
    loaded_s = time.perf_counter() - began
    memory = psutil.Process().memory_info().rss - before
    names = [f"many-{number}" for number in range(count)]
    began = time.perf_counter()
    for name in names:
        registered.device(name)
    lookup_s = (time.perf_counter() - began) / count
    return {"load s": loaded_s, "memory MB": memory / 1e6, "lookup us": lookup_s * 1e6}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=40_000, help="native messages a run (default 40000)")
    parser.add_argument("--rows", default="", help="also with so many rows there before, such as 1000000,10000000")
    parser.add_argument("--sensors", type=int, default=0, help="also what so many sensors cost, such as 100000")
    parser.add_argument("--brokers", default="nats,mosquitto", help="default nats,mosquitto")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each pair, the best counts (default 3)")
    arguments = parser.parse_args()
    count = arguments.messages
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="halfvol-bench-")))
        folder.chmod(0o755)
        database_url = stack.enter_context(EmbeddedPostgres(folder / "postgres"))
        migrate(database_url)
        with Database(database_url) as database:
            municipality_id = prepare(database)
        for broker in arguments.brokers.split(","):
            with ExitStack() as running:
                if broker == "mosquitto":
                    server, url = start_mosquitto(folder / broker)
                    running.callback(server.stop)
                else:
                    url = running.enter_context(EmbeddedNats(folder / broker))
                bench = Bench(database_url, broker, url, first=0 if broker == "mosquitto" else 10_000_000)
                measure(bench, count, arguments.rows if broker == "mosquitto" else "", arguments.repeat)
        print(f"COPY alone: {copy_limit(database_url, 5 * count):,.0f} rows/s")
        if arguments.sensors:
            with Database(database_url) as database:
                figures = many_sensors(database, municipality_id, arguments.sensors)
            print(
                f"{arguments.sensors} sensors: " + ", ".join(f"{name} {value:.2f}" for name, value in figures.items())
            )


def prepare(database: Database) -> int:
    """Register the sensors of both kinds of messages."""
    registered = register(database, municipality_codes=TOWNS, sensor_count=SENSORS)
    extra = [
        NewSensor(f"10000000000{number:05d}", "EM310-UDL", sensor.container_id, BEGIN, OBSERVED)
        for number, sensor in enumerate(registered)
    ]
    with database.transaction() as connection:
        for sensor in registered:
            found = stored_sensors.get(connection, sensor.device_id)
            stored_sensors.bind(
                connection,
                sensor_id=found.id,
                container_id=sensor.container_id,
                bound_from=BEGIN,
                observed_properties=OBSERVED,
            )
        for new, sensor in zip(extra, registered, strict=True):
            stored_sensors.register_many(connection, municipality_id=sensor.municipality_id, sensors=[replace(new)])
    return registered[0].municipality_id


def measure(bench: Bench, count: int, prefilled: str, repeat: int) -> None:
    """Print the figures of one broker: each the best of some in turn, as other work on the machine only ever slows."""
    rates: dict[str, float] = {}
    for kind in MAKERS:
        size = count if kind == "native" else count // 2
        pairs = [(bench.bare(kind, size), bench.ingest(kind, size)) for _ in range(repeat)]
        bare, rates[kind] = (max(figures) for figures in zip(*pairs, strict=True))
        print(
            f"{bench.broker}, {kind}: bare {bare:,.0f}/s, ingest {rates[kind]:,.0f}/s, ratio {rates[kind] / bare:.2f}",
            flush=True,
        )
    naive = bench.naive(max(200, count // 40))
    print(
        f"{bench.broker}: naive script {naive:,.0f}/s, ingest is {rates['native'] / naive:.1f} times as fast",
        flush=True,
    )
    print(f"{bench.broker}: two processes {bench.two_processes(count):,.0f}/s", flush=True)
    for size in filter(None, prefilled.split(",")):
        fill(bench.database_url, int(size))
        print(f"{bench.broker}: with {int(size):,} rows there {bench.ingest('native', count):,.0f}/s", flush=True)


if __name__ == "__main__":
    main()
