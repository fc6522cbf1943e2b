"""What is remembered of every message that arrived from a registered sensor: enough to tell whether one is missing."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from domain.sensors import Source

NO_FRAME_COUNT = -1
"""Stands for the frame counter of a message that has none."""


class Outcome(StrEnum):
    """What became of an uplink: all of it stored, a part, or nothing."""

    STORED = "stored"
    PARTLY = "partly"
    REJECTED = "rejected"


class ReceivedUplink(NamedTuple):
    """One message of a registered sensor, as the ledger keeps it; one is made for every message, so it is a tuple.

    Parameters
    ----------
    heard_at
        The time of its newest believable reading; where it tells none, when it was received first.
    message
        Tells it from another message of the same sensor and moment: the frame counter where there is one and
        the message tells its time, else a number made from its content, below 0.
    frame_count
        The frame counter, or ``NO_FRAME_COUNT``.
    span_s
        How many seconds its oldest reading lies before ``heard_at``.
    ahead_s
        How many seconds its latest reading lies after its receipt, where that is more than the allowed skew; else 0.
    stored
        How many observations it held, whether they were there already or not.
    rejected
        Whether anything of it was rejected.
    timed
        False where ``heard_at`` is the time of receipt. Not kept: a redelivery is told its first receipt by it.
    """

    sensor_id: int
    heard_at: datetime
    message: int
    received_at: datetime
    frame_count: int
    span_s: int
    ahead_s: int
    stored: int
    source: Source | None
    rejected: bool
    timed: bool = True


class LedgerEntry(NamedTuple):
    """A received uplink as it is read back; ``duplicates`` counts how often it came again."""

    heard_at: datetime
    received_at: datetime
    frame_count: int
    span_s: int
    ahead_s: int
    stored: int
    duplicates: int
    source: Source | None
    rejected: bool

    @property
    def outcome(self) -> Outcome:
        """What became of it."""
        if not self.stored:
            return Outcome.REJECTED
        return Outcome.PARTLY if self.rejected else Outcome.STORED
