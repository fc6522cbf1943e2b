"""Pipiot LevelSense (ultrasonic and laser): the second to fourth bit of the first byte tell the kind of message.

Kind 0, standard: flags (1), ultrasonic distance (1, cm), laser distance (1, cm; above 200 = error). Kind 3, extended:
flags (1), spare (1), ultrasonic distance (2, 2 mm), laser distance (1, 2 mm). Both go on with reflectance (2),
temperature (1, signed), tilt (1, degrees, from 180 on = error), battery (1: 3 V + 25 mV x value; 0 or above 200 =
error). Other kinds (position, radio test) hold no measurement. A distance of 0 is an error.

Example: ``30 00 00 1060 d7 01d2 19 04 9d 02`` = 8.384 m, laser 0.43 m, 25 degrees, tilt 4 degrees.

Source: vector in akenza-io/device-type-library, types/pipiot/levelSense.
"""

from __future__ import annotations

from domain.observations import ObservedProperty
from domain.sensors import Reading
from ingest.sensors.take import Taker

STANDARD, EXTENDED = 0, 3
_ULTRASOUND_FAILS, _LASER_FAILS, _ACCELEROMETER_FAILS = 1 << 2, 1 << 1, 1


def decode_level_sense(f_port: int, payload: bytes) -> Reading:
    """Read a payload of the LevelSense. Raises :class:`Unreadable` (undecodable)."""
    take = Taker(payload)
    kind = take.unsigned(1) >> 4 & 0x7
    values: dict[str, float] = {}
    if kind not in (STANDARD, EXTENDED):
        return Reading(phenomenon_time=None, values=values)
    flags = take.unsigned(1)
    if kind == STANDARD:
        ultrasonic_m, laser = take.unsigned(1) / 100, take.unsigned(1)
        laser_m = 0.0 if laser > 200 else laser / 100
    else:
        take.raw(1)
        ultrasonic_m, laser_m = take.unsigned(2) / 500, take.unsigned(1) / 500
    take.raw(2)
    temperature, tilt, battery = take.signed(1), take.unsigned(1), take.unsigned(1)
    if ultrasonic_m and not flags & _ULTRASOUND_FAILS:
        values[ObservedProperty.DISTANCE] = ultrasonic_m
    if laser_m and not flags & _LASER_FAILS:
        values["laser_distance"] = laser_m
    values[ObservedProperty.TEMPERATURE] = float(temperature)
    if tilt < 180 and not flags & _ACCELEROMETER_FAILS:
        values[ObservedProperty.TILT] = float(tilt)
    if 0 < battery <= 200:
        values[ObservedProperty.BATTERY_VOLTAGE] = (3000 + 25 * battery) / 1000
    return Reading(phenomenon_time=None, values=values)
