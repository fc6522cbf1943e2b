"""Dragino LDDS45 (ultrasonic): eight bytes on LoRaWAN port 2, numbers big-endian.

=====  =====  ===============================================================================
byte   bytes  value
=====  =====  ===============================================================================
0      2      battery, mV in the lower 14 bits; bit 15 set when the interrupt pin sent it
2      2      distance, mm; 0 = no sensor answers, below 20 = not a valid reading
4      1      1 when the interrupt pin sent it
5      2      temperature of an optional DS18B20 probe, signed, 0.1 degrees Celsius; 0 without one
7      1      1 when the ultrasonic sensor was found, else 0
=====  =====  ===============================================================================

Example: ``0d3b 0aef 00 0000 01`` = 3.387 V, 2799 mm, no probe, sensor found.

A temperature of exactly 0 cannot be told from a missing probe and is left out. A distance without a sensor is left
out too; one below 20 mm is handed on, and the profile calls it *no echo*.

Source: Dragino, LDDS45 user manual, "Uplink payload"; vector in TheThingsNetwork/lorawan-devices, ldds45-codec.yaml.
"""

from __future__ import annotations

import struct

from domain.observations import ObservedProperty
from domain.sensors import Reading, RejectionReason
from ingest.errors import Unreadable

MEASUREMENT_PORT = 2
_LAYOUT = struct.Struct(">HHBhB")


def decode_ldds45(f_port: int, payload: bytes) -> Reading:
    """Read a payload of the LDDS45. Raises :class:`Unreadable` (undecodable)."""
    if f_port != MEASUREMENT_PORT:
        detail = f"the LDDS45 measures on LoRaWAN port {MEASUREMENT_PORT}, this came on port {f_port}"
        raise Unreadable(RejectionReason.UNDECODABLE, detail)
    if len(payload) != _LAYOUT.size:
        detail = f"the LDDS45 sends {_LAYOUT.size} bytes, this has {len(payload)}"
        raise Unreadable(RejectionReason.UNDECODABLE, detail)
    battery, distance, _interrupt, temperature, sensor_found = _LAYOUT.unpack(payload)
    values: dict[str, float] = {ObservedProperty.BATTERY_VOLTAGE: (battery & 0x3FFF) / 1000}
    if sensor_found and distance:
        values[ObservedProperty.DISTANCE] = distance / 1000
    if temperature:
        values[ObservedProperty.TEMPERATURE] = temperature / 10
    return Reading(phenomenon_time=None, values=values)
