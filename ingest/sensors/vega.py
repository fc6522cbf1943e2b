"""VEGA VEGAPULS Air (radar): a packet identifier tells which fields follow, in this order, numbers big-endian.

State (1), distance (4, IEEE 754) and its unit (1: 45 = m), percent values (9: not used), battery (1, percent),
position (8: not used), detailed state (4: not used), temperature (2, signed, 0.1 degrees; 8000 = none) and its unit
(1), inclination (1, degrees). Example: ``08 3fa31f15 2d 24 0104 20 09`` = 1.274 m, battery 36 %, 26.0 degrees, tilt 9.

Source: vector in akenza-io/device-type-library, types/vegapulse/vegapulseAir. Packets 2 to 5 are of an older firmware.
"""

from __future__ import annotations

import math

from domain.observations import ObservedProperty
from domain.sensors import Reading
from ingest.sensors.take import Taker, undecodable

_METRES = {0x2D: 1.0, 0x31: 0.001, 0x30: 0.01, 0x2C: 0.3048, 0x2F: 0.0254}
"""Metres in a unit by its HART code: m, mm, cm, ft, in."""
_KELVIN_OFFSET = 273.15
_FAHRENHEIT, _KELVIN = 33, 35

_STATE = frozenset({10, 11, 14, 15, 19, 20, 21, 22})
_DISTANCE = frozenset({8, 9, 10, 11, 12, 13, 14, 15, 18, 19})
_PERCENT = frozenset({12, 13, 14, 15, 22})
_POSITION = frozenset({9, 11, 13, 15, 21})
_DETAILED = frozenset({10, 11, 14, 15, 20})
_TEMPERATURE = frozenset({8, 9, 10, 11, 12, 13, 14, 15, 18, 20})
_OLD = {2: 0, 3: 8, 4: 4, 5: 12}
"""Bytes between temperature and inclination in the packets of older firmware."""


def decode_vegapuls(f_port: int, payload: bytes) -> Reading:
    """Read a payload of the VEGAPULS Air series. Raises :class:`Unreadable` (undecodable)."""
    take = Taker(payload)
    packet = take.unsigned(1)
    values: dict[str, float] = {}
    if packet in _OLD:
        take.raw(1)
        _distance(take, values)
        values[ObservedProperty.BATTERY_LEVEL] = take.unsigned(1) / 100
        values[ObservedProperty.TEMPERATURE] = take.signed(2) / 10
        take.raw(_OLD[packet])
        values[ObservedProperty.TILT] = float(take.unsigned(1))
        return Reading(phenomenon_time=None, values=values)
    take.raw(1 if packet in _STATE else 0)
    if packet in _DISTANCE:
        _distance(take, values)
    take.raw(9 if packet in _PERCENT else 0)
    if packet in _DISTANCE:
        values[ObservedProperty.BATTERY_LEVEL] = take.unsigned(1) / 100
    take.raw((8 if packet in _POSITION else 0) + (4 if packet in _DETAILED else 0))
    if packet in _TEMPERATURE:
        _temperature(take, values)
    if packet in _DISTANCE:
        values[ObservedProperty.TILT] = float(take.unsigned(1))
    return Reading(phenomenon_time=None, values=values)


def _distance(take: Taker, values: dict[str, float]) -> None:
    distance, unit = take.single(), take.unsigned(1)
    if unit not in _METRES:
        raise undecodable(f"byte {take.at - 1}: {unit} is no unit of length that is known")
    if math.isfinite(distance):
        values[ObservedProperty.DISTANCE] = distance * _METRES[unit]


def _temperature(take: Taker, values: dict[str, float]) -> None:
    temperature, unit = take.signed(2), take.unsigned(1)
    if temperature == -0x8000:
        return
    degrees = temperature / 10
    if unit == _FAHRENHEIT:
        degrees = (degrees - 32) / 1.8
    elif unit == _KELVIN:
        degrees -= _KELVIN_OFFSET
    values[ObservedProperty.TEMPERATURE] = degrees
