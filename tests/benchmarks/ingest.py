"""Durable ingest beside a bare subscriber, a naive script and COPY, on the same broker, database and messages.

``make bench-ingest``; ``--help`` names the sizes, ``--quick`` tries everything in a minute. Every run drains messages
that wait in the broker, so that publishing does not compete with it. Ingest runs in a process of its own, as always.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
from paho.mqtt import client as mqtt

from deploy.chaos.mosquitto import start_mosquitto
from deploy.embedded.nats import EmbeddedNats
from deploy.embedded.postgres import EmbeddedPostgres
from ingest.registry import load
from storage.database import Database
from storage.migrate import migrate
from tests.benchmarks.ingest_load import (
    FILTERS,
    MAKERS,
    OBSERVED,
    ROOT,
    TOWNS,
    Waiting,
    copy_limit,
    drain,
    fill,
    prepare,
    register_many,
)
from tests.benchmarks.ingest_process import peak_memory_mb

BYTES_A_ROW = 190
"""Heap, index and write-ahead log of an observation, on the disk."""
NATS_SHARE = 3
"""NATS syncs each message and each acknowledgement, so fewer of them tell as much: a third. They must be more than its
window of 13,000 unacknowledged messages, or the work that acknowledgements make would lie after the end."""


@dataclass(frozen=True)
class Drained:
    """What one or more ingest processes did with waiting messages: together, from the first start to the last end."""

    rate: float
    cpu_us: float
    peak_mb: float


class Bench:
    """A broker beside the database."""

    def __init__(self, broker: str, mqtt_url: str, database_url: str, *, first: int) -> None:
        self.broker = broker
        self.database_url = database_url
        self.waiting = Waiting(mqtt_url, first=first)

    def bare(self, kind: str, count: int) -> float:
        """Messages a second of a subscriber that only counts."""
        say(f"{self.broker}, {kind}: {count:,} messages for the bare subscriber")
        (client_id,) = self.waiting.publish(kind, count, [FILTERS[kind]])
        seconds = drain(self.waiting.mqtt_url, client_id, FILTERS[kind], count)
        self.waiting.forget([client_id])
        return count / seconds

    def ingest(self, kind: str, count: int, filters: Sequence[str] = ()) -> Drained:
        """Messages a second of ingest, committed and acknowledged; a process for each filter, with as many each."""
        say(f"{self.broker}, {kind}: {count:,} messages for {len(filters) or 1} of ingest")
        filters = filters or [FILTERS[kind]]
        client_ids = self.waiting.publish(kind, count, filters)
        settle(self.broker)
        share = str(count // len(filters))
        common = [sys.executable, "-m", "tests.benchmarks.ingest_process", self.database_url, self.waiting.mqtt_url]
        processes = [
            subprocess.Popen([*common, client_id, topic, share], cwd=ROOT, stdout=subprocess.PIPE, text=True)
            for client_id, topic in zip(client_ids, filters, strict=True)
        ]
        told = [json.loads(process.communicate()[0]) for process in processes]
        self.waiting.forget(client_ids)
        assert all(each["set_aside"] == 0 for each in told), told
        seconds = max(each["ended"] for each in told) - min(each["began"] for each in told)
        cpu_us = statistics.mean(each["cpu_us"] for each in told)
        return Drained(count / seconds, cpu_us, sum(each["peak_mb"] for each in told))

    def naive(self, count: int) -> float:
        """Messages a second of what one would write first: a callback that inserts and commits each message."""
        say(f"{self.broker}: {count:,} messages for the naive script")
        (client_id,) = self.waiting.publish("native", count, [FILTERS["native"]])
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

            seconds = drain(self.waiting.mqtt_url, client_id, FILTERS["native"], count, insert)
        self.waiting.forget([client_id])
        return count / seconds


def settle(broker: str) -> None:
    """Let the broker finish what the publishing left it to do."""
    time.sleep(1.0 if broker == "nats" else 0.2)


def say(sentence: str) -> None:
    """Tell what is being done, with the time since the start."""
    print(f"[{time.monotonic() - STARTED:5.0f} s] {sentence}", file=sys.stderr, flush=True)


def tell(sentence: str) -> None:
    """Print a figure."""
    print(sentence, flush=True)


STARTED = time.monotonic()


def measure(bench: Bench, count: int, *, backlog: int, repeat: int) -> None:
    """The figures of one broker: medians, and the range of the ratio of runs that follow each other."""
    native = 0.0
    for kind in MAKERS:
        size = count if kind == "native" else count // 2
        pairs = [(bench.bare(kind, size), bench.ingest(kind, size)) for _ in range(repeat)]
        bare = statistics.median(bare for bare, _ in pairs)
        rate = statistics.median(drained.rate for _, drained in pairs)
        ratios = [drained.rate / bare for bare, drained in pairs]
        tell(
            f"{bench.broker}, {kind}: bare {bare:,.0f}/s, ingest {rate:,.0f}/s, ratio {statistics.median(ratios):.2f}"
            f" ({min(ratios):.2f} to {max(ratios):.2f}), {pairs[-1][1].cpu_us:.0f} us of ingest's CPU a message"
        )
        native = native or rate
    naive = bench.naive(max(200, count // 40))
    tell(f"{bench.broker}: naive script {naive:,.0f}/s, ingest is {native / naive:.1f} times as fast")
    halves = bench.ingest("native", count, [f"halfvol/v1/{town}/devices/+/up" for town in TOWNS])
    tell(f"{bench.broker}: two processes {halves.rate:,.0f}/s, together at most {halves.peak_mb:.0f} MB resident")
    caught_up = bench.ingest("native", backlog)
    tell(
        f"{bench.broker}: {backlog:,} messages waiting: {caught_up.rate:,.0f}/s until all were stored, at most"
        f" {caught_up.peak_mb:.0f} MB resident"
    )


def measure_growth(broker: str, mqtt_url: str, count: int, sizes: Sequence[int], *, repeat: int, folder: Path) -> None:
    """How the speed depends on the rows that are there, in a database of its own."""
    with EmbeddedPostgres(folder / "growing") as database_url:
        migrate(database_url)
        with Database(database_url) as database:
            prepare(database)
        bench = Bench(broker, mqtt_url, database_url, first=0)
        for size in (0, *sizes):
            if shutil.disk_usage(folder).free < 2 * BYTES_A_ROW * size:
                tell(f"{size:,} rows: not measured, the disk has not room for twice {BYTES_A_ROW * size / 1e9:.0f} GB")
                return
            if size:
                say(f"filling the table to {size:,} rows")
                fill(database_url, size)
            with Database(database_url) as database:
                there = rows(database)
            rates = [bench.ingest("native", count).rate for _ in range(repeat)]
            rate = statistics.median(rates)
            tell(
                f"{there:,} rows there: {rate:,.0f} messages/s = {rate * len(OBSERVED):,.0f} rows/s"
                f" ({min(rates):,.0f} to {max(rates):,.0f} messages/s; {broker}, native)"
            )


def measure_sensors(bench: Bench, municipality_id: int, count: int) -> None:
    """What many registered sensors cost: loading and looking up, and a whole process until its first row."""
    say(f"registering {count:,} sensors")
    with Database(bench.database_url) as database:
        register_many(database, municipality_id, count)
        before = psutil.Process().memory_info().rss
        began = time.perf_counter()
        with database.transaction() as connection:
            registered = load(connection)
        loaded_s = time.perf_counter() - began
        memory_mb = (psutil.Process().memory_info().rss - before) / 1e6
        names = [f"many-{number}" for number in range(count)]
        began = time.perf_counter()
        for name in names:
            registered.device(name)
        lookup_us = (time.perf_counter() - began) / count * 1e6
        del registered
        tell(f"{count:,} sensors: loaded in {loaded_s:.1f} s, {memory_mb:.0f} MB, a lookup {lookup_us:.2f} us")
        started_s, peak_mb = first_row(bench, database)
    tell(f"{count:,} sensors: halfvol ingest has stored its first message {started_s:.1f} s after its start,"
         f" at most {peak_mb:.0f} MB resident")  # fmt: skip


def first_row(bench: Bench, database: Database) -> tuple[float, float]:
    """How long ``halfvol ingest`` takes from its start to its first committed message, and its memory then."""
    (client_id,) = bench.waiting.publish("native", 1, [FILTERS["native"]])
    environment = {
        "HALFVOL_DATABASE_URL": bench.database_url,
        "HALFVOL_MQTT_URL": bench.waiting.mqtt_url,
        "HALFVOL_MQTT_CLIENT_ID": client_id,
        "HALFVOL_MQTT_TOPICS": FILTERS["native"],
    }
    before = newest(database)
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "deploy.cli", "ingest"], cwd=ROOT, env=os.environ | environment)
    try:
        while newest(database) == before:
            time.sleep(0.02)
        return time.perf_counter() - began, peak_memory_mb(process.pid)
    finally:
        process.terminate()
        process.wait(30)
        bench.waiting.forget([client_id])


def rows(database: Database) -> int:
    """How many observations there are."""
    with database.transaction() as connection:
        counted = connection.execute("SELECT count(*) FROM observation").fetchone()
    assert counted is not None
    return int(counted[0])


def newest(database: Database) -> object:
    """The last receipt of any observation; cheap, however many rows there are."""
    with database.transaction() as connection:
        return connection.execute("SELECT max(received_at) FROM latest_observation").fetchone()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000, help="native messages a run (default 100000)")
    parser.add_argument("--backlog", type=int, default=500_000, help="messages to catch up with (default 500000)")
    parser.add_argument("--rows", default="1000000,10000000,100000000", help="rows there before, in growing order")
    parser.add_argument("--sensors", type=int, default=100_000, help="registered sensors (default 100000)")
    parser.add_argument("--brokers", default="mosquitto,nats", help="default mosquitto,nats")
    parser.add_argument("--repeat", type=int, default=3, help="pairs of runs, whose medians count (default 3)")
    parser.add_argument("--growth-only", action="store_true", help="only how the speed depends on --rows, on mosquitto")
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that all of it works")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.messages, arguments.backlog, arguments.rows = 6_000, 20_000, "100000"
        arguments.sensors, arguments.repeat = 2_000, 1
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="halfvol-bench-")))
        folder.chmod(0o755)
        sizes = [int(size) for size in arguments.rows.split(",") if size]
        if arguments.growth_only:
            server, url = start_mosquitto(folder / "mosquitto")
            stack.callback(server.stop)
            measure_growth("mosquitto", url, arguments.messages, sizes, repeat=arguments.repeat, folder=folder)
            return
        database_url = stack.enter_context(EmbeddedPostgres(folder / "postgres"))
        migrate(database_url)
        with Database(database_url) as database:
            municipality_id = prepare(database)
        bench: Bench | None = None
        # mosquitto comes last, as the fastest of them measures how the table's size matters.
        for number, broker in enumerate(sorted(arguments.brokers.split(","), key=lambda name: name == "mosquitto")):
            if broker == "mosquitto":
                server, url = start_mosquitto(folder / broker)
                stack.callback(server.stop)
            else:
                url = stack.enter_context(EmbeddedNats(folder / broker))
            bench = Bench(broker, url, database_url, first=number * 5_000_000)
            share = NATS_SHARE if broker == "nats" else 1
            measure(bench, arguments.messages // share, backlog=arguments.backlog // share, repeat=arguments.repeat)
        tell(f"COPY alone: {copy_limit(database_url, 5 * arguments.messages):,.0f} rows/s")
        assert bench is not None
        measure_sensors(bench, municipality_id, arguments.sensors)
        measure_growth(
            bench.broker, bench.waiting.mqtt_url, arguments.messages, sizes, repeat=arguments.repeat, folder=folder
        )
        say("done")


if __name__ == "__main__":
    main()
