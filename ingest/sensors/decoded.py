"""Decoded payloads: what a network server's own decoder, or a vendor's codec in JavaScript, made of the bytes."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping

from ingest.sensors.profile import DecodedField, SensorProfile

_LEADING_NUMBER = re.compile(r"\s*([+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?)(?:\s|[a-zA-Z%°]|$)")
_DEEPEST = 3


def values_of(profile: SensorProfile, decoded: Mapping[str, object]) -> dict[str, float]:
    """The fields that the profile knows, as values in its units; what cannot be read as it says is left out."""
    fields = profile.decoded
    values: dict[str, float] = {}
    for name, value in _flat(decoded, ""):
        known = fields.get(name)
        if known is not None:
            number = _number(known, value)
            if number is not None and math.isfinite(number):
                values[known.observed_property] = number
    return values


def is_plausible(profile: SensorProfile, values: Mapping[str, float]) -> bool:
    """Whether the values can stand for the payload: what the sensor is there for is among them, and all in range."""
    ranges = profile.observed_properties
    return profile.main_property in values and all(
        ranges[name].minimum <= value <= ranges[name].maximum for name, value in values.items()
    )


def _flat(decoded: Mapping[str, object], prefix: str, depth: int = 0) -> Iterator[tuple[str, object]]:
    """The fields, those of inner objects as ``outer.inner``."""
    for name, value in decoded.items():
        if isinstance(value, Mapping):
            if depth < _DEEPEST:
                yield from _flat(value, f"{prefix}{name}.", depth + 1)
        else:
            yield f"{prefix}{name}", value


def _number(known: DecodedField, value: object) -> float | None:
    if known.words is not None:
        word = str(value).lower() if isinstance(value, bool) else value
        return known.words.get(word) if isinstance(word, str) else None
    if isinstance(value, bool):
        return float(value) * known.factor
    if isinstance(value, str):
        found = _LEADING_NUMBER.match(value)
        return None if found is None else float(found[1]) * known.factor
    if isinstance(value, (int, float)):
        try:
            return value * known.factor
        except OverflowError:
            return None
    return None
