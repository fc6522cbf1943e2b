"""Milesight's payloads: a sequence of ``channel (1 byte), type (1 byte), value``, numbers little-endian.

Which channels a model has is data of its profile: ``channels`` there gives each channel and type, in hex digits, the
name of one of the ``VALUES`` below. Channel ``ff`` is device information, sent after joining, on every model.

Example, EM400: ``01 75 5c | 03 67 01 01 | 04 82 44 08 | 05 00 01`` = battery 92 %, 25.7 degrees, 2116 mm, tilted.
Measurements come on LoRaWAN port 85 unless the device is set up otherwise; any port above 0 is read.

Source: the tables of channels in Milesight-IoT/SensorDecoders, README of each model.
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


def _humidity(value: bytes) -> dict[str, float]:
    return {"humidity": value[0] / 200}


def _distance(value: bytes) -> dict[str, float]:
    return {ObservedProperty.DISTANCE: int.from_bytes(value[:2], "little") / 1000}


def _position(value: bytes) -> dict[str, float]:
    return {TILTED: float(value[0] != 0)}


def _remaining(value: bytes) -> dict[str, float]:
    return {"remaining": value[0] / 100}


def _temperature_alarm(value: bytes) -> dict[str, float]:
    return {**_temperature(value), TEMPERATURE_ALARM: float(value[2] != 0)}


def _distance_alarm(value: bytes) -> dict[str, float]:
    return {**_distance(value), DISTANCE_ALARM: float(value[2] != 0)}


def _sound(value: bytes) -> dict[str, float]:
    levels = [int.from_bytes(value[at : at + 2], "little") / 10 for at in (1, 3, 5)]
    return dict(zip(("sound_level", "sound_level_average", "sound_level_maximum"), levels, strict=True))


def _unused(_value: bytes) -> dict[str, float]:
    return {}


VALUES: Mapping[str, Channel] = {
    "battery": Channel(1, _battery),  # percent
    "temperature": Channel(2, _temperature),  # signed, 0.1 degrees Celsius
    "humidity": Channel(1, _humidity),  # 0.5 percent
    "distance": Channel(2, _distance),  # mm
    "position": Channel(1, _position),  # 0 upright, 1 tilted
    "remaining": Channel(1, _remaining),  # percent
    "temperature alarm": Channel(3, _temperature_alarm),  # temperature, then 1 = beyond its threshold, 0 = back
    "distance alarm": Channel(3, _distance_alarm),  # distance, then 1 = beyond its threshold, 0 = back
    "sound": Channel(7, _sound),  # weighting, then level, average and maximum, 0.1 dB each
    "location": Channel(9, _unused),  # latitude, longitude, motion (NB-IoT versions)
}
"""What a profile may call the value of a channel."""

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


def decoder(channels: Mapping[str, str]) -> Callable[[int, bytes], Reading]:
    """The codec of a model with these ``channels``: names of ``VALUES`` by channel and type, such as ``{"0382": ..}``.

    Raises
    ------
    ValueError
        Naming the channel that is no two bytes in hex digits, or the value that does not exist.
    """
    known = dict(_INFORMATION)
    for name, value in channels.items():
        if value not in VALUES:
            raise ValueError(f"channel {name} is {value!r}, expected one of {', '.join(VALUES)}")
        channel = bytes.fromhex(name)
        if len(channel) != 2:
            raise ValueError(f"channel {name!r} must be two bytes in hex digits, such as 0382")
        known[channel] = VALUES[value]
    return lambda f_port, payload: _decode(known, f_port, payload)


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
