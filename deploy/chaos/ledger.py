"""The books of a torture run: every message that the broker acknowledged must be in the database, once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from deploy.chaos.messages import BEGIN, SECOND, ChaosSensor, Kind, kind_of, number_in
from domain.observations import ObservedProperty
from storage import observations, rejections, unclaimed
from storage.database import Connection, Database
from storage.messages import digest

EVERYTHING = 1_000_000_000
PROPERTIES = (ObservedProperty.DISTANCE, ObservedProperty.TEMPERATURE, ObservedProperty.FILL_LEVEL)
"""What a reading is stored as; a message counts as stored when all of them are there."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """What became of the messages of a run.

    Parameters
    ----------
    sent, acknowledged
        Messages handed to the broker, and those that it acknowledged to their publisher.
    stored, rejected, unclaimed
        Different messages found in the database, by what they became.
    missing
        Acknowledged messages that are not in the database and that the broker is not known to have lost.
    duplicate
        Rows too many.
    lost_by_broker
        Acknowledged messages that the broker, killed in between, never had acknowledged by ingest and has no more.
    """

    sent: int
    acknowledged: int
    stored: int
    rejected: int
    unclaimed: int
    missing: int
    duplicate: int
    lost_by_broker: int

    @property
    def balances(self) -> bool:
        """Whether nothing is missing and nothing there twice."""
        return self.missing == 0 and self.duplicate == 0


def draw_up(
    database: Database,
    sent: Mapping[ChaosSensor, int],
    acknowledged: Mapping[ChaosSensor, int],
    *,
    acknowledged_by_ingest: Collection[bytes] | None = None,
) -> Ledger:
    """Compare what was sent with what the database holds.

    Parameters
    ----------
    sent, acknowledged
        How many messages each sensor sent, numbered from 0, and how many the broker acknowledged. The publisher waits
        for all acknowledgements before it ends, so the two differ only when the broker stayed away.
    acknowledged_by_ingest
        Digests of the messages that ingest acknowledged to the broker. Where they are given, a message that is not
        among them and not in the database was lost by the broker; else it counts as missing.
    """
    numbers: Counter[Kind] = Counter()
    missing = duplicate = lost = 0
    with database.transaction() as connection:
        aside: dict[str, list[bytes]] = defaultdict(list)
        for each in rejections.list_recent(connection, limit=EVERYTHING):
            aside[each.rejection.topic].append(each.rejection.payload)
        for sensor, count in sent.items():
            found = _found(connection, sensor, aside)
            numbers.update(kind_of(number) for number in found)
            duplicate += sum(times - 1 for times in found.values())
            for number in range(min(count, acknowledged[sensor])):
                if number in found:
                    continue
                is_known = acknowledged_by_ingest is None or (
                    digest(sensor.topic(number), sensor.payload(number)) in acknowledged_by_ingest
                )
                missing += is_known
                lost += not is_known
    return Ledger(
        sent=sum(sent.values()),
        acknowledged=sum(acknowledged.values()),
        stored=numbers[Kind.READING],
        rejected=numbers[Kind.RUBBISH],
        unclaimed=numbers[Kind.STRANGER],
        missing=missing,
        duplicate=duplicate,
        lost_by_broker=lost,
    )


def arrived(database: Database, municipality_ids: Collection[int]) -> int:
    """How many rows the messages have become so far; grows as long as ingest works."""
    with database.transaction() as connection:
        counted = [observations.counts(connection, each) for each in municipality_ids]
    # Messages of strangers belong to no municipality yet: each count holds all of them.
    return sum(each.observations + each.rejected for each in counted) + counted[0].unclaimed_messages


def rows_of(sent: Mapping[ChaosSensor, int]) -> int:
    """How many rows so many messages become when nothing is lost and nothing twice."""
    kinds = Counter(kind_of(number) for count in sent.values() for number in range(count))
    return kinds.total() + (len(PROPERTIES) - 1) * kinds[Kind.READING]


def _found(connection: Connection, sensor: ChaosSensor, aside: Mapping[str, Sequence[bytes]]) -> Counter[int]:
    by_property = [_numbers(connection, sensor, observed_property) for observed_property in PROPERTIES]
    found = Counter(
        {
            number: max(each[number] for each in by_property)
            for number in set.intersection(*(set(each) for each in by_property))
        }
    )
    kept = [
        *aside.get(sensor.rubbish_topic, ()),
        *(each.payload for each in unclaimed.take(connection, sensor.stranger_id)),
    ]
    found.update(number_in(payload) for payload in kept)
    return found


def _numbers(connection: Connection, sensor: ChaosSensor, observed_property: str) -> Counter[int]:
    series = observations.of_container(
        connection,
        container_id=sensor.container_id,
        observed_property=observed_property,
        start=BEGIN,
        end=BEGIN + timedelta(days=10_000),
        limit=EVERYTHING,
    )
    return Counter((each.phenomenon_time - BEGIN) // SECOND for each in series)
