"""Aggregates, compression, retention and the ledger: the same answers on plain PostgreSQL and on TimescaleDB."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from domain.observations import Observation, Quality
from domain.sensors import Source
from domain.uplinks import ReceivedUplink
from storage import observations, retention, summaries, uplinks
from storage.database import Connection, Database, connect
from storage.migrate import migrate
from storage.observations import Stored
from storage.retention import Limits, expire
from storage.rows import fetch_value
from storage.summaries import Summary
from tests.servers.folders import open_folder
from tests.storage import town
from tests.storage.town import NOON, SmallTown
from tests.timescale.server import timescale

pytestmark = pytest.mark.timescale

MIDNIGHT = NOON - timedelta(hours=12)
FEATURES = ("1101.compression", "1102.aggregates")


@pytest.fixture
def small(either: Database) -> SmallTown:
    with either.transaction() as connection:
        return town.build(connection, code=f"town-{uuid4().hex}")


def has_timescale(connection: Connection) -> bool:
    return fetch_value(connection, "SELECT count(*) > 0 FROM pg_extension WHERE extname = 'timescaledb'")


def store(database: Database, rows: Sequence[Observation]) -> Stored:
    with database.transaction() as connection:
        return observations.store(connection, observations=rows)


def hourly(database: Database, small: SmallTown, days: float = 30) -> list[Summary]:
    with database.transaction() as connection:
        return summaries.hourly(
            connection,
            container_id=small.glass.id,
            observed_property="fill_level",
            start=MIDNIGHT,
            end=MIDNIGHT + timedelta(days=days),
            limit=10_000,
        )


def daily(database: Database, small: SmallTown, days: float = 30) -> list[Summary]:
    with database.transaction() as connection:
        return summaries.daily(
            connection,
            container_id=small.glass.id,
            observed_property="fill_level",
            start=MIDNIGHT,
            end=MIDNIGHT + timedelta(days=days),
            limit=10_000,
        )


def refresh(url: str) -> None:
    """What the background jobs do; nothing on plain PostgreSQL."""
    with connect(url, autocommit=True) as connection:
        if has_timescale(connection):
            for view in ("observation_hourly", "observation_daily"):
                connection.execute("CALL refresh_continuous_aggregate(%s, NULL, NULL)", [view])


def compress(url: str) -> int:
    """Compress every chunk, as the policy does with old ones; how many there are. None on plain PostgreSQL."""
    with connect(url, autocommit=True) as connection:
        if not has_timescale(connection):
            return 0
        for table in ("observation", "uplink"):
            connection.execute("SELECT compress_chunk(chunk, true) FROM show_chunks(%s) AS chunk", [table])
        compressed = "SELECT count(*) FROM timescaledb_information.chunks WHERE is_compressed"
        return fetch_value(connection, compressed)


def three_days(small: SmallTown) -> list[Observation]:
    """Every twenty minutes; each ninth reading is a false echo, and so are all of hour 5."""
    return [
        town.reading(
            small.fill_level,
            -12 + number / 3,
            number / 216,
            Quality.FALSE_ECHO if number % 9 == 0 or number // 3 == 5 else Quality.GOOD,
        )
        for number in range(216)
    ]


def expected(rows: Sequence[Observation], width: timedelta) -> list[Summary]:
    """The same sums, without a database."""
    buckets: dict[datetime, list[Observation]] = {}
    for row in sorted(rows, key=lambda row: row.phenomenon_time):
        start = row.phenomenon_time - (row.phenomenon_time - datetime(2000, 1, 1, tzinfo=UTC)) % width
        buckets.setdefault(start, []).append(row)
    found: list[Summary] = []
    for start, each in buckets.items():
        good = [row.result for row in each if row.quality.is_good]
        numbers = (min(good), max(good), good[-1]) if good else (None, None, None)
        found.append(Summary(each[0].datastream_id, start, len(each), len(each) - len(good), *numbers))
    return found


def test_sums_by_the_hour_and_by_the_day(either: Database, either_url: str, small: SmallTown) -> None:
    rows = three_days(small)
    store(either, rows)
    for _ in range(2):
        hours, days = hourly(either, small), daily(either, small)
        assert hours == expected(rows, timedelta(hours=1))
        assert days == expected(rows, timedelta(days=1))
        # Once computed when asked for, once from what the background job wrote.
        refresh(either_url)
    assert (hours[5].last, hours[5].suspect_share) == (None, 1.0)
    assert days[0].suspect_share == pytest.approx((8 + 3) / 72, abs=0.02)


def test_late_readings_reach_compressed_chunks_and_their_sums(
    either: Database, either_url: str, small: SmallTown
) -> None:
    rows = three_days(small)
    store(either, rows[::2])
    refresh(either_url)
    compressed = compress(either_url)
    assert store(either, rows) == Stored(108, 108, 0, 0)
    refresh(either_url)
    assert hourly(either, small) == expected(rows, timedelta(hours=1))
    assert daily(either, small) == expected(rows, timedelta(days=1))
    with either.transaction() as connection:
        assert (compressed > 0) == has_timescale(connection)
        found = observations.of_container(
            connection,
            container_id=small.glass.id,
            observed_property="fill_level",
            start=MIDNIGHT,
            end=MIDNIGHT + timedelta(days=30),
        )
    assert [Observation(*row[:6]) for row in found] == rows


def test_the_ledger_counts_in_compressed_chunks_too(either: Database, either_url: str, small: SmallTown) -> None:
    def sent(hour: int) -> ReceivedUplink:
        when = NOON + timedelta(hours=hour)
        return ReceivedUplink(small.sensor.id, when, hour, when, hour, 0, 0, 2, Source.CHIRPSTACK, False)

    def enter(hours: Sequence[int]) -> None:
        with either.transaction() as connection:
            observations.store(connection, observations=(), uplinks=[sent(hour) for hour in hours])

    enter(range(0, 48, 2))
    compress(either_url)
    enter(range(48))
    with either.transaction() as connection:
        entries = uplinks.of_sensor(connection, sensor_id=small.sensor.id, start=NOON, end=NOON + timedelta(hours=48))
    assert [entry.frame_count for entry in entries] == list(range(48))
    assert [entry.duplicates for entry in entries] == [1, 0] * 24


def test_each_municipality_keeps_its_observations_as_long_as_it_says(
    either: Database, either_url: str, small: SmallTown
) -> None:
    with either.transaction() as connection:
        other = town.build(connection, code=f"town-{uuid4().hex}")
        retention.set_observation_days(connection, municipality_id=small.municipality.id, days=2)
        retention.set_observation_days(connection, municipality_id=other.municipality.id, days=400)
    rows, others = three_days(small), three_days(other)
    store(either, [*rows, *others])
    refresh(either_url)
    compress(either_url)
    now = NOON + timedelta(days=3, hours=-1)
    expired = expire(either_url, Limits(), now=now)
    kept = [row for row in rows if row.phenomenon_time >= now - timedelta(days=2)]
    assert expired.observations == len(rows) - len(kept) > 0
    assert hourly(either, small) == expected(kept, timedelta(hours=1))
    assert hourly(either, other) == expected(others, timedelta(hours=1))
    assert expire(either_url, Limits(), now=now).observations == 0


def test_old_entries_of_the_ledger_go(either: Database, either_url: str, small: SmallTown) -> None:
    long_ago = [NOON - timedelta(days=number) for number in (900, 740, 700, 1)]
    entries = [
        ReceivedUplink(small.sensor.id, when, number, when, number, 0, 0, 2, Source.NATIVE, False)
        for number, when in enumerate(long_ago)
    ]
    with either.transaction() as connection:
        observations.store(connection, observations=(), uplinks=entries)
    expired = expire(either_url, Limits(), now=NOON)
    with either.transaction() as connection:
        assert has_timescale(connection) == (expired.chunks > 0)
        left = uplinks.of_sensor(connection, sensor_id=small.sensor.id, start=NOON - timedelta(days=1000), end=NOON)
    assert [entry.frame_count for entry in left] == [2, 3]


def test_background_jobs_start_at_different_times(wasm_url: str) -> None:
    with connect(wasm_url, autocommit=True) as connection:
        jobs = connection.execute("""
            SELECT job_id, proc_name, initial_start FROM timescaledb_information.jobs
            WHERE hypertable_name IN ('observation', 'uplink') OR proc_name LIKE 'policy_refresh%'""").fetchall()
        assert len({start for _, _, start in jobs}) == len(jobs) == 4
        for number, _, _ in jobs:
            connection.execute("CALL run_job(%s)", [number])


@pytest.fixture
def refusing() -> Iterator[str]:
    """A TimescaleDB that refuses what the Apache edition does, with the same code (0A000, feature not supported).

    The WebAssembly server cannot be started with that edition's licence; row-level security is a reason to refuse, too.
    """
    with open_folder() as folder, timescale(folder) as url:
        migrate(url)
        with connect(url, autocommit=True) as connection:
            connection.execute("ALTER TABLE observation ENABLE ROW LEVEL SECURITY")
            connection.execute("CREATE EXTENSION timescaledb")
        yield url


def test_what_an_edition_refuses_is_reported_and_not_missed(refusing: str, caplog: pytest.LogCaptureFixture) -> None:
    refused: list[str] = []
    with caplog.at_level(logging.WARNING):
        applied = migrate(refusing, on_refused=refused.append)
    assert applied == ("1001.observation-hypertable", "1002.uplink-hypertable")
    assert [sentence.split()[2].rstrip(":") for sentence in refused] == list(FEATURES)
    assert len([record for record in caplog.records if "refuses" in record.message]) == 2
    with Database(refusing, prepare_threshold=None) as database:
        with database.transaction() as connection:
            small = town.build(connection)
            retention.set_observation_days(connection, municipality_id=small.municipality.id, days=2)
        rows = three_days(small)
        store(database, rows)
        assert hourly(database, small) == expected(rows, timedelta(hours=1))
        now = NOON + timedelta(days=3)
        assert expire(refusing, Limits(), now=now).observations > 0
        kept = [row for row in rows if row.phenomenon_time >= now - timedelta(days=2)]
        assert daily(database, small) == expected(kept, timedelta(days=1))
        # Another edition, another day.
        with database.transaction() as connection:
            connection.execute("ALTER TABLE observation DISABLE ROW LEVEL SECURITY")
        assert migrate(refusing, on_refused=refused.append) == FEATURES
        assert len(refused) == 2
        assert daily(database, small) == expected(kept, timedelta(days=1))
