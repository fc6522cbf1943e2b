"""What a night says of single readings, beside what ingest said."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import timedelta
from itertools import product

import numpy as np
import pytest

from domain.observations import JudgedObservation, Quality
from storage import containers, judgements, observations
from storage.database import Database
from storage.judgements import Judgement
from storage.observations import fill_history
from tests.storage import town
from tests.storage.town import LONG_AGO, NOON, SmallTown, reading


@pytest.fixture
def small(database: Database) -> SmallTown:
    with database.transaction() as connection:
        made = town.build(connection)
        rows = [reading(made.fill_level, hour, 0.1 * hour) for hour in range(5)]
        rows.append(reading(made.fill_level, 5, 1.2, Quality.NO_ECHO))
        observations.store(connection, observations=rows)
    return made


def judged(small: SmallTown, hour: float, quality: Quality | None, cleaned: float | None = None) -> Judgement:
    return Judgement(small.glass.id, small.sensor.id, NOON + timedelta(hours=hour), quality, cleaned)


def put(database: Database, *given: Judgement, since: float = -1) -> int:
    with database.transaction() as connection:
        return judgements.put(connection, given, since=NOON + timedelta(hours=since))


def stored(database: Database, small: SmallTown) -> Sequence[JudgedObservation]:
    with database.transaction() as connection:
        return observations.of_container(
            connection,
            container_id=small.glass.id,
            observed_property="fill_level",
            start=LONG_AGO,
            end=NOON + timedelta(days=99),
        )


def latest(database: Database, small: SmallTown) -> tuple[float | None, Quality | None]:
    with database.transaction() as connection:
        glass, _ = containers.fill_states(connection, small.municipality.id)
    return glass.fill_level, glass.quality


def test_a_judgement_stands_beside_what_was_received(database: Database, small: SmallTown) -> None:
    assert put(database, judged(small, 2, Quality.SPIKE, 0.17), judged(small, 5, Quality.NO_ECHO, 0.42)) == 2
    rows = stored(database, small)
    assert [(row.quality, row.received_quality, row.cleaned) for row in rows[2:]] == [
        (Quality.SPIKE, Quality.GOOD, 0.17),
        (Quality.GOOD, None, None),
        (Quality.GOOD, None, None),
        (Quality.NO_ECHO, None, 0.42),
    ]
    assert [row.result for row in rows] == pytest.approx([0, 0.1, 0.2, 0.3, 0.4, 1.2])


def test_writing_the_same_again_changes_nothing(database: Database, small: SmallTown) -> None:
    given = [judged(small, 2, Quality.SPIKE, 0.17), judged(small, 3, Quality.GOOD, 0.25)]
    assert put(database, *given) == 2
    assert put(database, *given) == 0
    assert put(database) == 0


def test_a_judgement_may_change_and_be_taken_back(database: Database, small: SmallTown) -> None:
    put(database, judged(small, 2, Quality.SPIKE), judged(small, 5, Quality.GOOD))
    assert stored(database, small)[5].quality is Quality.GOOD
    assert put(database, judged(small, 2, Quality.FALSE_ECHO)) == 1
    assert stored(database, small)[2].received_quality is Quality.GOOD
    assert put(database, judged(small, 2, None), judged(small, 5, None)) == 2
    rows = stored(database, small)
    assert [row.quality for row in rows] == [Quality.GOOD] * 5 + [Quality.NO_ECHO]
    assert all(row.received_quality is None and row.cleaned is None for row in rows)


def test_the_latest_follows(database: Database, small: SmallTown) -> None:
    assert latest(database, small) == (pytest.approx(0.4), Quality.GOOD)
    put(database, judged(small, 4, Quality.FALSE_ECHO), judged(small, 3, Quality.FALSE_ECHO))
    assert latest(database, small) == (pytest.approx(0.2), Quality.GOOD)
    put(database, judged(small, 5, Quality.GOOD))
    assert latest(database, small) == (pytest.approx(1.2), Quality.GOOD)
    put(database, *(judged(small, hour, Quality.STUCK) for hour in range(6)))
    assert latest(database, small) == (pytest.approx(1.2), Quality.STUCK)
    put(database, judged(small, 1, None))
    assert latest(database, small) == (pytest.approx(0.1), Quality.GOOD)


def test_what_is_older_or_of_others_is_left_alone(database: Database, small: SmallTown) -> None:
    assert put(database, judged(small, 1, Quality.SPIKE), judged(small, 3, Quality.SPIKE), since=2) == 1
    elsewhere = Judgement(small.paper.id, small.sensor.id, NOON, Quality.SPIKE, None)
    never = judged(small, 2.5, Quality.SPIKE)
    assert put(database, elsewhere, never) == 0


def test_the_series_tells_what_ingest_said_and_what_is_in_force(database: Database, small: SmallTown) -> None:
    put(database, judged(small, 2, Quality.TILTED, 0.5), judged(small, 3, Quality.GOOD, 0.31))
    with database.transaction() as connection:
        series = fill_history(connection, municipality_id=small.municipality.id, since=NOON)[small.glass.id]
    codes = list(Quality)
    assert [codes[code] for code in series.quality] == [Quality.GOOD] * 5 + [Quality.NO_ECHO]
    assert [codes[code] for code in series.judged[2:]] == [
        Quality.TILTED,
        Quality.GOOD,
        Quality.GOOD,
        Quality.NO_ECHO,
    ]
    np.testing.assert_array_equal(series.is_cleaned, [False, False, True, True, False, False])


def test_every_pair_of_qualities_fits_into_a_byte(database: Database, small: SmallTown) -> None:
    pairs = list(product(Quality, Quality))
    rows = [reading(small.fill_level, 10 + n, 0.5, received) for n, (received, _) in enumerate(pairs)]
    given = [judged(small, 10 + n, judgement, 0.4) for n, (_, judgement) in enumerate(pairs)]
    with database.transaction() as connection:
        observations.store(connection, observations=rows)
        judgements.put(connection, given, since=NOON)
        series = fill_history(connection, municipality_id=small.municipality.id, since=NOON + timedelta(hours=10))
    mine = series[small.glass.id]
    codes = list(Quality)
    found = [(codes[ours], codes[theirs]) for ours, theirs in zip(mine.quality, mine.judged, strict=True)]
    assert found == pairs
    assert mine.is_cleaned.all()


def test_what_ingest_stores_meanwhile_is_the_latest_afterwards(database: Database, small: SmallTown) -> None:
    """Ingest waits for the judgement's transaction, and then compares with what that left."""
    newer = [reading(small.fill_level, 6, 0.6), reading(small.fill_level, 4, 0.4)]

    def store() -> None:
        with database.transaction() as connection:
            observations.store(connection, observations=newer)

    thread = threading.Thread(target=store)
    with database.transaction() as connection:
        judgements.put(connection, [judged(small, 4, Quality.FALSE_ECHO)], since=NOON)
        thread.start()
        thread.join(0.3)
        assert thread.is_alive(), "it waits"
    thread.join(20)
    assert not thread.is_alive()
    assert latest(database, small) == (pytest.approx(0.6), Quality.GOOD)
    assert stored(database, small)[4].quality is Quality.FALSE_ECHO, "what came again is a duplicate"


def test_two_nights_wait_for_each_other(database: Database, small: SmallTown) -> None:
    order: list[str] = []

    def second() -> None:
        with database.transaction() as connection:
            judgements.begin(connection, small.municipality.id)
            judgements.put(connection, [judged(small, 4, None)], since=NOON)
            order.append("second")

    thread = threading.Thread(target=second)
    with database.transaction() as connection:
        judgements.begin(connection, small.municipality.id)
        judgements.begin(connection, small.municipality.id + 1)
        thread.start()
        judgements.put(connection, [judged(small, 4, Quality.SPIKE)], since=NOON)
        thread.join(0.2)
        order.append("first")
    thread.join(20)
    assert order == ["first", "second"]
    assert stored(database, small)[4].quality is Quality.GOOD
