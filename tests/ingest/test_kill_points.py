"""Ingest killed, or frozen and overtaken, at each point between receiving a message and acknowledging it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from ingest.consumer import ConsumerSettings
from storage.database import Database
from tests.ingest.live import Town, count, eventually, publish, running, settings_for

OBSERVATIONS_A_MESSAGE = 3
MESSAGES = 500
BATCH = 200

STRUCK = """
import signal, sys, threading
from ingest.batch import Batch
from ingest.broker import BrokerSession
from ingest.consumer import Consumer, ConsumerSettings

point, number, database_url, mqtt_url, client_id, subscription = sys.argv[1:]

def strike(cls, name, before):
    method = getattr(cls, name)
    def struck(self, *args, **kwargs):
        if not before:
            result = method(self, *args, **kwargs)
        # To this very thread: sent to the process, another thread may take it while this one runs on.
        signal.pthread_kill(threading.get_ident(), int(number))
        return method(self, *args, **kwargs) if before else result
    setattr(cls, name, struck)

strike(*{
    "received": (BrokerSession, "_take", False),
    "in the transaction": (Batch, "store", True),
    "before the commit": (Batch, "store", False),
    "before the acknowledgement": (BrokerSession, "acknowledge", True),
    "after the acknowledgement": (BrokerSession, "acknowledge", False),
}[point])
settings = ConsumerSettings(database_url, mqtt_url, client_id, (subscription,), batch_messages=200, batch_s=0.05)
Consumer(settings).run(threading.Event())
"""
POINTS = [
    "received",
    "in the transaction",
    "before the commit",
    "before the acknowledgement",
    "after the acknowledgement",
]


@contextmanager
def struck(point: str, number: signal.Signals, settings: ConsumerSettings) -> Iterator[subprocess.Popen[bytes]]:
    """A consumer that strikes itself with a signal whenever it is at that point."""
    (subscription,) = settings.subscriptions
    arguments = [point, str(int(number)), settings.database_url, settings.mqtt_url, settings.client_id, subscription]
    process = subprocess.Popen(
        [sys.executable, "-c", STRUCK, *arguments],
        cwd=Path(__file__).parents[2],
        env=os.environ,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)


def with_messages(database: Database, postgres_url: str, mqtt_url: str) -> tuple[Town, ConsumerSettings]:
    """A town whose messages wait in the broker."""
    town = Town(database)
    settings = settings_for(town, postgres_url, mqtt_url)
    with running(settings):
        pass
    publish(mqtt_url, town.messages(MESSAGES))
    return town, settings


def stored_at(point: str, database: Database) -> int:
    """How many observations there are after a strike; that it struck where it should shows in that."""
    stored = count(database, "observation")
    if point in ("received", "in the transaction", "before the commit"):
        assert stored == 0
    else:
        assert stored >= BATCH * OBSERVATIONS_A_MESSAGE
    return stored


@pytest.mark.parametrize(
    ("broker", "point"),
    [*(("mosquitto", point) for point in POINTS), ("mosquitto 5", POINTS[3]), ("nats", POINTS[3])],
)
def test_killed_at(broker: str, point: str, request: pytest.FixtureRequest, database: Database, postgres_url: str):
    name, _, version = broker.partition(" ")
    mqtt_url = f"{request.getfixturevalue(f'{name}_url')}?version={version or '3'}"
    _, settings = with_messages(database, postgres_url, mqtt_url)
    with struck(point, signal.SIGKILL, settings) as process:
        assert process.wait(20) == -signal.SIGKILL
    stored = stored_at(point, database)
    with running(settings) as consumer:
        # NATS delivers what was not acknowledged again after its ack_wait of ten seconds.
        eventually(lambda: count(database, "observation") == MESSAGES * OBSERVATIONS_A_MESSAGE, within_s=25)
        if point != "after the acknowledgement":
            # What was not acknowledged comes again, whether it is stored or not, and is known then.
            eventually(lambda: consumer.progress.received == MESSAGES, within_s=25)
            assert consumer.progress.duplicates == stored
    assert count(database, "observation") == MESSAGES * OBSERVATIONS_A_MESSAGE


@pytest.mark.parametrize("point", POINTS)
def test_frozen_and_overtaken_at(point: str, mosquitto_url: str, database: Database, postgres_url: str):
    """Another process takes the session; then the frozen one goes on where it was, and freezes at its next batch."""
    town, settings = with_messages(database, postgres_url, mosquitto_url)
    with struck(point, signal.SIGSTOP, settings) as process:
        frozen = psutil.Process(process.pid)
        eventually(lambda: frozen.status() == psutil.STATUS_STOPPED)
        stored_at(point, database)
        with running(settings):
            # Of its two writers one may be frozen within a transaction: what that holds, the other process waits for.
            time.sleep(0.5)
            for _ in range(6):
                frozen.send_signal(signal.SIGCONT)
                time.sleep(0.1)
            process.kill()
            publish(mosquitto_url, town.messages(100, first=MESSAGES))
            total = (MESSAGES + 100) * OBSERVATIONS_A_MESSAGE
            eventually(lambda: count(database, "observation") == total)
    with running(settings):
        time.sleep(0.3)
    assert count(database, "observation") == total
    assert count(database, "rejection") == 0
