"""Dragino's ultrasonic sensors, on LoRaWAN port 2, numbers big-endian.

LDDS45, LDDS75 and the DDS..-LB series send eight bytes:

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

The LDDS04 has four probes and sends eleven bytes or ten: battery as above, four distances in mm (0 = no probe there),
flags. The distance is the lower median of its probes, which are stored too, as ``distance1`` to ``distance4``.

Source: Dragino, user manuals, "Uplink payload"; vectors in TheThingsNetwork/lorawan-devices and akenza's library.
"""

from __future__ import annotations

import statistics
import struct

from domain.observations import ObservedProperty
from domain.sensors import Reading
from ingest.sensors.take import undecodable

MEASUREMENT_PORT = 2
_LAYOUT = struct.Struct(">HHBhB")
_FOUR = struct.Struct(">HHHHH")


def decode_distance(f_port: int, payload: bytes) -> Reading:
    """Read a payload of a sensor with one probe. Raises :class:`Unreadable` (undecodable)."""
    _check_port(f_port)
    if len(payload) != _LAYOUT.size:
        raise undecodable(f"it sends {_LAYOUT.size} bytes, this has {len(payload)}")
    battery, distance, _interrupt, temperature, sensor_found = _LAYOUT.unpack(payload)
    values: dict[str, float] = {ObservedProperty.BATTERY_VOLTAGE: (battery & 0x3FFF) / 1000}
    if sensor_found and distance:
        values[ObservedProperty.DISTANCE] = distance / 1000
    if temperature:
        values[ObservedProperty.TEMPERATURE] = temperature / 10
    return Reading(phenomenon_time=None, values=values)


def decode_four_probes(f_port: int, payload: bytes) -> Reading:
    """Read a payload of the LDDS04. Raises :class:`Unreadable` (undecodable)."""
    _check_port(f_port)
    if len(payload) not in (_FOUR.size, _FOUR.size + 1):
        raise undecodable(f"it sends {_FOUR.size} or {_FOUR.size + 1} bytes, this has {len(payload)}")
    battery, *distances = _FOUR.unpack_from(payload)
    values: dict[str, float] = {ObservedProperty.BATTERY_VOLTAGE: (battery & 0x3FFF) / 1000}
    heard = [distance / 1000 for distance in distances if distance]
    if heard:
        values[ObservedProperty.DISTANCE] = statistics.median_low(heard)
    values.update({f"distance{number}": each / 1000 for number, each in enumerate(distances, 1) if each})
    return Reading(phenomenon_time=None, values=values)


def _check_port(f_port: int) -> None:
    if f_port != MEASUREMENT_PORT:
        raise undecodable(f"it measures on LoRaWAN port {MEASUREMENT_PORT}, this came on port {f_port}")
