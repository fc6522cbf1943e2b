"""Uplinks handed over by HTTP, through the real door: key, recognition, commit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from httpx import Client

from api.app import create_app
from api.settings import ApiSettings
from deploy.uplink_push import UplinkPush
from domain.sensors import RejectionReason
from storage import rejections, sensors, unclaimed, uplink_keys, uplinks
from storage.database import Database
from tests.api.client import asking
from tests.storage import town
from tests.storage.town import LONG_AGO, SmallTown

ENVELOPES = Path(__file__).parents[1] / "data" / "uplinks" / "envelopes"
NOW = datetime.now(UTC)
READING = {"phenomenonTime": (NOW - timedelta(hours=1)).isoformat(), "distance": 1.0}


@pytest.fixture
def small(database: Database) -> SmallTown:
    with database.transaction() as connection:
        return town.build(connection)


@pytest.fixture
def door(database: Database, small: SmallTown) -> Iterator[Client]:
    settings = ApiSettings(municipality_code=small.municipality.code)
    with asking(create_app(database, settings, accept_uplink=UplinkPush(database))) as client:
        yield client


def key(database: Database, small: SmallTown, name: str = "server", device_id: str | None = None) -> dict[str, str]:
    with database.transaction() as connection:
        _, text = uplink_keys.create(
            connection, municipality_id=small.municipality.id, name=name, device_id=device_id, created_at=NOW
        )
    return {"Authorization": f"Bearer {text}"}


def problem(answer: Any, status: int) -> str:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    return answer.json()["detail"]


def test_a_device_hands_over_its_reading_and_again_changes_nothing(
    database: Database, small: SmallTown, door: Client
) -> None:
    headers = key(database, small, device_id="helsinki-1")
    answer = door.post("/v1/uplinks", json=READING, headers=headers)
    assert answer.status_code == 202
    assert answer.json() == {"observations": 2, "duplicates": 0, "rejected": 0, "unclaimed": 0}
    assert door.post("/v1/uplinks", json=READING, headers=headers).json()["duplicates"] == 2
    listed = door.get("/v1/datastreams", params={"observedProperty": "fillLevel"}).json()["datastreams"]
    assert listed[0]["latestObservation"]["result"] > 0


@pytest.mark.parametrize("case", sorted(ENVELOPES.iterdir()), ids=lambda case: case.name)
def test_network_servers_are_recognised_by_their_body(
    database: Database, small: SmallTown, door: Client, case: Path
) -> None:
    expected = json.loads((case / "expected.json").read_text())
    with database.transaction() as connection:
        sensor = sensors.register(
            connection,
            municipality_id=small.municipality.id,
            device_id=expected["device_id"],
            model="EM400-TLD" if "em400" in case.name else "EM310-UDL",
        )
        sensors.bind(
            connection,
            sensor_id=sensor.id,
            container_id=small.paper.id,
            bound_from=LONG_AGO - timedelta(days=3000),
            observed_properties={"distance": "m"},
        )
    answer = door.post("/v1/uplinks", content=(case / "input.json").read_bytes(), headers=key(database, small))
    assert answer.status_code == 202
    assert answer.json()["observations"] >= 2
    assert answer.json()["rejected"] == 0


def test_without_a_key_that_counts(database: Database, small: SmallTown, door: Client) -> None:
    refused = door.post("/v1/uplinks", json=READING)
    assert "Bearer" in problem(refused, 401)
    assert refused.headers["www-authenticate"] == "Bearer"
    assert problem(door.post("/v1/uplinks", json=READING, headers={"Authorization": "Bearer halfvol_x"}), 401)
    headers = key(database, small, device_id="helsinki-1")
    with database.transaction() as connection:
        uplink_keys.revoke(connection, municipality_id=small.municipality.id, name="server", revoked_at=NOW)
    assert "revoked" in problem(door.post("/v1/uplinks", json=READING, headers=headers), 401)


def test_a_device_key_speaks_for_its_device_only(database: Database, small: SmallTown, door: Client) -> None:
    headers = key(database, small, device_id="helsinki-1")
    answer = door.post("/v1/uplinks", params={"deviceId": "helsinki-2"}, json=READING, headers=headers)
    assert "not for helsinki-2" in problem(answer, 403)
    loriot = (ENVELOPES / "loriot_em310_udl" / "input.json").read_bytes()
    assert problem(door.post("/v1/uplinks", content=loriot, headers=headers), 403)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "not JSON"),
        (b"\xff", "not UTF-8"),
        (b"[]", "an array of 0 messages"),
        (b"[1]", "message 1 of 1: expected a JSON object"),
        (b'[{"cmd": "txd", "EUI": "1000000000000001"}', "not JSON"),
        (b'[{"cmd": "rx", "EUI": "1000000000000001"}, {"distance": 1}]', "message"),
        (b"[" + b"{}," * 1_000 + b"{}]", "an array of 1001 messages"),
        (b'{"distance": 1}', "no network server's message"),
        (b'{"cmd": "txd", "EUI": "1000000000000001"}', "cmd is 'txd'"),
        (b'{"deviceInfo": {"devEui": "a/b"}}', "cannot name a device"),
        (b'{"end_device_ids": {"device_id": "x"}}', "uplink_message is missing"),
        (b'{"a":' * 20_00 + b"1" + b"}" * 20_00, "nested too deeply"),
        (b'{"distance": NaN}', "NaN is not a JSON number"),
    ],
)
def test_what_cannot_be_recognised_is_refused_and_not_kept(
    database: Database, small: SmallTown, door: Client, body: bytes, sentence: str
) -> None:
    assert sentence in problem(door.post("/v1/uplinks", content=body, headers=key(database, small)), 400)
    with database.transaction() as connection:
        assert rejections.list_recent(connection) == []


def test_an_array_is_stored_together_or_not_at_all(database: Database, small: SmallTown, door: Client) -> None:
    headers = key(database, small, device_id="helsinki-1")
    times = [(NOW - timedelta(minutes=minute)).isoformat() for minute in range(1_000)]
    readings = [{"phenomenonTime": each, "distance": 1.0} for each in times]
    spoilt = [*readings[:500], {"distance": 1}, *readings[501:]]
    assert "message 501 of 1000: " in problem(door.post("/v1/uplinks", json=spoilt, headers=headers), 400)
    assert uplink_count(database) == 0
    foreign = json.loads((ENVELOPES / "loriot_em310_udl" / "input.json").read_text())
    answer = door.post("/v1/uplinks", json=[*readings[:2], foreign], headers=headers)
    assert "message 3 of 3: this key speaks for device helsinki-1" in problem(answer, 403)
    assert uplink_count(database) == 0
    # With an answer, all is committed; handed over again, nothing changes.
    stored = door.post("/v1/uplinks", json=readings, headers=headers).json()
    assert stored == {"observations": 2_000, "duplicates": 0, "rejected": 0, "unclaimed": 0}
    assert uplink_count(database) == 1_000
    again = door.post("/v1/uplinks", content=b"\n " + json.dumps(readings, indent=1).encode(), headers=headers).json()
    assert (again["observations"], again["duplicates"]) == (0, 2_000)


def uplink_count(database: Database) -> int:
    with database.transaction() as connection:
        return uplinks.count(connection)


def test_too_much(database: Database, small: SmallTown, door: Client) -> None:
    headers = key(database, small)
    assert problem(door.post("/v1/uplinks", content=b" " * 70_000, headers=headers), 413)

    assert problem(door.post("/v1/uplinks", content=b"[" + b" " * 1_100_000, headers=headers), 413)

    def endless() -> Iterator[bytes]:
        for _ in range(100):
            yield b" " * 1000

    assert problem(door.post("/v1/uplinks", content=endless(), headers=headers), 413)


def test_a_payload_that_cannot_be_decoded_is_kept_and_can_be_read_again(
    database: Database, small: SmallTown, door: Client
) -> None:
    message = json.loads((ENVELOPES / "loriot_em310_udl" / "input.json").read_text())
    headers = key(database, small)
    stranger = {**message, "EUI": "1000000000000009"}
    assert door.post("/v1/uplinks", json=stranger, headers=headers).json()["unclaimed"] == 1
    with database.transaction() as connection:
        (kept,) = unclaimed.take(connection, "1000000000000009")
        assert kept.topic == "http/helsinki/loriot/http/up"
        sensors.register(
            connection, municipality_id=small.municipality.id, device_id="1000000000000001", model="EM310-UDL"
        )
    assert door.post("/v1/uplinks", json={**message, "data": "ffff"}, headers=headers).json()["rejected"] == 1
    with database.transaction() as connection:
        (rejected,) = rejections.list_recent(connection)
    assert rejected.rejection.reason is RejectionReason.UNDECODABLE


def test_another_towns_key_does_not_speak_for_a_device(database: Database, small: SmallTown, door: Client) -> None:
    with database.transaction() as connection:
        other = town.build(connection, code="espoo")
    headers = key(database, other)
    answer = door.post("/v1/uplinks", params={"deviceId": "helsinki-1"}, json=READING, headers=headers)
    assert answer.json() == {"observations": 0, "duplicates": 0, "rejected": 1, "unclaimed": 0}


def test_sensors_and_datastreams_of_every_kind(database: Database, small: SmallTown, door: Client) -> None:
    with database.transaction() as connection:
        owner = small.municipality.id
        sensor = sensors.register(connection, municipality_id=owner, device_id="river-1", model="Gauge")
        sensors.bind(
            connection,
            sensor_id=sensor.id,
            site_id=small.glass.site_id,
            bound_from=NOW - timedelta(days=2),
            observed_properties={},
        )
    reading = {"phenomenonTime": READING["phenomenonTime"], "waterLevel": 2.31, "pm25": 4}
    answer = door.post("/v1/uplinks", json=reading, headers=key(database, small, device_id="river-1"))
    assert answer.json()["observations"] == 2
    found = door.get(f"/v1/sensors/{sensor.id}").json()
    assert (found["deviceId"], found["containerId"], found["siteId"]) == ("river-1", None, small.glass.site_id)
    assert found["location"]["coordinates"] == [town.MARKET.lon, town.MARKET.lat]
    assert [each["id"] for each in door.get("/v1/sensors").json()["sensors"]] == [small.sensor.id, sensor.id]
    (level,) = door.get("/v1/datastreams", params={"observedProperty": "waterLevel"}).json()["datastreams"]
    assert (level["deviceId"], level["unit"], level["latestObservation"]["result"]) == ("river-1", None, 2.31)
    assert door.get(f"/v1/datastreams/{level['id']}").json() == level
    observed = door.get(f"/v1/datastreams/{level['id']}/observations").json()
    assert [each["result"] for each in observed["observations"]] == [2.31]
    assert door.get("/v1/datastreams", params={"observedProperty": "pm25"}).json()["datastreams"]
    assert problem(door.get("/v1/datastreams/999999"), 404)
    assert problem(door.get("/v1/sensors/999999"), 404)
    assert problem(door.get("/v1/datastreams", params={"observedProperty": "Water Level"}), 400)
