"""The four sensor models: what their hardware can tell, and how they put it into LoRaWAN bytes.

Written from the vendors' published layouts, on purpose apart from the decoders of ``ingest``: a misreading of a layout
on one side does not hide behind the same misreading on the other.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a device measured: metres, degrees Celsius, volts, share 0..1, degrees. ``counter`` is the frame counter."""

    distance_m: float
    temperature_c: float
    battery_v: float
    battery_level: float
    tilt_deg: float
    counter: int


Encoder = Callable[[Measurement, str], bytes]
"""Payload bytes of a measurement by the device with that DevEUI."""


@dataclass(frozen=True, slots=True)
class Model:
    """A sensor model.

    Parameters
    ----------
    name
        The profile's name, as operators know it.
    f_port
        LoRaWAN port of its readings.
    resolution_m
        Step of its distances.
    least_distance_m
        The smallest distance that it reports; nearer waste gives this value.
    no_echo_m
        What it reports when nothing comes back: the end of its measuring range.
    longest_empty_m
        It is hung into containers up to this depth only.
    native_properties
        The observed properties that it publishes when it speaks MQTT itself.
    """

    name: str
    vendor: str
    f_port: int
    resolution_m: float
    least_distance_m: float
    no_echo_m: float
    longest_empty_m: float
    native_properties: tuple[str, ...]
    encode: Encoder


TILTED_DEG = 20.0
"""From this angle on, a device that only tells whether it is tilted says that it is."""


def _millimetres(distance_m: float) -> int:
    return min(0xFFFF, max(0, round(distance_m * 1000)))


def _milesight(measurement: Measurement, *, distance_channel: int, temperature: bool) -> bytes:
    """Milesight's channel-type-value records, little endian.

    Battery 01 75 (percent), temperature 03 67 (0.1 degrees, signed), distance xx 82 (mm), position xx 00 (1 = tilted).
    Source: Milesight-IoT/SensorDecoders, README of each model.
    """
    record = bytes((0x01, 0x75, min(100, max(0, round(measurement.battery_level * 100)))))
    if temperature:
        record += b"\x03\x67" + struct.pack("<h", round(measurement.temperature_c * 10))
    record += bytes((distance_channel, 0x82)) + struct.pack("<H", _millimetres(measurement.distance_m))
    return record + bytes((distance_channel + 1, 0x00, int(measurement.tilt_deg > TILTED_DEG)))


def encode_em310_udl(measurement: Measurement, dev_eui: str) -> bytes:
    """Milesight EM310-UDL, ultrasonic: battery, distance, position."""
    return _milesight(measurement, distance_channel=0x03, temperature=False)


def encode_em400_tld(measurement: Measurement, dev_eui: str) -> bytes:
    """Milesight EM400-TLD, laser time of flight: battery, temperature, distance, position."""
    return _milesight(measurement, distance_channel=0x04, temperature=True)


def encode_ldds45(measurement: Measurement, dev_eui: str) -> bytes:
    """Dragino LDDS45, big endian: battery (mV), distance (mm), interrupt flag, temperature (0.1 degrees), sensor flag.

    Source: Dragino LDDS45 user manual, "Uplink Payload"; the sensor flag says that the ultrasonic sensor is there.
    """
    return struct.pack(
        ">HHBhB",
        round(measurement.battery_v * 1000) & 0x3FFF,
        _millimetres(measurement.distance_m),
        0,
        round(measurement.temperature_c * 10),
        1,
    )


SENSONEO_HEADER = bytes.fromhex("ffff22b8")
_SENSONEO_MEASURE = 0x01


def encode_single_sensor(measurement: Measurement, dev_eui: str) -> bytes:
    """Sensoneo Single Sensor, firmware 184: header, then the 13 bytes of its data sheet.

    Serial number (the last four bytes of the DevEUI, reversed), event, four echoes (2 cm), voltage (2.5 V + 10 mV),
    temperature (degrees, signed), tilt (degrees), transmission counter. Source:
    davidvblumenthal/GarbageGrowth_Forecasting, docs/Sensor Documentation.pdf, and its field frames for the header.
    """
    echo = min(0x7F, max(0, round(measurement.distance_m * 50)))
    return (
        SENSONEO_HEADER
        + bytes.fromhex(dev_eui)[:3:-1]
        + bytes((_SENSONEO_MEASURE, echo, echo, echo, echo))
        + struct.pack(
            "<BbBB",
            min(0xFF, max(0, round((measurement.battery_v - 2.5) * 100))),
            round(measurement.temperature_c),
            min(180, max(0, round(measurement.tilt_deg))),
            measurement.counter & 0xFF,
        )
    )


EM310_UDL = Model(
    name="EM310-UDL",
    vendor="Milesight",
    f_port=85,
    resolution_m=0.01,
    least_distance_m=0.03,
    no_echo_m=4.5,
    longest_empty_m=4.0,
    native_properties=("distance", "batteryLevel", "tilted"),
    encode=encode_em310_udl,
)
EM400_TLD = Model(
    name="EM400-TLD",
    vendor="Milesight",
    f_port=85,
    resolution_m=0.01,
    least_distance_m=0.02,
    no_echo_m=3.6,
    longest_empty_m=3.3,
    native_properties=("distance", "temperature", "batteryLevel", "tilted"),
    encode=encode_em400_tld,
)
LDDS45 = Model(
    name="LDDS45",
    vendor="Dragino",
    f_port=2,
    resolution_m=0.01,
    least_distance_m=0.28,
    no_echo_m=3.5,
    longest_empty_m=3.3,
    native_properties=("distance", "temperature", "batteryVoltage"),
    encode=encode_ldds45,
)
SINGLE_SENSOR = Model(
    name="Single Sensor",
    vendor="Sensoneo",
    f_port=2,
    resolution_m=0.02,
    least_distance_m=0.02,
    no_echo_m=2.54,
    longest_empty_m=2.3,
    native_properties=("distance", "temperature", "batteryVoltage", "tilt"),
    encode=encode_single_sensor,
)

MODELS: Mapping[str, Model] = {model.name: model for model in (EM310_UDL, EM400_TLD, LDDS45, SINGLE_SENSOR)}
"""The four models by profile name."""
