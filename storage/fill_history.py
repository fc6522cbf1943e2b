"""The fill levels of all containers of a municipality as arrays: what judgements and forecasts are made from."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domain.observations import Quality
from storage.database import Connection

EPOCH_S = 946_684_800
"""2000-01-01 00:00 UTC in seconds since 1970: PostgreSQL's timestamps are microseconds since then."""

_ROW = np.dtype([("time_us", ">i8"), ("level", ">f8"), ("marks", "u1")])
"""``marks``: three bits each for ingest's quality and the one in force, and one for a cleaned level beside it."""
CLEANED = 64


@dataclass(frozen=True, slots=True, eq=False)
class FillSeries:
    """The fill levels of one container in the order of phenomenon time; arrays of equal length.

    ``times_s`` in seconds since 1970 UTC, ``levels`` as shares of the capacity, ``sensor_ids`` which sensor each came
    from, ``marks`` what ``quality``, ``judged`` and ``is_cleaned`` tell.
    """

    times_s: NDArray[np.float64]
    levels: NDArray[np.float64]
    sensor_ids: NDArray[np.int32]
    marks: NDArray[np.uint8]

    @property
    def quality(self) -> NDArray[np.uint8]:
        """The place of each quality in ``domain.observations.Quality`` as ingest found it (0: good)."""
        return np.bitwise_and(self.marks, np.uint8(7))

    @property
    def judged(self) -> NDArray[np.uint8]:
        """The same for the judgement in force."""
        return np.bitwise_and(np.right_shift(self.marks, np.uint8(3)), np.uint8(7))

    @property
    def is_cleaned(self) -> NDArray[np.bool_]:
        """Whether a cleaned level is stored beside each."""
        return self.marks >= CLEANED

    @property
    def good(self) -> NDArray[np.bool_]:
        """Whether the message of each said nothing against it."""
        return self.quality == 0


def fill_history(
    connection: Connection, *, municipality_id: int, since: datetime, part: tuple[int, int] = (0, 1)
) -> dict[int, FillSeries]:
    """The fill levels observed since a moment, by container id; containers without any are left out.

    Several sensors in one container form one series. Each datastream comes as one string of bytes that numpy reads as
    it is: no Python object is made for any of the observations, nor a message of the protocol (a binary COPY has one
    for each row, and took ten times as long).

    Parameters
    ----------
    part
        ``(k, n)``: only the containers whose id leaves k when divided by n, so that several can load at once.
    """
    codes = " ".join(f"WHEN '{quality.value}' THEN {code}" for code, quality in enumerate(Quality))
    query = """
        SELECT
            datastream.container_id, datastream.sensor_id,
            string_agg(
                timestamptz_send(observation.phenomenon_time) || float8send(observation.result)
                || CASE
                    WHEN observation.quality = 'good' AND received_quality IS NULL AND cleaned IS NULL
                    THEN '\\x00'::bytea
                    ELSE set_byte('\\x00', 0, CASE coalesce(received_quality, quality) {codes} END
                        + 8 * CASE quality {codes} END + CASE WHEN cleaned IS NULL THEN 0 ELSE 64 END)
                END, ''
            )
        FROM datastream JOIN observation ON observation.datastream_id = datastream.id
        WHERE datastream.municipality_id = %s AND datastream.observed_property = 'fill_level'
            AND datastream.container_id IS NOT NULL AND mod(datastream.container_id, %s) = %s
            AND observation.phenomenon_time >= %s
        GROUP BY datastream.id""".replace("{codes}", codes)
    rest, parts = part
    cursor = connection.execute(query.encode(), [municipality_id, parts, rest, since], binary=True)
    result = cursor.pgresult
    if result is None:
        raise AssertionError("a query always has a result")
    pieces: defaultdict[int, list[tuple[int, NDArray[Any]]]] = defaultdict(list)
    for row in range(result.ntuples):
        container_id, sensor_id, packed = (result.get_value(row, column) or b"" for column in range(3))
        pieces[int.from_bytes(container_id, "big")].append(
            (int.from_bytes(sensor_id, "big"), np.frombuffer(packed, dtype=_ROW))
        )
    return {container_id: _series(found) for container_id, found in pieces.items()}


def _series(pieces: list[tuple[int, NDArray[Any]]]) -> FillSeries:
    rows = pieces[0][1] if len(pieces) == 1 else np.concatenate([piece for _, piece in pieces])
    sensor_ids = np.repeat(
        np.array([sensor_id for sensor_id, _ in pieces], dtype=np.int32), [len(piece) for _, piece in pieces]
    )
    times_us = rows["time_us"].astype(np.int64)
    levels, marks = rows["level"].astype(np.float64), np.ascontiguousarray(rows["marks"])
    if len(times_us) > 1 and np.any(np.diff(times_us) < 0):
        order = np.argsort(times_us, kind="stable")
        times_us, levels, marks, sensor_ids = times_us[order], levels[order], marks[order], sensor_ids[order]
    return FillSeries(times_s=times_us / 1e6 + EPOCH_S, levels=levels, sensor_ids=sensor_ids, marks=marks)
