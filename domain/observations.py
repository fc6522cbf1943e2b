"""SensorThings' terms: observed properties, datastreams and observations, each observation with its quality."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class ObservedProperty(StrEnum):
    """What the profiles that ship with Halfvol observe. Any other lower-case name may be stored as well."""

    FILL_LEVEL = "fill_level"
    DISTANCE = "distance"
    TEMPERATURE = "temperature"
    BATTERY_VOLTAGE = "battery_voltage"
    BATTERY_LEVEL = "battery_level"
    TILT = "tilt"


UNITS: dict[str, str] = {
    ObservedProperty.FILL_LEVEL: "1",
    ObservedProperty.DISTANCE: "m",
    ObservedProperty.TEMPERATURE: "Cel",
    ObservedProperty.BATTERY_VOLTAGE: "V",
    ObservedProperty.BATTERY_LEVEL: "1",
    ObservedProperty.TILT: "deg",
}
"""Unit of each observed property as a UCUM code; "1" is a share 0..1."""


class Quality(StrEnum):
    """How an observation was judged: good, or suspect with the reason as the value."""

    GOOD = "good"
    RANGE = "range"
    CLOCK = "clock"
    NO_ECHO = "no_echo"
    FALSE_ECHO = "false_echo"
    SPIKE = "spike"
    STUCK = "stuck"
    TILTED = "tilted"

    @property
    def is_good(self) -> bool:
        """Whether forecasts may use it."""
        return self is Quality.GOOD


@dataclass(frozen=True, slots=True)
class Datastream:
    """A sensor's series of one observed property, at one container or one site (None while it is bound to none).

    ``unit`` is a UCUM code; empty where nobody told it.
    """

    id: int
    sensor_id: int
    container_id: int | None
    observed_property: str
    unit: str
    site_id: int | None = None


@dataclass(frozen=True, slots=True)
class WantedDatastream:
    """A datastream that a reading needs and that its sensor does not have yet, at the place where it hung then."""

    sensor_id: int
    container_id: int | None
    site_id: int | None
    observed_property: str
    unit: str


class Observation(NamedTuple):
    """One value of a datastream. Both times are aware and in UTC. Several are made for every message, so it is a tuple.

    ``server_timed``: the message told no time, so the phenomenon time is that of its receipt.
    """

    datastream_id: int
    phenomenon_time: datetime
    result: float
    received_at: datetime
    quality: Quality = Quality.GOOD
    server_timed: bool = False


class JudgedObservation(NamedTuple):
    """A stored observation, with what the nights made of it since.

    ``quality`` is the judgement in force; ``received_quality`` what the message said by itself, where that differs
    (None: the same); ``cleaned`` the value as it probably was (None: as measured).
    """

    datastream_id: int
    phenomenon_time: datetime
    result: float
    received_at: datetime
    quality: Quality
    server_timed: bool
    received_quality: Quality | None = None
    cleaned: float | None = None
