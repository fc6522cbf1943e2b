"""What a night writes beside readings, and the sums that follow: on plain PostgreSQL and on TimescaleDB alike."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from domain.observations import Quality
from storage import judgements, observations
from storage.database import Database
from storage.judgements import Judgement
from storage.summaries import Summary
from tests.storage import town
from tests.storage.town import NOON, reading
from tests.timescale.test_extras import compress, has_timescale, hourly, refresh

pytestmark = pytest.mark.timescale


@pytest.mark.parametrize("compressed", [False, True])
def test_a_judgement_reaches_readings_and_their_sums(either: Database, either_url: str, *, compressed: bool) -> None:
    with either.transaction() as connection:
        small = town.build(connection, code=f"town-{uuid4().hex}")
        rows = [reading(small.fill_level, hour, 0.1 + hour / 1000) for hour in range(10 * 24)]
        observations.store(connection, observations=rows)
    refresh(either_url)
    if compressed:
        assert (compress(either_url) > 0) == _on_timescale(either)

    def judged(hour: int, quality: Quality | None) -> Judgement:
        return Judgement(small.glass.id, small.sensor.id, NOON + timedelta(hours=hour), quality, 0.1)

    def sums() -> tuple[Summary, Summary]:
        refresh(either_url)
        found = hourly(either, small)
        return found[5], found[-2]

    spikes = [judged(5, Quality.SPIKE), judged(len(rows) - 2, Quality.SPIKE)]
    with either.transaction() as connection:
        # The first lies before the moment from which on anything may be touched.
        assert judgements.put(connection, spikes, since=NOON + timedelta(days=8)) == 1
    early, late = sums()
    assert (early.suspect, late.suspect, late.last) == (0, 1, None)
    with either.transaction() as connection:
        assert judgements.put(connection, spikes, since=NOON) == 1
        assert judgements.put(connection, [judged(len(rows) - 2, None)], since=NOON) == 1
    early, late = sums()
    assert (early.suspect, late.suspect, late.last) == (1, 0, pytest.approx(0.1 + (len(rows) - 2) / 1000))


def _on_timescale(database: Database) -> bool:
    with database.transaction() as connection:
        return has_timescale(connection)
