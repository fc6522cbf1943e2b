"""Milesight EM310-UDL (ultrasonic) and EM400-TLD (laser): payloads of channels, each with its type and value.

A payload is a sequence of ``channel (1 byte), type (1 byte), value``, numbers little-endian:

=======  ====  =====  =============================================================
channel  type  bytes  value
=======  ====  =====  =============================================================
01       75    1      battery level, percent
03       67    2      temperature, signed, 0.1 degrees Celsius (EM400)
03       82    2      distance, mm (EM310)
04       82    2      distance, mm (EM400)
04       00    1      position: 0 upright, 1 tilted (EM310)
05       00    1      position: 0 upright, 1 tilted (EM400)
83       67    3      temperature as above, then 1 = beyond its threshold, 0 = back (EM400)
84       82    3      distance as above, then 1 = beyond its threshold, 0 = back (EM400)
06       88    9      latitude, longitude, motion (NB-IoT version): not used
ff       any   1..8   device information, sent after joining: not used
=======  ====  =====  =============================================================

Example: ``01 75 5c | 03 67 01 01 | 04 82 44 08 | 05 00 01`` = battery 92 %, 25.7 degrees, 2116 mm, tilted.
Measurements come on LoRaWAN port 85 unless the device is set up otherwise; any port above 0 is read.

Source: the tables of channels in Milesight-IoT/SensorDecoders, em-series/em310-udl and em-series/em400-tld.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from domain.observations import ObservedProperty
from domain.sensors import Reading, RejectionReason
from ingest.errors import Unreadable

TILTED = "tilted"
"""1 when the device lies beyond the angle it was set up with, else 0. The EM series tells no angle."""

TEMPERATURE_ALARM = "temperature_alarm"
"""1 when the temperature passed the threshold set up in the device (fire), 0 when it came back."""

DISTANCE_ALARM = "distance_alarm"
"""1 when the distance passed the threshold set up in the device, 0 when it came back."""


@dataclass(frozen=True, slots=True)
class Channel:
    """How many bytes a channel's value has, and which values they are."""

    length: int
    read: Callable[[bytes], dict[str, float]]


def _battery(value: bytes) -> dict[str, float]:
    return {ObservedProperty.BATTERY_LEVEL: value[0] / 100}


def _temperature(value: bytes) -> dict[str, float]:
    return {ObservedProperty.TEMPERATURE: int.from_bytes(value[:2], "little", signed=True) / 10}


def _distance(value: bytes) -> dict[str, float]:
    return {ObservedProperty.DISTANCE: int.from_bytes(value[:2], "little") / 1000}


def _position(value: bytes) -> dict[str, float]:
    return {TILTED: float(value[0] != 0)}


def _temperature_alarm(value: bytes) -> dict[str, float]:
    return {**_temperature(value), TEMPERATURE_ALARM: float(value[2] != 0)}


def _distance_alarm(value: bytes) -> dict[str, float]:
    return {**_distance(value), DISTANCE_ALARM: float(value[2] != 0)}


def _unused(_value: bytes) -> dict[str, float]:
    return {}


_INFORMATION = {
    b"\xff\x01": Channel(1, _unused),  # protocol version
    b"\xff\x09": Channel(2, _unused),  # hardware version
    b"\xff\x0a": Channel(2, _unused),  # firmware version
    b"\xff\x0b": Channel(1, _unused),  # switched on
    b"\xff\x0f": Channel(1, _unused),  # LoRaWAN class
    b"\xff\x16": Channel(8, _unused),  # serial number
    b"\xff\xfe": Channel(1, _unused),  # reset
    b"\xff\xff": Channel(2, _unused),  # version of the payload's description
}
_EM310 = _INFORMATION | {
    b"\x01\x75": Channel(1, _battery),
    b"\x03\x82": Channel(2, _distance),
    b"\x04\x00": Channel(1, _position),
}
_EM400 = _INFORMATION | {
    b"\x01\x75": Channel(1, _battery),
    b"\x03\x67": Channel(2, _temperature),
    b"\x04\x82": Channel(2, _distance),
    b"\x05\x00": Channel(1, _position),
    b"\x06\x88": Channel(9, _unused),
    b"\x83\x67": Channel(3, _temperature_alarm),
    b"\x84\x82": Channel(3, _distance_alarm),
}


def decode_em310(f_port: int, payload: bytes) -> Reading:
    """Read a payload of the EM310 series. Raises :class:`Unreadable` (undecodable)."""
    return _decode(_EM310, f_port, payload)


def decode_em400(f_port: int, payload: bytes) -> Reading:
    """Read a payload of the EM400 series. Raises :class:`Unreadable` (undecodable)."""
    return _decode(_EM400, f_port, payload)


def _decode(channels: Mapping[bytes, Channel], f_port: int, payload: bytes) -> Reading:
    if f_port == 0:
        raise Unreadable(RejectionReason.UNDECODABLE, "LoRaWAN port 0 carries network commands, not measurements")
    values: dict[str, float] = {}
    at = 0
    while at < len(payload):
        name = payload[at : at + 2]
        channel = channels.get(name)
        if channel is None:
            raise Unreadable(RejectionReason.UNDECODABLE, f"byte {at}: channel and type {name.hex()} are not known")
        value = payload[at + 2 : at + 2 + channel.length]
        if len(value) < channel.length:
            detail = f"byte {at}: channel {name.hex()} needs {channel.length} bytes, but only {len(value)} are left"
            raise Unreadable(RejectionReason.UNDECODABLE, detail)
        values.update(channel.read(value))
        at += 2 + channel.length
    return Reading(phenomenon_time=None, values=values)
