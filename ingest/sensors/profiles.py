"""What Halfvol knows of each sensor model. Add a model here; a new payload format also needs a codec beside it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from domain.errors import InvalidInput
from domain.observations import UNITS, ObservedProperty
from domain.sensors import Reading
from ingest.sensors import dragino, milesight, sensoneo

Codec = Callable[[int, bytes], Reading]
"""``decode(f_port, payload) -> Reading``, raising :class:`ingest.errors.Unreadable`."""


@dataclass(frozen=True, slots=True)
class ValueRange:
    """Unit (UCUM) and valid range of one observed property; what lies outside is stored with quality *range*."""

    unit: str
    minimum: float
    maximum: float


@dataclass(frozen=True, slots=True)
class SensorProfile:
    """One sensor model.

    Parameters
    ----------
    observed_properties
        What it measures, with unit and range. The fill level is derived and not among them.
    codec_name, codec
        How its LoRaWAN payloads are read, and under which name people know that format.
    reporting_interval_s
        Seconds between two messages as the vendor ships it.
    mounting
        How it hangs in the container.
    no_echo_m
        Distances in metres that the device sends when nothing came back, as (from, below) or single values.
    tilt_limit_deg
        From this angle on, a distance does not look down the container any more.
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

    @property
    def units(self) -> dict[str, str]:
        """Unit of every datastream that a sensor of this model has: its observed properties and the fill level."""
        units = {name: value_range.unit for name, value_range in self.observed_properties.items()}
        return units | {ObservedProperty.FILL_LEVEL.value: UNITS[ObservedProperty.FILL_LEVEL]}


def _range(observed_property: ObservedProperty, minimum: float, maximum: float) -> tuple[str, ValueRange]:
    return observed_property.value, ValueRange(UNITS[observed_property], minimum, maximum)


def _flag(name: str) -> tuple[str, ValueRange]:
    return name, ValueRange("1", 0, 1)


FILL_LEVEL_RANGE = ValueRange("1", -0.1, 1.3)
"""Waste may stand above the brim, and noise may place the bottom too low; beyond that it is no fill level."""

GENERIC_RANGES: Mapping[str, ValueRange] = MappingProxyType(
    dict(
        (
            (ObservedProperty.FILL_LEVEL.value, FILL_LEVEL_RANGE),
            _range(ObservedProperty.DISTANCE, 0, 20),
            _range(ObservedProperty.TEMPERATURE, -50, 100),
            _range(ObservedProperty.BATTERY_VOLTAGE, 0, 60),
            _range(ObservedProperty.BATTERY_LEVEL, 0, 1),
            _range(ObservedProperty.TILT, 0, 180),
        )
    )
)
"""Ranges for devices of a model without a profile: anything that is physically possible in a street."""

_PROFILES = (
    # Ranges are those of the vendors' data sheets, except that a distance may go down to 0: in the field readings of
    # 0 to 4 cm came from full containers (glass containers with ultrasonic sensors, one year).
    SensorProfile(
        vendor="Milesight",
        model="EM310-UDL",
        codec_name="milesight",
        codec=milesight.decode_em310,
        observed_properties=dict(
            (
                _range(ObservedProperty.DISTANCE, 0, 4.5),
                _range(ObservedProperty.BATTERY_LEVEL, 0, 1),
                _flag(milesight.TILTED),
            )
        ),
        reporting_interval_s=3600,
        mounting="under the lid, looking down",
    ),
    SensorProfile(
        vendor="Milesight",
        model="EM400-TLD",
        codec_name="milesight",
        codec=milesight.decode_em400,
        observed_properties=dict(
            (
                _range(ObservedProperty.DISTANCE, 0, 4.0),
                _range(ObservedProperty.TEMPERATURE, -30, 70),
                _range(ObservedProperty.BATTERY_LEVEL, 0, 1),
                _flag(milesight.TILTED),
                _flag(milesight.TEMPERATURE_ALARM),
                _flag(milesight.DISTANCE_ALARM),
            )
        ),
        reporting_interval_s=3600,
        mounting="under the lid, looking down",
    ),
    SensorProfile(
        vendor="Dragino",
        model="LDDS45",
        codec_name="dragino",
        codec=dragino.decode_ldds45,
        observed_properties=dict(
            (
                _range(ObservedProperty.DISTANCE, 0, 4.5),
                _range(ObservedProperty.TEMPERATURE, -55, 125),
                _range(ObservedProperty.BATTERY_VOLTAGE, 2.1, 3.9),
            )
        ),
        reporting_interval_s=1200,
        mounting="probe through the lid, looking down",
        no_echo_m=((0.0, 0.02),),
    ),
    SensorProfile(
        vendor="Sensoneo",
        model="Single Sensor",
        codec_name="sensoneo",
        codec=sensoneo.decode_single_sensor,
        observed_properties=dict(
            (
                _range(ObservedProperty.DISTANCE, 0, 2.55),
                _range(ObservedProperty.TEMPERATURE, -40, 85),
                _range(ObservedProperty.BATTERY_VOLTAGE, 2.5, 4.0),
                _range(ObservedProperty.TILT, 0, 180),
            )
        ),
        reporting_interval_s=3600,
        mounting="under the lid, looking down",
        no_echo_m=((sensoneo.NO_ECHO_M, sensoneo.NO_ECHO_M + 0.01),),
    ),
)

PROFILES: Mapping[str, SensorProfile] = MappingProxyType({profile.model: profile for profile in _PROFILES})
"""Every known model by its name."""


def profile_named(text: str) -> SensorProfile | None:
    """The profile whose model ``text`` names, as network servers write it: "em310-udl", "Milesight EM310-UDL"."""
    wanted = _letters(text)
    return next((profile for profile in _PROFILES if _letters(profile.model) in wanted), None)


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def get(model: str) -> SensorProfile:
    """The profile of exactly this model.

    Raises
    ------
    InvalidInput
        When there is none; names close ones, and all known models.
    """
    profile = PROFILES.get(model)
    if profile is None:
        by_folded = {name.casefold(): name for name in PROFILES}
        close = difflib.get_close_matches(model.casefold(), by_folded, n=2, cutoff=0.5)
        guess = f"did you mean {' or '.join(by_folded[name] for name in close)}? " if close else ""
        raise InvalidInput(f"no codec for a sensor model {model!r}", remedy=f"{guess}known are {', '.join(PROFILES)}")
    return profile
