"""Rejected messages read again on a real database, after what was wrong has been mended."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from domain.sensors import RejectionReason
from domain.uplinks import Outcome
from ingest.inbox import Delivery
from ingest.registry import load
from ingest.retry import Retried, retry
from ingest.writer import Writer
from storage import rejections, sensors, uplinks
from storage.database import Database
from storage.rejections import Filter
from tests.ingest.live import START, Town, count

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def town(database: Database) -> Town:
    return Town(database, devices=2)


def write(database: Database, topic: str, payload: bytes, received_at: datetime = NOW) -> None:
    Writer(database).write([Delivery(topic, payload, received_at, 0, 1)])


def reading(when: datetime, **values: object) -> bytes:
    return json.dumps({"phenomenonTime": when.isoformat(), **values}).encode()


def retry_all(database: Database, chosen: Filter = rejections.EVERY) -> Retried:
    with database.transaction() as connection:
        return retry(connection, rejections.numbers(connection, chosen), load(connection))


def test_readings_from_before_the_binding_are_stored_once_it_is_mended(database: Database, town: Town) -> None:
    device_id = town.device_ids[0]
    early = START - timedelta(days=2)
    write(database, town.topic(device_id), reading(early, distance=1.0, fCnt=4))
    assert retry_all(database) == Retried(1, 0, 0, 0)
    with database.transaction() as connection:
        connection.execute("UPDATE binding SET bound_from = %s", [START - timedelta(days=9)])
    assert retry_all(database) == Retried(1, 1, 2, 0)
    assert count(database, "rejection") == 0
    with database.transaction() as connection:
        sensor = sensors.get(connection, device_id)
        (entry,) = uplinks.of_sensor(connection, sensor_id=sensor.id, start=early, end=NOW)
    assert (entry.outcome, entry.duplicates) == (Outcome.STORED, 0)
    assert retry_all(database) == Retried(0, 0, 0, 0)


def test_what_still_cannot_be_read_stays_with_the_reason_of_today(database: Database, town: Town) -> None:
    topic = town.topic(town.device_ids[0])
    write(database, topic, b"{")
    write(database, topic, reading(NOW, distance=-1.0, temperature=4.0))
    write(database, "elsewhere/topic", b"{}")
    with database.transaction() as connection:
        connection.execute("UPDATE rejection SET reason = 'undecodable', detail = 'of an earlier version'")
        before = {each.id: each.rejection.received_at for each in rejections.list_recent(connection)}
    assert retry_all(database) == Retried(3, 0, 0, 0)
    with database.transaction() as connection:
        after = rejections.list_recent(connection)
        assert {each.id: each.rejection.received_at for each in after} == before
        assert {each.rejection.reason for each in after} == {
            RejectionReason.MALFORMED,
            RejectionReason.INVALID_VALUE,
            RejectionReason.UNKNOWN_TOPIC,
        }
        assert "of an earlier version" not in str(after)


def test_a_message_that_reads_well_but_is_of_nobody_waits_for_its_device(database: Database, town: Town) -> None:
    topic = town.topic("nobody")
    write(database, topic, b"{")
    with database.transaction() as connection:
        connection.execute("UPDATE rejection SET payload = %s", [reading(NOW, distance=1.0)])
    assert retry_all(database) == Retried(1, 1, 0, 1)
    assert (count(database, "rejection"), count(database, "unclaimed_message")) == (0, 1)


def test_a_transaction_that_fails_leaves_all_as_it_was(database: Database, town: Town) -> None:
    write(database, town.topic(town.device_ids[0]), reading(START - timedelta(days=2), distance=1.0))
    with database.transaction() as connection:
        connection.execute("UPDATE binding SET bound_from = %s", [START - timedelta(days=9)])
    with database.transaction() as connection:
        assert retry(connection, rejections.numbers(connection), load(connection)).resolved == 1
        connection.rollback()
    assert (count(database, "rejection"), count(database, "observation")) == (1, 0)


def test_rejections_are_chosen_by_reason_device_and_time(database: Database, town: Town) -> None:
    first, second = town.device_ids
    write(database, town.topic(first), b"{", NOW - timedelta(days=1))
    write(database, town.topic(second), b"[", NOW)
    write(database, "elsewhere", b"?", NOW)

    def chosen(**by: object) -> int:
        with database.transaction() as connection:
            filtered = Filter(**by)  # pyright: ignore[reportArgumentType]
            found = rejections.numbers(connection, filtered)
            listed = rejections.list_recent(connection, chosen=filtered)
            assert sorted(each.id for each in listed) == sorted(found)
            return len(found)

    assert chosen() == 3
    assert chosen(reason=RejectionReason.MALFORMED) == 2
    assert chosen(device_id=first) == 1
    assert chosen(start=NOW) == 2
    assert chosen(end=NOW, reason=RejectionReason.MALFORMED) == 1
