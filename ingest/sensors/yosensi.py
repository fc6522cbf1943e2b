"""Yosensi's payloads, version 2: a header of four bytes, then measurements, numbers big-endian.

Header: version (1, 2), counter (1), seconds since it was measured (2, not used). A measurement: type (6 bits) and
number of decimals (2 bits), seconds (1, not used), length of the address (4 bits) and of the value less one (4 bits),
address, value (signed). Of each type the first measurement counts.

Example: ``02 00 0000 | 08 00 01 1288 | 28 00 01 012e`` = 4.744 V, 302 mm.

Source: vector in akenza-io/device-type-library, types/yosensi/YO-Distance.
"""

from __future__ import annotations

from collections.abc import Mapping

from domain.observations import ObservedProperty
from domain.sensors import Reading
from ingest.sensors.take import Taker, undecodable

VERSION = 2
_NAMED: Mapping[int, tuple[str, float]] = {
    2: (ObservedProperty.BATTERY_VOLTAGE, 1000),
    3: (ObservedProperty.TEMPERATURE, 1),
    4: ("humidity", 100),
    5: ("pressure", 1),
    10: (ObservedProperty.DISTANCE, 1000),
    27: ("co2", 1),
    28: ("sound_level", 1),
    33: ("pm25", 1),
    35: ("pm10", 1),
}
"""Type: observed property, and what its number is divided by to be in Halfvol's unit."""


def decode_measurements(f_port: int, payload: bytes) -> Reading:
    """Read a payload of Yosensi. Raises :class:`Unreadable` (undecodable)."""
    take = Taker(payload)
    version = take.unsigned(1)
    if version != VERSION:
        raise undecodable(f"payload version {version} is not {VERSION}")
    take.raw(3)
    values: dict[str, float] = {}
    while take.left:
        head, _seconds, lengths = take.unsigned(1), take.unsigned(1), take.unsigned(1)
        take.raw(lengths >> 4)
        number = take.signed((lengths & 0xF) + 1) / 10 ** (head & 0x3)
        named = _NAMED.get(head >> 2)
        if named is not None:
            values.setdefault(named[0], number / named[1])
    return Reading(phenomenon_time=None, values=values)
