"""AIUT ALEVEL V2 (reads the dial of a tank): six bytes.

Header (1), sequence number (1), temperature (1, signed, degrees Celsius), state (1: battery, button, radio profile),
then 16 bits: level (10 bits, 0.1 percent), removed from the dial, refilling, high, low, out of range, not valid.
Example: ``81 af fb d1 e158`` = -5 degrees, 90.1 %, refilling. The level is left out where a flag denies it.

Source: vector in akenza-io/device-type-library, types/aiut/alevelV2.
"""

from __future__ import annotations

import struct

from domain.observations import ObservedProperty
from domain.sensors import Reading
from ingest.sensors.take import exactly

_LAYOUT = struct.Struct(">BBbBH")
_REMOVED, _OUT_OF_RANGE, _NOT_VALID = 1 << 5, 1 << 1, 1


def decode_alevel(f_port: int, payload: bytes) -> Reading:
    """Read a payload of the ALEVEL V2. Raises :class:`Unreadable` (undecodable)."""
    exactly(payload, _LAYOUT.size, "ALEVEL V2")
    _header, _sequence, temperature, _state, level = _LAYOUT.unpack(payload)
    values: dict[str, float] = {ObservedProperty.TEMPERATURE: float(temperature)}
    if not level & (_REMOVED | _OUT_OF_RANGE | _NOT_VALID):
        values[ObservedProperty.FILL_LEVEL] = (level >> 6) / 1000
    return Reading(phenomenon_time=None, values=values)
