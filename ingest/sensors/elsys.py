"""Elsys' payloads (ELT-2 and others): a sequence of ``type (1 byte), value``, numbers big-endian.

What other types carry than those with a name below is skipped. Example: ``01 00dd | 02 2b | 07 0e2e | 0e 012c |
14 000eb751`` = 22.1 degrees, 43 %, 3.63 V, 300 mm, 964.433 hPa. LoRaWAN port 5; any is read.

Source: "Elsys LoRa payload"; vectors in akenza-io/device-type-library, types/elsys.
"""

from __future__ import annotations

from collections.abc import Mapping

from domain.observations import ObservedProperty
from domain.sensors import Reading
from ingest.sensors.take import Taker, undecodable

_NAMED: Mapping[int, tuple[str, int, bool, float]] = {
    0x01: (ObservedProperty.TEMPERATURE, 2, True, 10),
    0x02: ("humidity", 1, False, 100),
    0x04: ("illuminance", 2, False, 1),
    0x06: ("co2", 2, False, 1),
    0x07: (ObservedProperty.BATTERY_VOLTAGE, 2, False, 1000),
    0x0E: (ObservedProperty.DISTANCE, 2, False, 1000),
    0x14: ("pressure", 4, True, 1000),
}
"""Type: observed property, bytes, signed, divisor."""

_SKIPPED: Mapping[int, int] = {
    0x03: 3, 0x05: 1, 0x08: 2, 0x09: 6, 0x0A: 2, 0x0B: 4, 0x0C: 2, 0x0D: 1, 0x0F: 1, 0x10: 4, 0x11: 1, 0x12: 1,
    0x13: 65, 0x15: 2, 0x16: 2, 0x17: 4, 0x18: 2, 0x19: 2, 0x1A: 1, 0x1B: 4, 0x1C: 2, 0x3D: 4,
}  # fmt: skip
"""Bytes of the types that are not used."""


def decode_records(f_port: int, payload: bytes) -> Reading:
    """Read a payload of Elsys. Raises :class:`Unreadable` (undecodable)."""
    take = Taker(payload)
    values: dict[str, float] = {}
    while take.left:
        start, kind = take.at, take.unsigned(1)
        named = _NAMED.get(kind)
        if named is not None:
            name, length, signed, divisor = named
            values[name] = (take.signed(length) if signed else take.unsigned(length)) / divisor
        elif kind in _SKIPPED:
            take.raw(_SKIPPED[kind])
        else:
            raise undecodable(f"byte {start}: type {kind:02x} is not known")
    return Reading(phenomenon_time=None, values=values)
