"""The same migrations and the same functions on real TimescaleDB, and the same answers as on plain PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import numpy as np
import psycopg
import pytest

from domain.containers import Fraction
from domain.fleet import Emptying
from domain.observations import Observation, Quality
from domain.plans import Decision, Plan, PlanStatus, ReasonCode, Urgency
from domain.sensors import Rejection, RejectionReason, Source, UnclaimedMessage
from domain.visit_requests import RequestKind, VisitRequest
from storage import (
    containers,
    emptyings,
    fleet,
    observations,
    plans,
    policies,
    rejections,
    sensors,
    unclaimed,
    visit_requests,
)
from storage.database import Connection, Database
from storage.migrate import migrate
from storage.observations import Stored, fill_history
from storage.rows import fetch_value
from tests.servers.folders import open_folder
from tests.storage import town
from tests.storage.town import NOON, SmallTown
from tests.timescale.server import timescale

pytestmark = pytest.mark.timescale

FOUR_WEEKS_H = 28 * 24
HYPERTABLES = ("1001.observation-hypertable", "1002.uplink-hypertable")
COMMUNITY = ("1101.compression", "1102.aggregates")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with open_folder() as folder, timescale(folder) as url:
        yield url


@pytest.fixture(scope="module")
def migrated(server: str) -> str:
    """TimescaleDB comes to a database that has Halfvol's plain tables with observations in them already."""
    assert not {*HYPERTABLES, *COMMUNITY} & {*migrate(server)}
    with Database(server, prepare_threshold=None) as database, database.transaction() as connection:
        before = town.build(connection, code="before")
        rows = [town.reading(before.fill_level, hour, 0.5) for hour in (0, 24 * 30)]
        observations.store(connection, observations=rows)
    with psycopg.connect(server, autocommit=True, prepare_threshold=None) as connection:
        connection.execute("CREATE EXTENSION timescaledb")
    assert migrate(server) == (*HYPERTABLES, *COMMUNITY)
    assert migrate(server) == ()
    return server


@pytest.fixture
def hyper(migrated: str) -> Iterator[Database]:
    with Database(migrated, prepare_threshold=None) as opened:
        yield opened


def four_weeks(small: SmallTown) -> list[Observation]:
    """Hourly readings that fill the container twice, with suspect ones among them, some of them late."""
    return [
        town.reading(
            small.fill_level,
            hour,
            (hour % 336) / 336,
            Quality.FALSE_ECHO if hour % 17 == 0 else Quality.GOOD,
            late_hours=hour % 5,
        )
        for hour in range(FOUR_WEEKS_H)
    ]


def test_observations_are_a_hypertable_in_weekly_chunks_and_kept_their_rows(hyper: Database) -> None:
    with hyper.transaction() as connection:
        found = connection.execute("SELECT hypertable_name FROM timescaledb_information.hypertables").fetchall()
        widths = connection.execute("SELECT DISTINCT range_end - range_start FROM timescaledb_information.chunks")
        assert {("observation",), ("uplink",)} <= set(found)
        assert widths.fetchall() == [(timedelta(days=7),)]
        assert fetch_value(connection, "SELECT count(*) FROM timescaledb_information.chunks") >= 2
        plan = connection.execute("EXPLAIN SELECT FROM observation WHERE phenomenon_time > '2026-11-20'").fetchall()
        assert "_hyper_" in str(plan)
        kept = connection.execute(
            "SELECT phenomenon_time FROM observation JOIN datastream ON id = datastream_id JOIN municipality AS town"
            " ON town.id = municipality_id WHERE town.code = 'before' ORDER BY phenomenon_time"
        )
        assert kept.fetchall() == [(NOON,), (NOON + timedelta(days=30),)]


def test_storing_twice_is_harmless_and_the_latest_moves_forwards(hyper: Database) -> None:
    with hyper.transaction() as connection:
        small = town.build(connection, code="twice")
    rows = four_weeks(small)
    for expected in (Stored(FOUR_WEEKS_H, 0, 0, 0), Stored(0, FOUR_WEEKS_H, 0, 0)):
        with hyper.transaction() as connection:
            assert observations.store(connection, observations=rows) == expected
    with hyper.transaction() as connection:
        observations.store(connection, observations=[town.reading(small.fill_level, -100, 0.99)])
        glass, _ = containers.fill_states(connection, small.municipality.id)
    newest_good = max((row for row in rows if row.quality.is_good), key=lambda row: row.phenomenon_time)
    assert (glass.observed_at, glass.fill_level) == (newest_good.phenomenon_time, newest_good.result)


def told(connection: Connection, code: str) -> dict[str, Any]:
    """A story that uses every part of storage, and everything that can be asked afterwards, without numbers of rows."""
    small = town.build(connection, code=code)
    depot, _, truck = town.add_fleet(connection, small.municipality.id)
    refused = Rejection(f"halfvol/v1/{code}/devices/x/up", b"{", NOON, RejectionReason.MALFORMED, "not JSON")
    strange = UnclaimedMessage("v3/a/devices/y/up", b"{}", NOON, Source.THINGS_STACK, code, None)
    rows = four_weeks(small)
    stored = [
        observations.store(connection, observations=part, rejections=[refused], unclaimed=[strange])
        for part in (rows[300:], rows[:400], rows)
    ]
    decision = Decision(
        small.glass.id, Urgency.MUST, False, ReasonCode.NO_CAPACITY, 0.9, 0.1, 0.2, NOON, NOON, 0.8, {"en": "full"}
    )
    day = date(2026, 11, 3)
    plan = Plan(
        None, small.municipality.id, depot.id, day, NOON, PlanStatus.PROPOSED, (decision,), (), 0, 0, None, "x", "y"
    )
    saved = plans.save(connection, plan)
    for replaces, text in enumerate(("# one", "# two")):
        policies.put(
            connection, municipality_id=small.municipality.id, replaces=replaces, text=text, note="why", saved_by="Jo"
        )
    for number, container in enumerate((small.glass, small.paper)):
        asked = VisitRequest(
            uuid4(), small.municipality.id, container.id, RequestKind.DRIVER, NOON + timedelta(hours=number)
        )
        visit_requests.put(connection, asked)
    emptied = Emptying(uuid4(), small.municipality.id, small.glass.id, NOON + timedelta(hours=2), NOON)
    emptyings.put(connection, emptied)
    asked_for = visit_requests.list_open(
        connection, municipality_id=small.municipality.id, known_at=NOON + timedelta(hours=3)
    )
    history = fill_history(connection, municipality_id=small.municipality.id, since=NOON + timedelta(days=3))
    assert list(history) == [small.glass.id]
    (device,) = (each for each in sensors.devices(connection) if each.sensor.device_id == f"{code}-1")
    return {
        "stored": stored,
        "history": history[small.glass.id],
        "states": [
            (state.container.code, state.fill_level, state.observed_at, state.quality)
            for state in containers.fill_states(connection, small.municipality.id)
        ],
        "readings": [
            (row.phenomenon_time, row.result, row.received_at, row.quality)
            for row in observations.of_container(
                connection,
                container_id=small.glass.id,
                observed_property="fill_level",
                start=datetime(2026, 11, 5, tzinfo=UTC),
                end=datetime(2026, 11, 20, tzinfo=UTC),
                limit=200,
            )
        ],
        "observations": observations.counts(connection, small.municipality.id).observations,
        "policies": [(each.version, each.text) for each in policies.history(connection, small.municipality.id)],
        "asked for": [(each.kind, each.requested_at, each.container_id == small.paper.id) for each in asked_for],
        "plan kept": plans.latest(connection, municipality_id=small.municipality.id, date=day) == saved,
        "fleet": fleet.load(connection, small.municipality.id).vehicles == (truck,),
        "bindings": [(each.bound_from, sorted(each.datastreams)) for each in device.bindings],
        "rejected": rejections.list_recent(connection, limit=1)[0].rejection,
        "unclaimed": unclaimed.take(connection, code),
        "fractions": [each.fraction for each in containers.list_for(connection, small.municipality.id)]
        == [Fraction.GLASS, Fraction.PAPER],
    }


def test_every_answer_equals_that_of_plain_postgresql(hyper: Database, database: Database) -> None:
    with hyper.transaction() as connection:
        on_timescale = told(connection, "story")
    with database.transaction() as connection:
        on_plain = told(connection, "story")
    ours, theirs = on_timescale.pop("history"), on_plain.pop("history")
    assert on_timescale == on_plain
    for name in ("times_s", "levels", "good"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name))
    assert len(ours.times_s) == FOUR_WEEKS_H - 3 * 24


def test_several_connections_share_the_one_session(migrated: str) -> None:
    with Database(migrated, prepare_threshold=None, min_size=3) as database:
        with database.transaction() as connection:
            assert fetch_value(connection, "SELECT count(*) FROM municipality WHERE code = 'before'") == 1
        with database.transaction() as connection:
            assert sensors.devices_version(connection) > 0
