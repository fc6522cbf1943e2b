"""What a night writes down: judged readings, emptyings, batteries; and what the API shows of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest
from numpy.typing import NDArray

from api.planning import judgements
from api.planning.inputs import load
from api.planning.night import look, remember
from domain.fleet import Emptying
from domain.judged_emptyings import JudgedEmptying, Verdict
from domain.observations import JudgedObservation, Observation, Quality
from storage import datastreams, emptyings, judged_emptyings, observations, sensors
from storage.database import Database
from tests.api.client import Client, serving_town
from tests.api.planning_town import NOW, Bin, Town, write_town
from tests.routing.trust.series import filling

DAYS = 30
HOUR = timedelta(hours=1)


@dataclass
class Watched:
    """A town of which the readings are given by hand, hourly until ``NOW``."""

    database: Database
    town: Town

    def id_of(self, code: str) -> int:
        return self.town.containers[code].id

    def write(self, code: str, levels: NDArray[np.float64], *, last_at: datetime = NOW) -> None:
        rows = [
            Observation(self._stream(code), last_at - back * HOUR, float(level), last_at)
            for back, level in enumerate(levels[::-1])
        ]
        with self.database.transaction() as connection:
            observations.store(connection, observations=rows)

    def report(self, code: str, at: datetime) -> UUID:
        with self.database.transaction() as connection:
            owner = self.town.municipality.id
            emptying = Emptying(uuid4(), owner, self.id_of(code), at, at, None, None, None)
            emptyings.put(connection, emptying)
        return emptying.id

    def night(self, at: datetime = NOW) -> None:
        inputs = load(self.database, "helsinki", known_at=at)
        remember(self.database, inputs, look(inputs, known_at=at), known_at=at)

    def readings(self, code: str) -> list[JudgedObservation]:
        with self.database.transaction() as connection:
            return observations.of_container(
                connection,
                container_id=self.id_of(code),
                observed_property="fill_level",
                start=NOW - timedelta(days=99),
                end=NOW + timedelta(days=99),
            )

    def at(self, code: str, when: datetime) -> JudgedObservation:
        return next(each for each in self.readings(code) if each.phenomenon_time == when)

    def judged(self, code: str) -> list[JudgedEmptying]:
        with self.database.transaction() as connection:
            return judged_emptyings.list_for(
                connection,
                municipality_id=self.town.municipality.id,
                since=NOW - timedelta(days=99),
                container_id=self.id_of(code),
            )

    def _stream(self, code: str) -> int:
        with self.database.transaction() as connection:
            found = datastreams.list_for(
                connection, municipality_id=self.town.municipality.id, observed_property="fill_level"
            )
        return next(each.datastream.id for each in found if each.datastream.container_id == self.id_of(code))


@pytest.fixture
def watched(database: Database) -> Watched:
    return Watched(database, write_town(database, [Bin("A", level=None), Bin("B", level=None)]))


@pytest.fixture
def asking(watched: Watched) -> Iterator[Client]:
    with serving_town(watched.database, "helsinki") as client:
        yield client


def calm(days: int = DAYS, *, until: float = 0.6) -> NDArray[np.float64]:
    """A container that nobody empties, by the hour, with a little noise."""
    return np.linspace(until - 0.02 * days, until, 24 * days) + np.random.default_rng(5).normal(0, 0.005, 24 * days)


def test_a_spike_is_written_beside_the_raw_value(watched: Watched, asking: Client) -> None:
    levels = calm()
    levels[-100] = 0.99
    watched.write("A", levels)
    watched.night()
    spike = watched.at("A", NOW - 99 * HOUR)
    assert (spike.quality, spike.received_quality, spike.result) == (Quality.SPIKE, Quality.GOOD, 0.99)
    assert spike.cleaned == pytest.approx(levels[-101], abs=0.03)
    assert sum(each.quality is not Quality.GOOD for each in watched.readings("A")) == 1
    path = f"/v1/containers/{watched.id_of('A')}/observations?startAt=2026-11-01T00:00:00Z&endAt=2026-11-23T00:00:00Z"
    shown: list[dict[str, Any]] = asking.get(path).json()["observations"]
    (suspect,) = (each for each in shown if each["quality"] != "good")
    assert (suspect["quality"], suspect["receivedQuality"], suspect["result"]) == ("spike", "good", 0.99)
    assert suspect["cleanedResult"] == pytest.approx(levels[-101], abs=0.03)
    assert {each["receivedQuality"] for each in shown if each["quality"] == "good"} == {None}


def test_only_changes_are_written_the_night_after(watched: Watched) -> None:
    levels = calm()
    levels[[-100, -20]] = 0.99
    watched.write("A", levels)
    watched.night()
    later = NOW + timedelta(days=1)
    inputs = load(watched.database, "helsinki", known_at=later)
    again = judgements.of_readings(inputs, look(inputs, known_at=later), known_at=later)
    assert [each.phenomenon_time for each in again] == [NOW - 19 * HOUR], "the older one has settled"


def test_a_late_judgement_changes_an_earlier_one(watched: Watched) -> None:
    levels = calm()
    levels[-8:] += 0.3
    watched.write("A", levels)
    watched.night()
    assert watched.at("A", NOW).quality is Quality.GOOD, "nothing has spoken against it yet"
    watched.write("A", calm(1, until=0.62), last_at=NOW + timedelta(days=1))
    watched.night(NOW + timedelta(days=1))
    echo = watched.at("A", NOW)
    assert (echo.quality, echo.received_quality) == (Quality.FALSE_ECHO, Quality.GOOD)
    assert echo.cleaned == pytest.approx(0.6, abs=0.05)


def test_the_first_night_leaves_what_is_compressed_alone(watched: Watched) -> None:
    levels = calm(40, until=0.85)
    levels[[24, -100]] = [0.9, 0.2]
    watched.write("A", levels)
    watched.night()
    assert watched.at("A", NOW - 99 * HOUR).quality is Quality.SPIKE
    old = watched.at("A", NOW - timedelta(days=39) + HOUR)
    assert (old.result, old.quality) == (0.9, Quality.GOOD)


def test_a_look_at_an_earlier_moment_changes_nothing(watched: Watched) -> None:
    levels = calm()
    levels[-100] = 0.99
    watched.write("A", levels)
    watched.night()
    before = watched.readings("A")
    watched.night(NOW - timedelta(days=3))
    assert watched.readings("A") == before


def test_emptyings_are_seen_reported_missed_and_kept(watched: Watched, asking: Client) -> None:
    _, seen, emptied = filling(DAYS, rate=0.1)
    watched.write("A", seen)
    first = NOW - (len(seen) - 1) * HOUR
    last = first + (emptied[-1] - 0.5) * HOUR
    report = watched.report("A", last)
    watched.write("B", calm(until=0.9))
    missed = watched.report("B", NOW - timedelta(days=2))
    watched.night()
    found = [each for each in watched.judged("A") if each.ends_at > NOW - timedelta(days=28)]
    assert [each.verdict for each in found] == [Verdict.UNREPORTED] * (len(found) - 1) + [Verdict.CONFIRMED]
    assert len(found) >= len(emptied) - 1
    assert found[-1].emptying_id == report
    assert found[-1].begins_at <= last <= found[-1].ends_at
    (still_full,) = watched.judged("B")
    assert (still_full.verdict, still_full.emptying_id) == (Verdict.MISSED, missed)
    # Again, and a day later: nothing is there twice.
    watched.night()
    watched.night(NOW + timedelta(days=1))
    assert [each.verdict for each in watched.judged("A")] == [each.verdict for each in found]
    shown: list[dict[str, Any]] = asking.get("/v1/judged-emptyings?since=2026-11-01T00:00:00Z&verdict=missed").json()[
        "judgedEmptyings"
    ]
    assert [(each["containerId"], each["emptyingId"]) for each in shown] == [(watched.id_of("B"), str(missed))]
    assert shown[0]["levelBefore"] == pytest.approx(0.86, abs=0.05)
    assert shown[0]["confidence"] < 0.5


def test_a_withdrawn_report_is_forgotten(watched: Watched) -> None:
    watched.write("B", calm(until=0.9))
    missed = watched.report("B", NOW - timedelta(days=2))
    watched.night()
    assert len(watched.judged("B")) == 1
    with watched.database.transaction() as connection:
        emptyings.withdraw(
            connection, municipality_id=watched.town.municipality.id, emptying_id=missed, withdrawn_at=NOW
        )
    watched.night(NOW + HOUR)
    assert watched.judged("B") == []


def test_a_battery_near_its_end_shows(watched: Watched, asking: Client) -> None:
    watched.write("A", calm())
    with watched.database.transaction() as connection:
        owner = watched.town.municipality.id
        (device,) = (each for each in sensors.devices(connection) if each.sensor.device_id == f"{owner}-A")
        streams = sensors.bind(
            connection,
            sensor_id=device.sensor.id,
            container_id=watched.id_of("A"),
            bound_from=NOW - timedelta(days=300),
            observed_properties={"fill_level": "1", "battery_voltage": "V"},
        ).datastreams
        rows = [
            Observation(streams["battery_voltage"], NOW - hour * HOUR, 3.2 + (0.4 if hour > 240 else 0.0), NOW)
            for hour in range(24 * DAYS)
        ]
        observations.store(connection, observations=rows)
    watched.night()
    sensor: dict[str, Any] = asking.get(f"/v1/sensors/{device.sensor.id}").json()
    assert sensor["health"] == "battery_low"
    assert sensor["healthReason"] == "3.20 V at 10 °C, 3.60 V at first"
    assert sensor["battery"] == {"voltageV": pytest.approx(3.2), "firstVoltageV": pytest.approx(3.6), "low": True}
    # The night after does not read voltages, and says the same.
    watched.night(NOW + timedelta(hours=6))
    assert asking.get(f"/v1/sensors/{device.sensor.id}").json()["health"] == "battery_low"


def test_a_missed_pickup_is_shown_on_the_container(watched: Watched, asking: Client) -> None:
    now = datetime.now(NOW.tzinfo).replace(microsecond=0)
    owner = watched.town.municipality.id
    ago = now - timedelta(days=2)
    missed = JudgedEmptying(watched.id_of("B"), ago, ago, Verdict.MISSED, 0.1, 0.9, 0.9, ago)
    earlier = JudgedEmptying(watched.id_of("A"), ago - HOUR, ago, Verdict.UNREPORTED, 0.9, 0.9, 0.1)
    with watched.database.transaction() as connection:
        judged_emptyings.replace(
            connection, municipality_id=owner, since=now - timedelta(days=9), emptyings=[missed, earlier]
        )
    told = ago.isoformat().replace("+00:00", "Z")
    collection: dict[str, Any] = asking.get("/v1/containers").json()
    shown = {each["properties"]["code"]: each["properties"] for each in collection["features"]}
    assert (shown["B"]["missedPickupAt"], shown["B"]["lastEmptiedAt"]) == (told, None)
    assert (shown["A"]["missedPickupAt"], shown["A"]["lastEmptiedAt"]) == (None, told)
    one: dict[str, Any] = asking.get(f"/v1/containers/{watched.id_of('B')}").json()
    assert one["properties"]["missedPickupAt"] == told
