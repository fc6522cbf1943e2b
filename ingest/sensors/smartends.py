"""SmartEnds BrighterBins: fields of single bits; the last two bits tell the kind of message.

Kind 0, fill level: reset reason (2 bits), battery (6, 2 percent; 63 = unknown), temperature (7, minus 40 degrees),
fill level (7, percent; 127 = unknown). Kind 1, distance: battery (6), temperature (7), distance (9, cm; 510, 511 =
error). Both have three bytes. The other kinds (system, events, depth maps) hold none of these measurements.

Example: ``308e30`` = battery 96 %, 31 degrees, 12 %.

Source: vector in akenza-io/device-type-library, types/smartEnds/brighterBins.
"""

from __future__ import annotations

from domain.observations import ObservedProperty
from domain.sensors import Reading
from ingest.sensors.take import exactly, undecodable

FILL_LEVEL, DISTANCE = 0, 1


def decode_brighter_bins(f_port: int, payload: bytes) -> Reading:
    """Read a payload of the BrighterBins. Raises :class:`Unreadable` (undecodable)."""
    if not payload:
        raise undecodable("the payload is empty")
    kind = payload[-1] & 0x3
    values: dict[str, float] = {}
    if kind not in (FILL_LEVEL, DISTANCE):
        return Reading(phenomenon_time=None, values=values)
    exactly(payload, 3, "BrighterBins")
    bits = int.from_bytes(payload, "big")
    if kind == FILL_LEVEL:
        battery, temperature, level = bits >> 16 & 0x3F, bits >> 9 & 0x7F, bits >> 2 & 0x7F
        if level != 127:
            values[ObservedProperty.FILL_LEVEL] = level / 100
    else:
        battery, temperature, distance = bits >> 18, bits >> 11 & 0x7F, bits >> 2 & 0x1FF
        if distance < 510:
            values[ObservedProperty.DISTANCE] = distance / 100
    values[ObservedProperty.TEMPERATURE] = float(temperature - 40)
    if battery != 63:
        values[ObservedProperty.BATTERY_LEVEL] = battery / 50
    return Reading(phenomenon_time=None, values=values)
