"""Pepperl+Fuchs WILSEN.sonic.level (ultrasonic): records of length, type (2 bytes) and value, numbers big-endian.

======  ======================================================
type    value
======  ======================================================
0b 01   distance, cm
0b 02   distance, mm
0b 06   filling level by the device's own settings, percent
02 01   temperature, IEEE 754 single, degrees Celsius
51 01   battery, 0.1 V
50 01   latitude, micro-degrees: not used
50 02   longitude, micro-degrees: not used
======  ======================================================

The length counts type and value. Example: ``04 0b02 06b6 | 03 0b06 3c | 06 0201 41b5999a | 03 5101 24``
= 1718 mm, 60 %, 22.7 degrees, 3.6 V.

Source: vectors in TheThingsNetwork/lorawan-devices, wilsen-sonic-level-codec.yaml.
"""

from __future__ import annotations

import math
import struct

from domain.observations import ObservedProperty
from domain.sensors import Reading
from ingest.sensors.profile import REPORTED_FILL_LEVEL
from ingest.sensors.take import Taker, undecodable

_KNOWN = {0x0B01: 2, 0x0B02: 2, 0x0B06: 1, 0x0201: 4, 0x5101: 1}


def decode_sonic_level(f_port: int, payload: bytes) -> Reading:
    """Read a payload of the WILSEN.sonic.level. Raises :class:`Unreadable` (undecodable)."""
    take = Taker(payload)
    values: dict[str, float] = {}
    while take.left:
        start, length = take.at, take.unsigned(1)
        if length < 2:
            raise undecodable(f"byte {start}: a record cannot be {length} bytes long")
        kind, value = take.unsigned(2), take.raw(length - 2)
        if len(value) != _KNOWN.get(kind, len(value)):
            raise undecodable(f"byte {start}: type {kind:04x} has {_KNOWN[kind]} bytes, not {len(value)}")
        number = int.from_bytes(value, "big")
        match kind:
            case 0x0B01:
                values[ObservedProperty.DISTANCE] = number / 100
            case 0x0B02:
                values[ObservedProperty.DISTANCE] = number / 1000
            case 0x0B06:
                values[REPORTED_FILL_LEVEL] = number / 100
            case 0x0201:
                temperature = struct.unpack(">f", value)[0]
                if math.isfinite(temperature):
                    values[ObservedProperty.TEMPERATURE] = round(temperature, 3)
            case 0x5101:
                values[ObservedProperty.BATTERY_VOLTAGE] = number / 10
            case _:
                pass
    return Reading(phenomenon_time=None, values=values)
