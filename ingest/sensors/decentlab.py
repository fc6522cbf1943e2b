"""Decentlab DL-MBX (ultrasonic): version, device number, flags, then the groups that the flags name, big-endian.

=====  ===============================================================================
bytes  value
=====  ===============================================================================
1      protocol version, 2
2      device number
2      flags: bit 0 = distance group, bit 1 = battery group
4      distance, mm; number of valid samples
2      battery, mV
=====  ===============================================================================

Example: ``02 012f 0003 04d2 0001 0bb1`` = 1234 mm, 1 sample, 2.993 V.

Source: the data sheet's "payload" chapter; vectors in TheThingsNetwork/lorawan-devices, dl-mbx-codec.yaml.
"""

from __future__ import annotations

from domain.observations import ObservedProperty
from domain.sensors import Reading
from ingest.sensors.take import Taker, undecodable

PROTOCOL_VERSION = 2


def decode_dl_mbx(f_port: int, payload: bytes) -> Reading:
    """Read a payload of the DL-MBX. Raises :class:`Unreadable` (undecodable)."""
    take = Taker(payload)
    version = take.unsigned(1)
    if version != PROTOCOL_VERSION:
        raise undecodable(f"protocol version {version} is not {PROTOCOL_VERSION}")
    take.raw(2)
    flags = take.unsigned(2)
    values: dict[str, float] = {}
    if flags & 1:
        distance, samples = take.unsigned(2), take.unsigned(2)
        if samples:
            values[ObservedProperty.DISTANCE] = distance / 1000
    if flags & 2:
        values[ObservedProperty.BATTERY_VOLTAGE] = take.unsigned(2) / 1000
    return Reading(phenomenon_time=None, values=values)
