"""What the ledger knows of messages, on a real database."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta

import pytest

from domain.sensors import Source
from domain.uplinks import LedgerEntry, Outcome
from ingest.inbox import Delivery
from ingest.replay import claim
from ingest.writer import Writer
from storage import observations, sensors, uplinks
from storage.database import Database
from tests.ingest.live import MODEL, START, Town, count, message

NOW = datetime.now(UTC).replace(microsecond=0)
ALWAYS = (NOW - timedelta(days=900), NOW + timedelta(days=900))


def write(database: Database, *messages: tuple[str, bytes], received_at: datetime = NOW) -> observations.Stored:
    return Writer(database).write([Delivery(topic, payload, received_at, 0, 1) for topic, payload in messages])


def ledger(database: Database, device_id: str) -> list[LedgerEntry]:
    with database.transaction() as connection:
        sensor = sensors.get(connection, device_id)
        return uplinks.of_sensor(connection, sensor_id=sensor.id, start=ALWAYS[0], end=ALWAYS[1])


def at(when: datetime, **values: object) -> bytes:
    return json.dumps({"phenomenonTime": when.isoformat(), **values}).encode()


@pytest.fixture
def town(database: Database) -> Town:
    return Town(database, devices=2)


def test_each_message_is_entered_once_and_counted_as_often_as_it_came(database: Database, town: Town) -> None:
    first, second = town.messages(2)
    topic, device_id = first[0], town.device_ids[0]
    write(database, first, second, first)
    write(database, first, received_at=NOW + timedelta(hours=1))
    (entry,) = ledger(database, device_id)
    assert (entry.duplicates, entry.frame_count, entry.stored) == (2, 0, 3)
    assert (entry.source, entry.outcome, entry.received_at) == (Source.NATIVE, Outcome.STORED, NOW)
    batch = {
        "fCnt": 7,
        "observations": [
            {"phenomenonTime": (START + timedelta(hours=hour)).isoformat(), "distance": 1.0} for hour in (1, 4, 2)
        ],
    }
    write(database, (topic, json.dumps(batch).encode()))
    late = ledger(database, device_id)[-1]
    assert (late.heard_at, late.span_s, late.stored) == (START + timedelta(hours=4), 3 * 3600, 6)


def test_what_is_rejected_is_entered_too(database: Database, town: Town) -> None:
    topic, device_id = town.topic(town.device_ids[0]), town.device_ids[0]
    write(
        database,
        (topic, b"{"),
        (topic, at(NOW - timedelta(hours=2), distance=1.0, fCnt=1, loudness="high")),
        (topic, at(NOW + timedelta(days=3), distance=1.0, fCnt=2)),
        (topic, at(datetime(1970, 1, 1, tzinfo=UTC), distance=1.0, fCnt=3)),
        (town.topic("stranger"), b"{"),
    )
    entries = {entry.frame_count: entry for entry in ledger(database, device_id)}
    assert {frame: entry.outcome for frame, entry in entries.items()} == {
        -1: Outcome.REJECTED,
        1: Outcome.PARTLY,
        2: Outcome.REJECTED,
        3: Outcome.REJECTED,
    }
    assert (entries[2].ahead_s, entries[2].heard_at) == (3 * 86_400, NOW)
    assert entries[3].heard_at == NOW
    with database.transaction() as connection:
        (fault,) = uplinks.clock_faults(connection, municipality_id=town.id, since=NOW - timedelta(days=1))
    assert (fault.device_id, fault.uplinks, fault.last_ahead_s) == (device_id, 1, 3 * 86_400)


def test_a_message_from_the_future_is_one_message_when_it_comes_again(database: Database, town: Town) -> None:
    future = (town.topic(town.device_ids[0]), at(NOW + timedelta(days=3), distance=1.0))
    for minutes in (0, 5, 60):
        write(database, future, received_at=NOW + timedelta(minutes=minutes))
    (entry,) = ledger(database, town.device_ids[0])
    assert (entry.heard_at, entry.duplicates, entry.ahead_s) == (NOW, 2, 3 * 86_400)
    assert count(database, "rejection") == 1


def test_a_message_without_a_time_takes_that_of_its_first_receipt_and_is_marked(database: Database, town: Town) -> None:
    topic = town.topic(town.device_ids[0])
    same = (topic, b'{"distance": 1.0, "fCnt": 5}')
    next_one = (topic, b'{"distance": 1.0, "fCnt": 6}')
    assert write(database, same, same).inserted == 2
    again = write(database, same, next_one, received_at=NOW + timedelta(hours=1))
    assert (again.inserted, again.duplicates) == (2, 2)
    with database.transaction() as connection:
        found = observations.of_container(
            connection,
            container_id=town.container_ids[0],
            observed_property="distance",
            start=ALWAYS[0],
            end=ALWAYS[1],
        )
    assert [(row.phenomenon_time, row.server_timed) for row in found] == [
        (NOW, True),
        (NOW + timedelta(hours=1), True),
    ]
    assert [entry.duplicates for entry in ledger(database, town.device_ids[0])] == [2, 0]
    # Months later the same counter and content are another reading.
    assert write(database, same, received_at=NOW + timedelta(days=60)).inserted == 2


def test_two_processes_that_get_the_same_untimed_messages_store_each_once(database: Database, town: Town) -> None:
    topic = town.topic(town.device_ids[0])
    messages = [(topic, f'{{"distance": 1.0, "fCnt": {number}}}'.encode()) for number in range(40)]
    threads = [
        threading.Thread(
            target=lambda seconds=seconds: [
                write(database, each, received_at=NOW + timedelta(seconds=60 * number + seconds))
                for number, each in enumerate(messages)
            ]
        )
        for seconds in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert count(database, "observation") == 80
    assert sum(entry.duplicates for entry in ledger(database, town.device_ids[0])) == 80


def test_without_time_and_counter_a_message_is_set_aside(database: Database, town: Town) -> None:
    stored = write(database, (town.topic(town.device_ids[0]), b'{"distance": 1.0}'))
    assert (stored.inserted, stored.rejected) == (0, 1)


def test_a_claimed_device_has_its_kept_messages_in_the_ledger(database: Database, town: Town) -> None:
    topic = town.topic("new")
    write(database, *[(topic, message(number, distance=1.0)) for number in range(3)])
    with database.transaction() as connection:
        claim(
            connection,
            device_id="new",
            model=MODEL,
            container_id=town.container_ids[-1],
            municipality_id=town.id,
            bound_from=START,
        )
    entries = ledger(database, "new")
    assert [(entry.frame_count, entry.duplicates, entry.received_at) for entry in entries] == [
        (0, 0, NOW),
        (1, 0, NOW),
        (2, 0, NOW),
    ]


def test_the_same_frame_from_a_network_server_in_other_words_is_the_same_uplink(database: Database) -> None:
    town = Town(database)
    device_id = "A81758FFFE051234"
    with database.transaction() as connection:
        sensor = sensors.register(connection, municipality_id=town.id, device_id=device_id, model="EM310-UDL")
        sensors.bind(
            connection,
            sensor_id=sensor.id,
            container_id=town.container_ids[-1],
            bound_from=START,
            observed_properties={"distance": "m", "fill_level": "1"},
        )
    heard_at = (NOW - timedelta(hours=1)).isoformat()
    for correlation in ("gs:1", "as:2"):
        uplink = {
            "end_device_ids": {"device_id": "bin", "dev_eui": device_id, "application_ids": {"application_id": "a"}},
            "correlation_ids": [correlation],
            "uplink_message": {"f_cnt": 9, "f_port": 85, "frm_payload": "A4LoAw==", "received_at": heard_at},
        }
        write(database, ("v3/a@ttn/devices/bin/up", json.dumps(uplink).encode()))
    (entry,) = ledger(database, device_id)
    assert (entry.frame_count, entry.duplicates, entry.stored) == (9, 1, 2)
