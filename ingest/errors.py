"""What can be wrong with a message, or with the broker that it should come from."""

from __future__ import annotations

from domain.errors import InvalidInput, Unavailable
from domain.sensors import RejectionReason


class Unreadable(InvalidInput):
    """A message that cannot be read; ``reason`` names the kind and ``detail`` is the sentence that is kept with it."""

    def __init__(self, reason: RejectionReason, detail: str) -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(detail)


class BrokerUnavailable(Unavailable):
    """The MQTT broker cannot be reached, or it refuses this client."""
