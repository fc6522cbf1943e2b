"""The fill levels of all containers of a municipality as arrays: what forecasts are made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from storage.database import Connection

EPOCH_S = 946_684_800
"""2000-01-01 00:00 UTC in seconds since 1970: PostgreSQL's timestamps are microseconds since then."""

ARRAY_HEADER_BYTES = 20
"""A one-dimensional array in binary form begins with five integers of 4 bytes: number of dimensions, whether it holds
nulls, type, length, lower bound (PostgreSQL's ``array_send``). Then each element has its length before it."""


@dataclass(frozen=True, slots=True, eq=False)
class FillSeries:
    """The fill levels of one container in the order of phenomenon time; three arrays of equal length.

    ``times_s`` in seconds since 1970 UTC, ``levels`` as shares of the capacity, ``good`` whether each may be trusted.
    """

    times_s: NDArray[np.float64]
    levels: NDArray[np.float64]
    good: NDArray[np.bool_]


def fill_history(connection: Connection, *, municipality_id: int, since: datetime) -> dict[int, FillSeries]:
    """The fill levels observed since a moment, by container id; containers without any are left out.

    Several sensors in one container form one series. The arrays come in PostgreSQL's binary form, which numpy reads
    as it is: no Python object is made for any of the observations.
    """
    query = """
        SELECT
            datastream.container_id, array_agg(observation.phenomenon_time), array_agg(observation.result),
            array_agg(observation.quality = 'good')
        FROM datastream JOIN observation ON observation.datastream_id = datastream.id
        WHERE datastream.municipality_id = %s AND datastream.observed_property = 'fill_level'
            AND datastream.container_id IS NOT NULL AND observation.phenomenon_time >= %s
        GROUP BY datastream.container_id"""
    cursor = connection.execute(query, [municipality_id, since], binary=True)
    result = cursor.pgresult
    if result is None:
        raise AssertionError("a query always has a result")
    history: dict[int, FillSeries] = {}
    for row in range(result.ntuples):
        container_id, times_us, levels, good = (result.get_value(row, column) or b"" for column in range(4))
        times_s = _elements(times_us, ">i8") / 1e6 + EPOCH_S
        order = np.argsort(times_s, kind="stable")
        history[int.from_bytes(container_id, "big")] = FillSeries(
            times_s=times_s[order],
            levels=_elements(levels, ">f8")[order].astype(np.float64),
            good=_elements(good, "?")[order],
        )
    return history


def _elements(array: bytes, kind: str) -> NDArray[Any]:
    element = np.dtype([("length", ">i4"), ("value", kind)])
    return np.frombuffer(array, dtype=element, offset=ARRAY_HEADER_BYTES)["value"]
