from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from httpx import Client

from domain.sensors import Rejection, RejectionReason, Source
from domain.uplinks import ReceivedUplink
from storage import observations, sensors
from storage.database import Database
from tests.api.client import serving_town
from tests.storage import town as small_town
from tests.storage.town import NOON, SmallTown


@pytest.fixture
def small(database: Database) -> SmallTown:
    with database.transaction() as connection:
        return small_town.build(connection)


@pytest.fixture
def asking(database: Database, small: SmallTown) -> Iterator[Client]:
    intervals = {"EM310-UDL": 3600}
    with serving_town(database, small.municipality.code, reporting_intervals_s=intervals) as client:
        yield client


def hear(database: Database, sensor_id: int, hours: list[int], ahead_s: int = 0, when: datetime = NOON) -> None:
    heard = [
        ReceivedUplink(
            sensor_id,
            when + timedelta(hours=hour),
            hour,
            when + timedelta(hours=hour),
            hour,
            0,
            ahead_s,
            0 if ahead_s else 2,
            Source.CHIRPSTACK,
            bool(ahead_s),
        )
        for hour in hours
    ]
    with database.transaction() as connection:
        observations.store(connection, observations=(), uplinks=heard)


def test_what_is_missing_and_where(asking: Client, database: Database, small: SmallTown) -> None:
    hear(database, small.sensor.id, [hour for hour in range(10) if hour not in (3, 4)])
    path = f"/v1/sensors/{small.sensor.id}/completeness"
    answer = asking.get(path, params={"startAt": "2026-11-02T12:00:00Z", "endAt": "2026-11-02T22:00:00Z"}).json()
    assert answer["gaps"] == [
        {
            "startAt": "2026-11-02T14:00:00Z",
            "endAt": "2026-11-02T17:00:00Z",
            "missing": 2,
            "evidence": "frame_counter",
        }
    ]
    # Helsinki's day ends at 22 h UTC.
    assert answer["days"] == [
        {"date": "2026-11-02", "expected": 10, "received": 8, "stored": 8, "rejected": 0, "duplicates": 0}
    ]
    assert (answer["deviceId"], answer["expected"], answer["missing"]) == ("helsinki-1", 10, 2)
    assert (answer["reportingIntervalS"], answer["clock"]["uplinksAhead"]) == (3600, 0)


def test_a_silent_sensor_is_missed_by_its_models_interval(asking: Client, small: SmallTown) -> None:
    path = f"/v1/sensors/{small.sensor.id}/completeness"
    answer = asking.get(path, params={"startAt": "2026-11-02T00:00:00Z", "endAt": "2026-11-03T00:00:00Z"}).json()
    assert (answer["received"], answer["missing"]) == (0, 24)


def test_a_period_that_is_none_and_sensors_of_others(asking: Client, database: Database, small: SmallTown) -> None:
    path = f"/v1/sensors/{small.sensor.id}/completeness"
    assert asking.get(path, params={"startAt": "2126-01-01T00:00:00Z"}).status_code == 400
    assert asking.get(path, params={"startAt": "1926-01-01T00:00:00Z"}).status_code == 400
    with database.transaction() as connection:
        other = small_town.build(connection, code="espoo")
        assert sensors.get(connection, "espoo-1").id == other.sensor.id
    assert asking.get(f"/v1/sensors/{other.sensor.id}/completeness").status_code == 404
    assert asking.get("/v1/sensors/0/completeness").status_code == 400


def test_devices_with_a_wrong_clock(asking: Client, database: Database, small: SmallTown) -> None:
    assert asking.get("/v1/clock-faults").json() == {"clockFaults": []}
    now = datetime.now(UTC).replace(microsecond=0)
    hear(database, small.sensor.id, [-3, -2], ahead_s=4000, when=now)
    hear(database, small.sensor.id, [-1], ahead_s=1000, when=now)
    (fault,) = asking.get("/v1/clock-faults").json()["clockFaults"]
    last = (now - timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    assert fault == {
        "deviceId": "helsinki-1",
        "uplinks": 3,
        "lastReceivedAt": last,
        "lastAheadS": 1000,
        "farthestAheadS": 4000,
    }
    answer = asking.get(f"/v1/sensors/{small.sensor.id}/completeness").json()
    assert answer["clock"] == {
        "uplinksAhead": 3,
        "farthestAheadS": 4000,
        "lastAheadS": 1000,
        "lastAheadAt": last,
    }


def test_sums_by_hour_and_day(asking: Client, database: Database, small: SmallTown) -> None:
    rows = [small_town.reading(small.fill_level, number / 2, number / 10) for number in range(4)]
    with database.transaction() as connection:
        observations.store(connection, observations=rows)
    path = f"/v1/containers/{small.glass.id}/observation-summaries"
    period = {"startAt": "2026-11-02T00:00:00Z", "endAt": "2026-11-03T00:00:00Z"}
    hours = asking.get(path, params=period).json()
    assert [each["startAt"] for each in hours["summaries"]] == ["2026-11-02T12:00:00Z", "2026-11-02T13:00:00Z"]
    days = asking.get(path, params={**period, "interval": "P1D"}).json()
    assert days["summaries"] == [
        {
            "startAt": "2026-11-02T00:00:00Z",
            "datastreamId": small.fill_level,
            "observations": 4,
            "suspectShare": 0.0,
            "minimum": 0.0,
            "maximum": 0.3,
            "last": 0.3,
        }
    ]
    assert (days["interval"], days["unit"]) == ("P1D", "1")
    assert asking.get(path, params={"interval": "P2D"}).status_code == 400


def test_a_rejection_with_all_of_its_payload_and_chosen_ones(asking: Client, database: Database) -> None:
    refused = [
        Rejection("a", b"\xff" * 1000, NOON, RejectionReason.MALFORMED, "x", "d1"),
        Rejection("a", b"2", NOON + timedelta(hours=1), RejectionReason.UNBOUND, "x", "d2"),
    ]
    with database.transaction() as connection:
        observations.store(connection, observations=(), rejections=refused)

    def numbers(**chosen: str) -> list[int]:
        answer = asking.get("/v1/rejections", params=chosen).json()
        return [each["id"] for each in answer["rejections"]]

    second, first = numbers()
    assert numbers(reason="malformed") == numbers(deviceId="d1") == [first]
    assert numbers(startAt="2026-11-02T12:30:00Z") == [second]
    whole = asking.get(f"/v1/rejections/{first}").json()
    assert b64decode(whole["wholePayload"]) == b"\xff" * 1000
    assert (whole["deviceId"], whole["payloadBytes"]) == ("d1", 1000)
    assert asking.get("/v1/rejections/999").status_code == 404
    assert numbers(reason="unbound", endAt="2026-11-02T12:30:00Z") == []
