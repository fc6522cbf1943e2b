"""What the sensors of a torture run send: numbered messages that can be made again when the books are checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

BEGIN = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(days=300)
"""Phenomenon time of each sensor's first message; each further one lies a second later."""

SECOND = timedelta(seconds=1)


class Kind(StrEnum):
    """What a message must become."""

    READING = "reading"
    """Observations."""
    RUBBISH = "rubbish"
    """A rejection."""
    STRANGER = "stranger"
    """A kept message of a device that nobody registered."""


@dataclass(frozen=True, slots=True)
class ChaosSensor:
    """A registered sensor in a container of its own, and its unregistered neighbour."""

    municipality_code: str
    device_id: str
    container_id: int
    municipality_id: int

    @property
    def stranger_id(self) -> str:
        """The device id of the neighbour."""
        return f"{self.device_id}-stranger"

    @property
    def rubbish_topic(self) -> str:
        """Where its unreadable messages come from: the same topic as its readings."""
        return self.topic(0)

    def topic(self, number: int) -> str:
        """Where message ``number`` is published."""
        device_id = self.stranger_id if kind_of(number) is Kind.STRANGER else self.device_id
        return f"halfvol/v1/{self.municipality_code}/devices/{device_id}/up"

    def payload(self, number: int) -> bytes:
        """The bytes of message ``number``, which no other message of this sensor has."""
        if kind_of(number) is Kind.RUBBISH:
            return b'{"phenomenonTime":"never","fCnt":%d' % number
        when = (BEGIN + number * SECOND).isoformat().replace("+00:00", "Z")
        return b'{"phenomenonTime":"%b","distance":1.25,"temperature":7.5,"fCnt":%d}' % (when.encode(), number)


def kind_of(number: int) -> Kind:
    """Two of a hundred messages cannot be read, and two are of strangers."""
    match number % 50:
        case 17:
            return Kind.RUBBISH
        case 31:
            return Kind.STRANGER
        case _:
            return Kind.READING


def number_in(payload: bytes) -> int:
    """The number of the message that these bytes are."""
    return int(payload.rpartition(b":")[2].rstrip(b"}"))
