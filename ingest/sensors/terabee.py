"""Terabee LoRa Level Monitoring XL (time of flight): six bytes, numbers big-endian.

Distance (2, mm), filling level by the device's own settings (1, percent), battery (2, mV), flags (1).
Example: ``05dc 00 0e10 00`` = 1500 mm, 0 %, 3.6 V.

Source: vector in TheThingsNetwork/lorawan-devices, lora-lm-xl-codec.yaml.
"""

from __future__ import annotations

import struct

from domain.observations import ObservedProperty
from domain.sensors import Reading
from ingest.sensors.profile import REPORTED_FILL_LEVEL
from ingest.sensors.take import exactly

_LAYOUT = struct.Struct(">HBHB")


def decode_level_monitoring(f_port: int, payload: bytes) -> Reading:
    """Read a payload of the Level Monitoring XL. Raises :class:`Unreadable` (undecodable)."""
    exactly(payload, _LAYOUT.size, "Level Monitoring XL")
    distance, level, battery, _flags = _LAYOUT.unpack(payload)
    values: dict[str, float] = {
        ObservedProperty.DISTANCE: distance / 1000,
        REPORTED_FILL_LEVEL: level / 100,
        ObservedProperty.BATTERY_VOLTAGE: battery / 1000,
    }
    return Reading(phenomenon_time=None, values=values)
