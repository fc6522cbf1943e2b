"""Sensors, the containers they are bound to, and the messages that they send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.containers import ContainerGeometry


class Source(StrEnum):
    """Who delivered an uplink, and so how its envelope reads."""

    NATIVE = "native"
    THINGS_STACK = "things_stack"
    CHIRPSTACK = "chirpstack"
    LORIOT = "loriot"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a device measured at one moment: values by observed property, in the units of ``observations.UNITS``.

    ``phenomenon_time`` is None where the message tells no time; the time of receipt then stands in.
    """

    phenomenon_time: datetime | None
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Uplink:
    """One message as the network server delivered it, its envelope opened but its payload not yet decoded.

    Either ``readings`` are already values (native), or ``payload`` holds the device's bytes, ``f_port`` the
    LoRaWAN port that tells the codec how to read them, and ``phenomenon_time`` when the network heard them.
    ``decoded`` is what the network server's own decoder made of them, if it has one.
    ``municipality_code`` is the one that the topic names, if it names one. ``problems`` are the parts of the message
    that could not be read while the rest could, each with a sentence that says which part.
    """

    source: Source
    device_id: str
    received_at: datetime
    f_cnt: int | None = None
    f_port: int | None = None
    payload: bytes | None = None
    readings: tuple[Reading, ...] = ()
    decoded: Mapping[str, object] | None = None
    model: str | None = None
    phenomenon_time: datetime | None = None
    municipality_code: str | None = None
    problems: tuple[tuple[RejectionReason, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Sensor:
    """A device. ``device_id`` is its DevEUI (16 upper-case hex digits) or the name that it publishes under."""

    id: int
    municipality_id: int
    device_id: str
    model: str


@dataclass(frozen=True, slots=True)
class Binding:
    """A sensor hangs in a container from ``bound_from`` until ``bound_until`` (None: until further notice).

    One that measures something else than a container is bound to a site, or to nothing but its municipality.
    ``datastreams`` are the ids of the sensor's datastreams at this place, by observed property.
    """

    container_id: int | None
    bound_from: datetime
    bound_until: datetime | None
    geometry: ContainerGeometry | None
    datastreams: Mapping[str, int] = field(default_factory=dict[str, int])
    site_id: int | None = None

    def holds_at(self, when: datetime) -> bool:
        """Whether the sensor was bound here at that moment."""
        return self.bound_from <= when and (self.bound_until is None or when < self.bound_until)


@dataclass(frozen=True, slots=True)
class Device:
    """A sensor with all its bindings, oldest first: what ingest needs to know to read its messages."""

    sensor: Sensor
    bindings: tuple[Binding, ...]

    def binding_at(self, when: datetime) -> Binding | None:
        """Where the sensor hung at that moment, or None."""
        return next((binding for binding in reversed(self.bindings) if binding.holds_at(when)), None)


class RejectionReason(StrEnum):
    """Why a message, or a value of it, could not be stored as an observation."""

    UNKNOWN_TOPIC = "unknown_topic"
    MALFORMED = "malformed"
    UNKNOWN_MODEL = "unknown_model"
    UNDECODABLE = "undecodable"
    INVALID_VALUE = "invalid_value"
    FUTURE = "future"
    UNBOUND = "unbound"
    TOO_LARGE = "too_large"
    CODEC_TOO_SLOW = "codec_too_slow"


@dataclass(frozen=True, slots=True)
class Rejection:
    """A message that could not be read, kept whole with its reason and a sentence that explains it."""

    topic: str
    payload: bytes
    received_at: datetime
    reason: RejectionReason
    detail: str
    device_id: str | None = None


@dataclass(frozen=True, slots=True)
class UnclaimedMessage:
    """A readable message of a device that nobody has registered yet, kept until an operator claims the device."""

    topic: str
    payload: bytes
    received_at: datetime
    source: Source
    device_id: str
    model: str | None = None
