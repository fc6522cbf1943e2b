"""What the ledger of uplinks keeps of one message: pure, and quick, since one is made for every message."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from domain.sensors import Reading, Source, Uplink
from domain.uplinks import NO_FRAME_COUNT, ReceivedUplink

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""A clock that tells an earlier time was never set."""


def entry(
    uplink: Uplink,
    readings: Sequence[Reading],
    *,
    sensor_id: int,
    payload: bytes,
    stored: int,
    rejected: bool,
    future_skew: timedelta,
) -> ReceivedUplink:
    """The ledger's entry of an uplink.

    Parameters
    ----------
    readings
        What was read of it; none where it could not be decoded.
    payload
        The message as it came.
    stored
        How many observations came of it.
    rejected
        Whether anything of it was rejected.
    """
    received_at = uplink.received_at
    latest_believed = received_at + future_skew
    frame_count = NO_FRAME_COUNT if uplink.f_cnt is None else uplink.f_cnt
    if len(readings) == 1 and frame_count >= 0:
        # As nearly all are; the rest of this function comes to the same.
        time = readings[0].phenomenon_time
        if time is not None and EARLIEST <= time <= latest_believed:
            return ReceivedUplink(
                sensor_id, time, frame_count, received_at, frame_count, 0, 0, stored, uplink.source, rejected
            )
    newest = oldest = farthest = None
    for reading in readings:
        time = reading.phenomenon_time
        if time is None or time < EARLIEST:
            continue
        if time > latest_believed:
            if farthest is None or time > farthest:
                farthest = time
            continue
        if newest is None or time > newest:
            newest = time
        if oldest is None or time < oldest:
            oldest = time
    if newest is None and farthest is None and not readings:
        # What the network heard but nobody could decode.
        newest = uplink.phenomenon_time
        if newest is not None and not EARLIEST <= newest <= latest_believed:
            newest = None
    by_frame = newest is not None and frame_count >= 0
    return ReceivedUplink(
        sensor_id,
        received_at if newest is None else newest,
        # The same frame may come again in other words: from a network server's archive, for example. One that tells no
        # time is known by its content as well: a counter alone may have begun anew within days.
        frame_count if by_frame else content_number(payload),
        received_at,
        frame_count,
        0 if newest is None or oldest is None else int((newest - oldest).total_seconds()),
        0 if farthest is None else int((farthest - received_at).total_seconds()),
        stored,
        uplink.source,
        rejected,
        newest is not None,
    )


def unreadable(*, sensor_id: int, payload: bytes, received_at: datetime, source: Source | None) -> ReceivedUplink:
    """The entry of a message that came on a sensor's topic and could not be read at all."""
    return ReceivedUplink(
        sensor_id, received_at, content_number(payload), received_at, NO_FRAME_COUNT, 0, 0, 0, source, True, False
    )


def content_number(payload: bytes) -> int:
    """A number below 0 that tells one content from another: 63 bits of its SHA-256."""
    return -1 - (int.from_bytes(hashlib.sha256(payload).digest()[:8]) >> 1)
