"""From the bytes on a topic to what is stored: the one way in for the consumer and for replays. Never raises."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Protocol

from domain.sensors import Device, RejectionReason
from ingest import sources
from ingest.errors import Unreadable
from ingest.interpret import Interpreted, interpret, rejected

_log = logging.getLogger(__name__)


class Devices(Protocol):
    """Who is registered."""

    def device(self, device_id: str) -> Device | None:
        """The registered sensor of that id, or None."""
        ...

    def municipality_code(self, municipality_id: int) -> str | None:
        """The short name of a municipality as topics have it, or None when it is not known."""
        ...


def read(topic: str, payload: bytes, received_at: datetime, devices: Devices) -> Interpreted:
    """Observations, a rejection with its reason, or an unclaimed message: for any bytes on any topic."""
    topic = topic.replace("\0", "\N{REPLACEMENT CHARACTER}")  # PostgreSQL's text cannot hold it
    try:
        uplink = sources.parse(topic, payload, received_at)
        device = devices.device(uplink.device_id)
        code = None if device is None else devices.municipality_code(device.sensor.municipality_id)
        return interpret(uplink, device, topic=topic, payload=payload, municipality_code=code)
    except Unreadable as error:
        return Interpreted(rejections=(rejected(topic, payload, received_at, [(error.reason, error.detail)]),))
    except Exception as error:
        # A defect of ours must not stop the messages behind this one; it is kept like any other unreadable message.
        _log.exception("a message on %s could not be read because of a defect in Halfvol; it is kept", topic)
        detail = f"Halfvol failed to read this message ({type(error).__name__}: {error}); please report it"
        problem = (RejectionReason.UNDECODABLE, detail.replace("\0", " "))
        return Interpreted(rejections=(rejected(topic, payload, received_at, [problem]),))
