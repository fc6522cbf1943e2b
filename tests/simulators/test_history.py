from __future__ import annotations

import itertools
import json
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.containers import ContainerGeometry
from domain.sensors import Source
from ingest.sensors import decode
from ingest.sources import parse
from simulators.history import Message, expected_messages, messages
from simulators.sensors import SOURCE_SHARES, Fault, TownSensor
from simulators.town import Town
from simulators.waste import Waste

DAYS = timedelta(days=28)


@pytest.fixture(scope="module")
def month(town: Town, now: datetime) -> list[Message]:
    return list(messages(town, now - DAYS, now))


def sent_by(town: Town, sent: list[Message], which: Callable[[TownSensor], bool]) -> list[tuple[TownSensor, Message]]:
    chosen = {sensor.device_id.lower(): sensor for sensor in town.sensors if which(sensor)}
    found: list[tuple[TownSensor, Message]] = []
    for message in sent:
        part = message.topic.split("/")[-3] if message.topic.startswith("application") else message.topic.split("/")[-2]
        sensor = chosen.get(part.lower().removeprefix("eui-"))
        if sensor is not None:
            found.append((sensor, message))
    return found


def readings_of(message: Message) -> list[dict[str, Any]]:
    body = json.loads(message.payload)
    return body.get("observations", [body])


def test_four_weeks_of_the_town_are_made_in_seconds(town: Town, month: list[Message], now: datetime) -> None:
    began = time.process_time()
    count = sum(1 for _ in messages(town, now - DAYS, now))
    assert time.process_time() - began < 12
    assert count == len(month)
    assert 95_000 < count < 125_000
    assert expected_messages(town, now - DAYS, now) == pytest.approx(count, rel=0.06)


def test_messages_come_in_sending_order_within_the_interval(month: list[Message], now: datetime) -> None:
    assert all(earlier.sent_at <= later.sent_at for earlier, later in itertools.pairwise(month))
    assert now - DAYS <= month[0].sent_at
    assert month[-1].sent_at < now


def test_the_same_interval_gives_the_same_messages(village: Town, now: datetime) -> None:
    start = now - timedelta(days=3)
    whole = list(messages(village, start, now))
    assert whole == list(messages(village, start, now))
    for cut in (now - timedelta(days=1, hours=5, minutes=17), now - timedelta(seconds=1)):
        assert whole == [*messages(village, start, cut), *messages(village, cut, now)]
    steps = [start + timedelta(minutes=97 * i) for i in range(44)] + [now]
    pieces = [message for a, b in itertools.pairwise(steps) for message in messages(village, a, b)]
    assert whole == pieces


def test_all_sources_and_models_take_part_and_ingest_reads_what_was_measured(town: Town, month: list[Message]) -> None:
    waste = Waste(town)
    errors: list[float] = []
    seen: set[tuple[Source, str]] = set()
    good = sent_by(town, month, lambda sensor: sensor.fault is Fault.NONE)
    for sensor, message in good[:: len(good) // 3000]:
        uplink = parse(message.topic, message.payload, message.sent_at)
        assert uplink.device_id == sensor.device_id
        assert uplink.source is sensor.source
        seen.add((sensor.source, sensor.model))
        geometry = town.containers[sensor.container_id - 1].geometry
        assert isinstance(geometry, ContainerGeometry)
        readings = uplink.readings
        if uplink.payload is not None:
            readings = (decode(sensor.model, uplink.f_port, uplink.payload),)
        for reading in readings:
            when = reading.phenomenon_time or message.sent_at
            if message.sent_at - when > timedelta(hours=7):
                continue
            level = waste.true_fill_level(sensor.container_id, when) if len(errors) < 400 else None
            if level is not None:
                errors.append(abs(geometry.fill_level(reading.values["distance"]) - level))
    assert {source for source, _ in seen} == set(SOURCE_SHARES)
    assert len(seen) == 12
    # 2 cm of noise and a blind zone of 28 cm are a few hundredths of a container.
    assert sorted(errors)[int(0.95 * len(errors))] < 0.06


def test_a_good_part_of_the_readings_comes_in_batches_hours_late(town: Town, month: list[Message]) -> None:
    batches = sent_by(
        town,
        month,
        lambda sensor: sensor.upload_every_s > 0 and sensor.fault is Fault.NONE and sensor.interval_s == 3600,
    )
    sizes = Counter(len(readings_of(message)) for _, message in batches)
    assert sizes.most_common(1)[0][0] == 6
    assert max(sizes) <= 6
    for _, message in batches[:500]:
        times = [datetime.fromisoformat(reading["phenomenonTime"]) for reading in readings_of(message)]
        assert times == sorted(times)
        assert timedelta(0) < message.sent_at - times[0] < timedelta(hours=6, minutes=1)
        assert json.loads(message.payload)["model"]


def test_the_town_reports_about_150_000_times(town: Town, month: list[Message]) -> None:
    native = sum(
        len(readings_of(message))
        for sensor, message in sent_by(town, month, lambda sensor: sensor.source is Source.NATIVE)
        if sensor.fault is not Fault.MALFORMED
    )
    others = sum(1 for message in month if not message.topic.startswith("halfvol"))
    assert 135_000 < native + others < 160_000


def test_one_message_in_a_hundred_comes_twice_the_same(month: list[Message]) -> None:
    copies = Counter((message.topic, message.payload) for message in month)
    assert set(copies.values()) == {1, 2}
    assert sum(count - 1 for count in copies.values()) / len(month) == pytest.approx(0.01, abs=0.002)


def test_counters_grow_and_show_what_is_missing(town: Town, month: list[Message]) -> None:
    chirpstack = sent_by(town, month, lambda sensor: sensor.source is Source.CHIRPSTACK and sensor.fault is Fault.NONE)
    one = chirpstack[0][0]
    counters: list[int] = []
    for sensor, message in chirpstack:
        if sensor is one:
            counters.append(json.loads(message.payload)["fCnt"])
    steps = [later - earlier for earlier, later in itertools.pairwise(counters)]
    assert sum(1 for step in steps if step == 1) > 0.6 * len(steps)
    assert any(step > 1 for step in steps)


def test_the_clock_that_is_a_year_ahead(town: Town, month: list[Message]) -> None:
    ahead = sent_by(town, month, lambda sensor: sensor.fault is Fault.CLOCK_AHEAD)
    assert ahead
    for _, message in ahead:
        for reading in readings_of(message):
            lead = datetime.fromisoformat(reading["phenomenonTime"]) - message.sent_at
            assert timedelta(days=364) < lead <= timedelta(days=365)


def test_some_messages_of_one_sensor_are_cut_off(town: Town, month: list[Message]) -> None:
    broken = 0
    of_sensor = sent_by(town, month, lambda sensor: sensor.fault is Fault.MALFORMED)
    for _, message in of_sensor:
        try:
            json.loads(message.payload)
        except json.JSONDecodeError:
            broken += 1
    assert 0.03 < broken / len(of_sensor) < 0.12


def test_all_other_messages_are_valid_json(town: Town, month: list[Message]) -> None:
    for _, message in sent_by(town, month, lambda sensor: sensor.fault is not Fault.MALFORMED)[::7]:
        json.loads(message.payload)


def test_the_unregistered_device_tells_its_model(town: Town, month: list[Message]) -> None:
    for sensor, message in sent_by(town, month, lambda sensor: not sensor.registered)[:3]:
        assert json.loads(message.payload)["deviceInfo"]["deviceProfileName"] == sensor.model


def test_nothing_is_sent_in_no_time(village: Town, now: datetime) -> None:
    assert list(messages(village, now, now)) == []
    assert list(messages(village, now, now - timedelta(days=1))) == []
