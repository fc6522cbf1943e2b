"""How far a single value can be trusted, by its own message alone: range, echo and tilt."""

from __future__ import annotations

from collections.abc import Mapping

from domain.observations import ObservedProperty, Quality
from ingest.sensors import FILL_LEVEL_RANGE, GENERIC_RANGES, SensorProfile
from ingest.sensors.milesight import TILTED

DEFAULT_TILT_LIMIT_DEG = 30.0
"""Where no profile says otherwise."""

_LOOKING_DOWN = (ObservedProperty.DISTANCE, ObservedProperty.FILL_LEVEL)


def judge(profile: SensorProfile | None, values: Mapping[str, float]) -> dict[str, Quality]:
    """The quality of each of the ``values`` that one reading holds; those that are not named are good.

    Outside the profile's range is *range* (without a profile: outside anything possible in a street); a distance that
    the device sends when nothing came back is *no_echo*; a distance or fill level of a tilted device is *tilted*.
    """
    found: dict[str, Quality] = {}
    ranges = GENERIC_RANGES if profile is None else profile.observed_properties
    for name, value in values.items():
        allowed = ranges.get(name) or GENERIC_RANGES.get(name)
        if allowed is not None and not allowed.minimum <= value <= allowed.maximum:
            found[name] = Quality.RANGE
    if profile is not None:
        distance = values.get(ObservedProperty.DISTANCE)
        if distance is not None and any(start <= distance < end for start, end in profile.no_echo_m):
            found[ObservedProperty.DISTANCE] = Quality.NO_ECHO
    if is_tilted(profile, values):
        for name in _LOOKING_DOWN:
            if name in values:
                found.setdefault(name, Quality.TILTED)
    return found


def is_tilted(profile: SensorProfile | None, values: Mapping[str, float]) -> bool:
    """Whether the reading says that the device does not look down its container."""
    limit_deg = DEFAULT_TILT_LIMIT_DEG if profile is None else profile.tilt_limit_deg
    return values.get(ObservedProperty.TILT, 0.0) >= limit_deg or values.get(TILTED, 0.0) != 0


def judge_fill_level(fill_level: float, distance_quality: Quality) -> Quality:
    """The quality of a fill level derived from a distance: the distance's own, or *range* beyond what can be."""
    if not distance_quality.is_good:
        return distance_quality
    possible = FILL_LEVEL_RANGE.minimum <= fill_level <= FILL_LEVEL_RANGE.maximum
    return Quality.GOOD if possible else Quality.RANGE
