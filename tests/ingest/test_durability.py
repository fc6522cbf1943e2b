"""What ingest outlives: a database that is frozen, away for long or without room, and a second process beside it."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import psycopg
import pytest
from psycopg import sql

from deploy.embedded.account import Account
from deploy.embedded.postgres import EmbeddedPostgres, PostgresProgram
from deploy.embedded.processes import dies_with_parent
from ingest import broker
from ingest.consumer import WRITERS, Consumer
from ingest.standby import run_in_turn
from storage.advisory_lock import AdvisoryLock
from storage.database import Database
from storage.migrate import migrate
from tests.ingest.live import Town, count, eventually, publish, running, settings_for

OBSERVATIONS_A_MESSAGE = 3
TAKEN_OVER_WITHIN_S = 5.0


@contextmanager
def launched_postgres(folder: Path) -> Iterator[tuple[str, psutil.Process]]:
    """The embedded PostgreSQL without its guard; its address and its process."""
    folder.mkdir(exist_ok=True)
    program = PostgresProgram(folder, 0)
    launch = program.prepare()
    server = subprocess.Popen(
        launch.command,
        cwd=launch.cwd,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=dies_with_parent(launch.death_signal),  # noqa: PLW1509  (one system call, nothing else)
        **launch.arguments,
    )
    try:
        eventually(lambda: program.is_ready(server.pid))
        yield program.url(), psutil.Process(server.pid)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)
        program.clean_up()


def signal_all(process: psutil.Process, number: signal.Signals) -> None:
    for each in [process, *process.children()]:
        each.send_signal(number)


def test_a_frozen_database_delays_and_loses_nothing(mosquitto_url: str, data_dir: Path):
    with launched_postgres(data_dir) as (url, process):
        migrate(url)
        with Database(url) as database:
            town = Town(database)
            with running(settings_for(town, url, mosquitto_url)) as consumer:
                publish(mosquitto_url, town.messages(200))
                eventually(lambda: consumer.progress.stored == 200 * OBSERVATIONS_A_MESSAGE)
                signal_all(process, signal.SIGSTOP)
                publish(mosquitto_url, town.messages(400, first=200))
                time.sleep(1.5)
                assert consumer.health().backlog == 400
                assert consumer.health().lag_s > 1
                signal_all(process, signal.SIGCONT)
                eventually(lambda: count(database, "observation") == 600 * OBSERVATIONS_A_MESSAGE)
                assert consumer.progress.duplicates == 0


@pytest.mark.parametrize("version", ["3", "5"])
def test_a_database_away_for_longer_than_the_broker_is_patient(
    mosquitto_url: str, data_dir: Path, monkeypatch: pytest.MonkeyPatch, version: str
):
    """An hour in seconds: the keep-alive is 1 s instead of 60, so the broker gives the connection up several times."""
    monkeypatch.setattr(broker, "KEEPALIVE_S", 1)
    server = EmbeddedPostgres(data_dir)
    url = server.start()
    migrate(url)
    with Database(url) as database:
        town = Town(database)
    mqtt_url = f"{mosquitto_url}?version={version}"
    with running(settings_for(town, url, mqtt_url, inbox_messages=400)) as consumer:
        server.stop()
        publish(mosquitto_url, town.messages(3_000))
        eventually(lambda: any("database" in each for each in consumer.health().waits_for))
        time.sleep(6)
        assert consumer.health().backlog <= 400 + WRITERS * 200
        server.start()
        with Database(url) as database:
            eventually(lambda: count(database, "observation") == 3_000 * OBSERVATIONS_A_MESSAGE, within_s=60)
        eventually(lambda: consumer.health().waits_for == ())
    # All was acknowledged in the end: nothing comes again.
    with running(settings_for(town, url, mqtt_url)) as again:
        time.sleep(0.5)
    assert again.progress.received == 0
    server.stop()


@pytest.fixture
def small_disk(data_dir: Path) -> Iterator[Path]:
    """A file system of 32 MB; a visitor whose process may not mount one skips the test, CI fails."""
    disk = data_dir / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=32m,mode=777", "tmpfs", disk], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        sentence = f"no file system can be mounted here: {mounted.stderr.strip()}"
        if os.environ.get("CI") == "true":
            pytest.fail(sentence)
        pytest.skip(sentence)
    try:
        yield disk
    finally:
        subprocess.run(["umount", disk], check=True)


def test_a_full_disk_at_the_database_is_waited_for(mosquitto_url: str, data_dir: Path, small_disk: Path):
    with launched_postgres(data_dir / "postgres") as (url, _):
        migrate(url)
        put_observations_on(small_disk, url)
        ballast = small_disk / "ballast"
        with Database(url) as database:
            town = Town(database)
            with running(settings_for(town, url, mosquitto_url)) as consumer:
                publish(mosquitto_url, town.messages(10))
                eventually(lambda: consumer.progress.stored == 10 * OBSERVATIONS_A_MESSAGE)
                fill(ballast)
                publish(mosquitto_url, town.messages(4_000, first=10))
                eventually(lambda: consumer.health().waits_for != ())
                (reason,) = consumer.health().waits_for
                assert "No space left on device" in reason
                assert count(database, "observation") < 4_010 * OBSERVATIONS_A_MESSAGE
                ballast.unlink()
                eventually(lambda: count(database, "observation") == 4_010 * OBSERVATIONS_A_MESSAGE, within_s=30)
                assert count(database, "rejection") == 0
                eventually(lambda: consumer.health().waits_for == ())


def fill(ballast: Path) -> None:
    """Write until there is no room left."""
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))


def put_observations_on(disk: Path, url: str) -> None:
    account = Account.for_data(disk.parent / "postgres" / "data")
    account.own(disk)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE TABLESPACE small LOCATION {}").format(sql.Literal(str(disk))))
        connection.execute("ALTER TABLE observation SET TABLESPACE small")
        connection.execute("ALTER INDEX observation_pkey SET TABLESPACE small")


def test_two_processes_with_topics_of_their_own(nats_url: str, database: Database, postgres_url: str):
    first, second = Town(database), Town(database)
    with (
        running(settings_for(first, postgres_url, nats_url)) as one,
        running(settings_for(second, postgres_url, nats_url)) as two,
    ):
        for start in (0, 500):
            publish(nats_url, first.messages(500, first=start) + second.messages(500, first=start))
        eventually(lambda: count(database, "observation") == 2_000 * OBSERVATIONS_A_MESSAGE)
    assert (one.progress.received, two.progress.received) == (1_000, 1_000)
    assert one.progress.duplicates == two.progress.duplicates == 0


def test_two_processes_with_the_same_topics_store_everything_once(nats_url: str, database: Database, postgres_url: str):
    town = Town(database)
    with (
        running(settings_for(town, postgres_url, nats_url)) as one,
        running(settings_for(town, postgres_url, nats_url, client_id=f"other-{town.code}")) as two,
    ):
        publish(nats_url, town.messages(1_000))
        eventually(lambda: one.progress.received == two.progress.received == 1_000)
        eventually(lambda: one.progress.backlog == two.progress.backlog == 0)
    assert count(database, "observation") == 1_000 * OBSERVATIONS_A_MESSAGE
    assert one.progress.stored + two.progress.stored == 1_000 * OBSERVATIONS_A_MESSAGE


def test_the_turn_is_held_by_one_and_passes_on(postgres_url: str):
    with AdvisoryLock(postgres_url, "a") as first, AdvisoryLock(postgres_url, "a") as second:
        assert first.try_acquire()
        assert first.try_acquire()
        assert not second.try_acquire()
        with AdvisoryLock(postgres_url, "b") as other:
            assert other.try_acquire()
        first.release()
        eventually(second.try_acquire)


def test_a_turn_that_the_database_took_away_is_given_up_when_another_has_it(postgres_url: str):
    stop = threading.Event()
    turns: list[str] = []

    def consume(over: threading.Event) -> None:
        turns.append("begin")
        over.wait(20)
        turns.append("end")

    thread = threading.Thread(target=run_in_turn, args=(postgres_url, "client", consume, stop))
    thread.start()
    eventually(lambda: turns == ["begin"])
    with AdvisoryLock(postgres_url, "ingest client") as other:
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
        eventually(other.try_acquire)
        eventually(lambda: turns == ["begin", "end"])
    eventually(lambda: turns == ["begin", "end", "begin"])
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


@contextmanager
def standing_by(environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """``halfvol ingest --standby``, which says twice a second in the log whether it works."""
    command = [sys.executable, "-m", "deploy.cli", "ingest", "--standby", "--json"]
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, env=environment, cwd=Path(__file__).parents[2], stdout=out, stderr=subprocess.DEVNULL
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait(20)


def test_the_standby_takes_over_within_seconds_of_a_kill(
    mosquitto_url: str, database: Database, postgres_url: str, tmp_path: Path
):
    town = Town(database)
    environment = {
        **os.environ,
        "HALFVOL_DATABASE_URL": postgres_url,
        "HALFVOL_MQTT_URL": mosquitto_url,
        "HALFVOL_MQTT_CLIENT_ID": f"ingest-{town.code}",
        "HALFVOL_MQTT_TOPICS": town.subscription,
    }
    works = '"subscribed": true'
    one, two = tmp_path / "one", tmp_path / "two"
    with standing_by(environment, one) as first:
        eventually(lambda: works in one.read_text())
        with standing_by(environment, two):
            publish(mosquitto_url, town.messages(100))
            eventually(lambda: count(database, "observation") == 100 * OBSERVATIONS_A_MESSAGE)
            time.sleep(2.5)  # so that it stands by for certain
            assert two.read_text() == ""
            first.kill()
            killed_at = time.monotonic()
            publish(mosquitto_url, town.messages(100, first=100))
            eventually(lambda: count(database, "observation") == 200 * OBSERVATIONS_A_MESSAGE)
            assert time.monotonic() - killed_at < TAKEN_OVER_WITHIN_S
            eventually(lambda: works in two.read_text())


def test_memory_stays_bounded_with_many_messages_waiting(mosquitto_url: str, data_dir: Path):
    """The process as users start it, 60,000 messages in the broker, the database away."""
    server = EmbeddedPostgres(data_dir)
    url = server.start()
    migrate(url)
    with Database(url) as database:
        town = Town(database)
    settings = settings_for(town, url, mosquitto_url)
    with running(settings):
        pass
    publish(mosquitto_url, town.messages(60_000))
    server.stop()
    environment = {
        **os.environ,
        "HALFVOL_DATABASE_URL": url,
        "HALFVOL_MQTT_URL": mosquitto_url,
        "HALFVOL_MQTT_CLIENT_ID": settings.client_id,
        "HALFVOL_MQTT_TOPICS": town.subscription,
    }
    # The database must be there for the process to begin; it goes away while the first batches are written.
    server.start()
    ingest = subprocess.Popen(
        [sys.executable, "-m", "deploy.cli", "ingest"],
        env=environment,
        cwd=Path(__file__).parents[2],
        stderr=subprocess.DEVNULL,
    )
    try:
        with Database(url) as database:
            eventually(lambda: count(database, "observation") > 0)
        server.stop()
        most = 0
        for _ in range(15):
            time.sleep(0.2)
            most = max(most, psutil.Process(ingest.pid).memory_info().rss)
        assert most < 300 * 1024**2
        server.start()
        with Database(url) as database:
            eventually(lambda: count(database, "observation") == 60_000 * OBSERVATIONS_A_MESSAGE, within_s=60)
    finally:
        ingest.terminate()
        ingest.wait(20)
        server.stop()


def test_health_of_a_consumer_that_has_not_begun(postgres_url: str, mosquitto_url: str, database: Database):
    consumer = Consumer(settings_for(Town(database), postgres_url, mosquitto_url))
    assert consumer.health().status == "waiting"
    assert "waits for the MQTT broker" in consumer.health().waits_for[0]
