"""Taking numbers out of a payload, with a sentence where it ends too early."""

from __future__ import annotations

import struct

from domain.sensors import RejectionReason
from ingest.errors import Unreadable


def undecodable(detail: str) -> Unreadable:
    """The rejection of a payload that is none of its model's."""
    return Unreadable(RejectionReason.UNDECODABLE, detail)


def exactly(payload: bytes, length: int, model: str) -> None:
    """Refuse a payload that has not ``length`` bytes."""
    if len(payload) != length:
        raise undecodable(f"the {model} sends {length} bytes, this has {len(payload)}")


class Taker:
    """Walks through a payload from its first byte to its last; numbers are big-endian unless told otherwise."""

    def __init__(self, payload: bytes) -> None:
        self._payload = payload
        self.at = 0

    @property
    def left(self) -> int:
        """How many bytes have not been taken yet."""
        return len(self._payload) - self.at

    def raw(self, length: int) -> bytes:
        """The next ``length`` bytes."""
        if self.left < length:
            raise undecodable(f"byte {self.at}: {length} bytes are needed, but only {self.left} are left")
        self.at += length
        return self._payload[self.at - length : self.at]

    def unsigned(self, length: int) -> int:
        """A whole number from 0 on."""
        return int.from_bytes(self.raw(length), "big")

    def signed(self, length: int) -> int:
        """A whole number in two's complement."""
        return int.from_bytes(self.raw(length), "big", signed=True)

    def single(self) -> float:
        """A number of IEEE 754, four bytes; may be infinite or not a number."""
        return struct.unpack(">f", self.raw(4))[0]
