"""Every sensor model that Halfvol knows: a TOML file each in ``models/``, and in a folder of the municipality's own."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from domain.errors import InvalidInput
from domain.observations import UNITS, ObservedProperty
from ingest.sensors.profile import SensorProfile, ValueRange
from ingest.sensors.profile_file import read_profile

FILL_LEVEL_RANGE = ValueRange("1", -0.1, 1.3)
"""Waste may stand above the brim, and noise may place the bottom too low; beyond that it is no fill level."""


def _range(observed_property: ObservedProperty, minimum: float, maximum: float) -> tuple[str, ValueRange]:
    return observed_property.value, ValueRange(UNITS[observed_property], minimum, maximum)


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


def read_folder(folder: Path) -> dict[str, SensorProfile]:
    """The profiles of all ``*.toml`` files in a folder, by model.

    Raises
    ------
    InvalidInput
        When there is no such folder, a file is no profile, or two are of the same model.
    """
    if not folder.is_dir():
        raise InvalidInput("there is no such folder", where=str(folder))
    found: dict[str, SensorProfile] = {}
    for path in sorted(folder.glob("*.toml")):
        profile = read_profile(path)
        if profile.model in found:
            raise InvalidInput(f"the model {profile.model!r} has another profile in this folder", where=str(path))
        found[profile.model] = profile
    return found


_known: dict[str, SensorProfile] = read_folder(Path(__file__).parent / "models")

PROFILES: Mapping[str, SensorProfile] = MappingProxyType(_known)
"""Every known model by its name."""


def add_folder(folder: Path) -> None:
    """Add a municipality's own profiles, at the start of a process; one of the same model replaces ours.

    Raises
    ------
    InvalidInput
        As :func:`read_folder`; then nothing is added.
    """
    _known.update(read_folder(folder))
    profile_named.cache_clear()


@lru_cache(maxsize=1000)
def profile_named(text: str) -> SensorProfile | None:
    """The profile whose model ``text`` names, as network servers write it: "em310-udl", "Milesight EM310-UDL".

    Where several are in it, the one with the longest name.
    """
    wanted = _letters(text)
    found = [profile for profile in _known.values() if _letters(profile.model) in wanted]
    return max(found, key=lambda profile: len(profile.model), default=None)


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
