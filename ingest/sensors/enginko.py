"""enginko (mcf88) EGK-LW20W00: ``14``, a variant, and values that depend on it, numbers little-endian.

All variants: device's clock (4, not used: it is rarely set), analogue input (2), spare (2), distance (2, mm, above
60000 = error). Variants 1 and 3: filling level by the device's own settings (1, percent). From variant 1 on:
temperature (2, signed, 0.01 degrees). From variant 2 on: humidity (1, 0.5 percent) and pressure (3, 0.01 hPa). Last,
where the payload is long enough: battery (1, percent).

Example: ``14 01 3a52fc2c 1f0c 9600 9900 64 a209 64`` = 153 mm, 100 %, 24.66 degrees, battery 100 %.

Source: vector in akenza-io/device-type-library, types/enginko/EGK-LW20W00.
"""

from __future__ import annotations

from domain.observations import ObservedProperty
from domain.sensors import Reading
from ingest.sensors.profile import REPORTED_FILL_LEVEL
from ingest.sensors.take import Taker, undecodable

LEVEL_MESSAGE = 0x14
LARGEST_DISTANCE_MM = 60_000


def decode_level(f_port: int, payload: bytes) -> Reading:
    """Read a payload of the EGK-LW20W00. Raises :class:`Unreadable` (undecodable)."""
    take = Taker(payload)
    message, variant = take.unsigned(1), take.unsigned(1)
    if message != LEVEL_MESSAGE or variant > 3:
        raise undecodable(f"message {message:02x} variant {variant} is no measurement of a level")
    take.raw(8)
    values: dict[str, float] = {}
    distance = int.from_bytes(take.raw(2), "little")
    if distance <= LARGEST_DISTANCE_MM:
        values[ObservedProperty.DISTANCE] = distance / 1000
    if variant in (1, 3):
        values[REPORTED_FILL_LEVEL] = take.unsigned(1) / 100
    if variant >= 1:
        values[ObservedProperty.TEMPERATURE] = int.from_bytes(take.raw(2), "little", signed=True) / 100
    if variant >= 2:
        values["humidity"] = take.unsigned(1) / 200
        values["pressure"] = int.from_bytes(take.raw(3), "little") / 100
    if take.left:
        values[ObservedProperty.BATTERY_LEVEL] = take.unsigned(1) / 100
    return Reading(phenomenon_time=None, values=values)
