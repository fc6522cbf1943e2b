"""Sensor models: their profiles, and the codecs that read their payloads."""

from __future__ import annotations

from domain.sensors import Reading
from ingest.sensors.profile import SensorProfile, ValueRange
from ingest.sensors.profiles import FILL_LEVEL_RANGE, GENERIC_RANGES, PROFILES, get

__all__ = ["FILL_LEVEL_RANGE", "GENERIC_RANGES", "PROFILES", "SensorProfile", "ValueRange", "decode", "get"]


def decode(model: str, f_port: int, payload: bytes) -> Reading:
    """Read the payload of a sensor of ``model``.

    Raises
    ------
    InvalidInput
        When the model is not known.
    Unreadable
        When the payload is not one of that model.
    """
    return get(model).codec(f_port, payload)
