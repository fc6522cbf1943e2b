"""What is known of a sensor model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from domain.observations import UNITS, ObservedProperty
from domain.sensors import Reading

Codec = Callable[[int, bytes], Reading]
"""``decode(f_port, payload) -> Reading``, raising :class:`ingest.errors.Unreadable`."""


NO_CODEC = "none"
"""Name of the codec of models whose messages hold values, or are decoded by the network server."""

REPORTED_FILL_LEVEL = "reported_fill_level"
"""The fill level that a device works out by settings of its own, which need not fit the container it hangs in."""


@dataclass(frozen=True, slots=True)
class ValueRange:
    """Unit (UCUM) and valid range of one observed property; what lies outside is stored with quality *range*."""

    unit: str
    minimum: float
    maximum: float


@dataclass(frozen=True, slots=True)
class DecodedField:
    """What a field of a decoded payload means: its number times ``factor``, or the value of one of ``words``."""

    observed_property: str
    factor: float
    words: Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True)
class SensorProfile:
    """One sensor model.

    Parameters
    ----------
    observed_properties
        What it measures, with unit and range; the first is what it is there for. A fill level that is derived from the
        distance is not among them.
    codec_name, codec
        How its LoRaWAN payloads are read, and under which name people know that format.
    reporting_interval_s
        Seconds between two messages as the vendor ships it.
    mounting
        How it hangs in the container, or where else it is.
    no_echo_m
        Distances in metres that the device sends when nothing came back, as (from, below).
    tilt_limit_deg
        From this angle on, a distance does not look down the container any more.
    decoded
        Fields of the object that a network server's own decoder, or a vendor's codec in JavaScript, makes of its
        payloads.
    """

    vendor: str
    model: str
    codec_name: str
    codec: Codec = field(repr=False)
    observed_properties: Mapping[str, ValueRange]
    reporting_interval_s: int
    mounting: str
    no_echo_m: tuple[tuple[float, float], ...] = ()
    tilt_limit_deg: float = 30.0
    decoded: Mapping[str, DecodedField] = field(default_factory=dict[str, DecodedField])

    @property
    def main_property(self) -> str:
        """What it is there for."""
        return next(iter(self.observed_properties))

    @property
    def units(self) -> dict[str, str]:
        """Unit of every datastream that a sensor of this model has: its observed properties, and the fill level."""
        units = {name: value_range.unit for name, value_range in self.observed_properties.items()}
        if ObservedProperty.DISTANCE in units:
            units[ObservedProperty.FILL_LEVEL.value] = UNITS[ObservedProperty.FILL_LEVEL]
        return units
