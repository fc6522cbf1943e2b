from __future__ import annotations

import random
import threading
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.observations import Observation, Quality
from domain.sensors import Rejection, RejectionReason, Source, UnclaimedMessage
from storage import containers, observations, rejections, unclaimed
from storage.database import Database
from storage.observations import Counts, Stored
from tests.storage import town
from tests.storage.town import NOON, SmallTown, reading

SUSPECT = Quality.FALSE_ECHO
FAR_PAST, FAR_FUTURE = NOON - timedelta(days=900), NOON + timedelta(days=900)


@pytest.fixture
def small(database: Database) -> SmallTown:
    with database.transaction() as connection:
        return town.build(connection)


def store(database: Database, rows: Sequence[Observation]) -> Stored:
    with database.transaction() as connection:
        return observations.store(connection, observations=rows)


def all_of(database: Database, small: SmallTown) -> list[Observation]:
    with database.transaction() as connection:
        found = observations.of_container(
            connection, container_id=small.glass.id, observed_property="fill_level", start=FAR_PAST, end=FAR_FUTURE
        )
    return [Observation(*row[:6]) for row in found]


def latest(database: Database, small: SmallTown) -> tuple[float | None, Quality | None]:
    with database.transaction() as connection:
        glass, _ = containers.fill_states(connection, small.municipality.id)
    return glass.fill_level, glass.quality


def test_what_is_stored_comes_back_as_it_was(database: Database, small: SmallTown) -> None:
    rows = [reading(small.fill_level, 0, 0.25, late_hours=3), reading(small.fill_level, 1, 0.26, Quality.SPIKE)]
    assert store(database, rows) == Stored(inserted=2, duplicates=0, rejected=0, unclaimed=0)
    assert all_of(database, small) == rows


def test_storing_a_batch_again_changes_nothing(database: Database, small: SmallTown) -> None:
    rows = [reading(small.fill_level, hour, hour / 10) for hour in range(5)]
    store(database, rows)
    assert store(database, rows) == Stored(inserted=0, duplicates=5, rejected=0, unclaimed=0)
    assert all_of(database, small) == rows


def test_twice_in_one_transaction(database: Database, small: SmallTown) -> None:
    with database.transaction() as connection:
        observations.store(connection, observations=[reading(small.fill_level, 0, 0.1)])
        second = observations.store(connection, observations=[reading(small.fill_level, 1, 0.2)])
    assert second.inserted == 1
    assert len(all_of(database, small)) == 2


def test_the_same_key_twice_in_one_batch_keeps_the_one_received_first(database: Database, small: SmallTown) -> None:
    later = reading(small.fill_level, 0, 0.9, late_hours=2)
    first = reading(small.fill_level, 0, 0.1, late_hours=1)
    assert store(database, [later, first]) == Stored(inserted=1, duplicates=1, rejected=0, unclaimed=0)
    assert all_of(database, small) == [first]
    assert latest(database, small) == (0.1, Quality.GOOD)


def test_a_later_one_with_the_same_key_does_not_replace_the_first(database: Database, small: SmallTown) -> None:
    store(database, [reading(small.fill_level, 0, 0.1)])
    store(database, [reading(small.fill_level, 0, 0.9)])
    assert latest(database, small) == (0.1, Quality.GOOD)


def test_a_late_one_is_history_and_not_news(database: Database, small: SmallTown) -> None:
    store(database, [reading(small.fill_level, 5, 0.5)])
    store(database, [reading(small.fill_level, 1, 0.1, late_hours=8)])
    assert latest(database, small) == (0.5, Quality.GOOD)
    assert [row.result for row in all_of(database, small)] == [0.1, 0.5]


def test_a_suspect_one_is_the_latest_only_as_long_as_there_is_no_good_one(database: Database, small: SmallTown) -> None:
    store(database, [reading(small.fill_level, 0, 0.6, SUSPECT)])
    assert latest(database, small) == (0.6, SUSPECT)
    store(database, [reading(small.fill_level, 2, 0.7, SUSPECT)])
    assert latest(database, small) == (0.7, SUSPECT)
    store(database, [reading(small.fill_level, 1, 0.1)])
    assert latest(database, small) == (0.1, Quality.GOOD)
    store(database, [reading(small.fill_level, 3, 0.8, SUSPECT)])
    assert latest(database, small) == (0.1, Quality.GOOD)


rows_of_one_series = st.lists(
    st.tuples(st.integers(0, 12), st.sampled_from([Quality.GOOD, SUSPECT])), min_size=1, max_size=12
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=rows_of_one_series, cuts=st.lists(st.integers(0, 12), max_size=3))
def test_the_latest_is_the_newest_good_one_in_whatever_order_and_batches_they_come(
    database: Database, drawn: list[tuple[int, Quality]], cuts: list[int]
) -> None:
    first_of_its_hour = {hour: (hour, quality) for hour, quality in reversed(drawn)}
    newest = max(first_of_its_hour.values(), key=lambda row: (row[1].is_good, row[0]))
    with database.transaction() as connection:
        small = town.build(connection, code=uuid4().hex)
    rows = [
        Observation(
            small.fill_level, NOON + timedelta(hours=hour), hour / 20, NOON + timedelta(seconds=arrived), quality
        )
        for arrived, (hour, quality) in enumerate(drawn)
    ]
    edges = [0, *sorted(cuts), len(rows)]
    for start, end in pairwise(edges):
        store(database, rows[start:end])
    assert latest(database, small) == (newest[0] / 20, newest[1])


def test_a_container_without_readings_has_no_fill_level(database: Database, small: SmallTown) -> None:
    with database.transaction() as connection:
        glass, paper = containers.fill_states(connection, small.municipality.id)
    assert (glass.fill_level, glass.observed_at, glass.quality) == (None, None, None)
    assert glass.sensor_device_id == "helsinki-1"
    assert paper.sensor_device_id is None


def test_the_newest_of_a_period_come_oldest_first(database: Database, small: SmallTown) -> None:
    store(database, [reading(small.fill_level, hour, hour / 10) for hour in range(10)])
    with database.transaction() as connection:
        found = observations.of_container(
            connection,
            container_id=small.glass.id,
            observed_property="fill_level",
            start=NOON + timedelta(hours=2),
            end=NOON + timedelta(hours=8),
            limit=3,
        )
    assert [row.result for row in found] == [0.5, 0.6, 0.7]


def test_two_processes_that_store_the_same_rows_do_not_deadlock(database: Database, small: SmallTown) -> None:
    rows = [reading(stream, hour, 0.5) for hour in range(200) for stream in (small.fill_level, small.distance)]
    refused = [Rejection(f"topic/{number}", b"?", NOON, RejectionReason.MALFORMED, "not JSON") for number in range(50)]
    failures: list[Exception] = []

    def store_shuffled(seed: int) -> None:
        shuffle = random.Random(seed).shuffle
        for _ in range(15):
            mine, mine_refused = [*rows], [*refused]
            shuffle(mine)
            shuffle(mine_refused)
            try:
                with database.transaction() as connection:
                    observations.store(connection, observations=mine, rejections=mine_refused)
                    if seed % 2:
                        connection.rollback()
            except Exception as error:
                failures.append(error)

    threads = [threading.Thread(target=store_shuffled, args=[seed]) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with database.transaction() as connection:
        assert observations.counts(connection, small.municipality.id) == Counts(400, 50, 0)


def test_rejected_and_unclaimed_messages_are_kept_once(database: Database, small: SmallTown) -> None:
    refused = Rejection("halfvol/v1/helsinki/devices/x/up", b"\xff{", NOON, RejectionReason.MALFORMED, "not JSON", "x")
    strange = UnclaimedMessage("v3/app/devices/y/up", b"{}", NOON, Source.THINGS_STACK, "Y", "LDDS45")
    for expected in (Stored(0, 0, 1, 1), Stored(0, 0, 0, 0)):
        with database.transaction() as connection:
            stored = observations.store(
                connection, observations=[], rejections=[refused, refused], unclaimed=[strange, strange]
            )
        assert stored == expected
    with database.transaction() as connection:
        assert [each.rejection for each in rejections.list_recent(connection, limit=10)] == [refused]
        assert rejections.count_by_reason(connection) == {RejectionReason.MALFORMED: 1}
        assert unclaimed.take(connection, "Y") == [strange]
        assert unclaimed.take(connection, "Y") == []


def test_text_that_the_database_cannot_hold_does_not_stop_its_batch(database: Database, small: SmallTown) -> None:
    refused = Rejection("a/b", b"\0", NOON, RejectionReason.MALFORMED, "field \0 and \ud800 here", "dev\0ice")
    strange = UnclaimedMessage("a/b", b"\0", NOON, Source.NATIVE, "dev\0ice", None)
    with database.transaction() as connection:
        stored = observations.store(
            connection,
            observations=[reading(small.fill_level, 0, 0.5)],
            rejections=[refused],
            unclaimed=[strange],
        )
    assert stored == Stored(1, 0, 1, 1)
    with database.transaction() as connection:
        kept = rejections.list_recent(connection, limit=1)[0].rejection
    assert (kept.detail, kept.device_id) == ("field \ufffd and \ufffd here", "dev\ufffdice")
    assert kept.payload == b"\0"


def test_devices_with_unclaimed_messages_are_listed(database: Database) -> None:
    messages = [
        UnclaimedMessage("t", str(hour).encode(), NOON + timedelta(hours=hour), Source.CHIRPSTACK, device, model)
        for hour, device, model in [(0, "A", "LDDS45"), (1, "A", None), (2, "B", None)]
    ]
    with database.transaction() as connection:
        observations.store(connection, observations=[], unclaimed=messages)
        second, first = unclaimed.devices(connection)
    assert (first.device_id, first.model, first.messages) == ("A", "LDDS45", 2)
    assert (first.first_received_at, first.last_received_at) == (NOON, NOON + timedelta(hours=1))
    assert (second.device_id, second.model, second.source) == ("B", None, Source.CHIRPSTACK)


def test_counts_are_of_one_municipality_and_of_messages_of_nobody(database: Database, small: SmallTown) -> None:
    def refused(topic: str, device_id: str | None = None) -> Rejection:
        return Rejection(topic, b"", NOON, RejectionReason.MALFORMED, "", device_id)

    with database.transaction() as connection:
        other = town.build(connection, code="espoo")
        observations.store(
            connection,
            observations=[reading(small.fill_level, 0, 0.5), reading(other.distance, 0, 1.5)],
            rejections=[
                refused("halfvol/v1/espoo/devices/x/up"),
                refused("a", device_id="espoo-1"),
                refused("nobody's"),
            ],
        )
        assert observations.counts(connection, small.municipality.id) == Counts(1, 1, 0)
        assert observations.counts(connection, other.municipality.id) == Counts(1, 3, 0)
