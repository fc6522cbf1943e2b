"""A message on its way to the broker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Message:
    """An MQTT message and the moment (UTC) at which it is published."""

    topic: str
    payload: bytes
    sent_at: datetime
