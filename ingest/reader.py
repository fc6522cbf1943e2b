"""From the bytes on a topic to what is stored: the one way in for the consumer and for replays. Never raises."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from domain.sensors import Device, RejectionReason
from ingest import sources
from ingest.errors import Unreadable
from ingest.interpret import Interpreted, Problem, interpret, rejected
from ingest.ledger import unreadable

_log = logging.getLogger(__name__)


class Devices(Protocol):
    """Who is registered."""

    def device(self, device_id: str) -> Device | None:
        """The registered sensor of that id, or None."""
        ...

    def municipality_code(self, municipality_id: int) -> str | None:
        """The short name of a municipality as topics have it, or None when it is not known."""
        ...


class Changed:
    """Devices of which some are known better than in ``rest``."""

    def __init__(self, rest: Devices, changed: Mapping[str, Device]) -> None:
        self._rest = rest
        self._changed = changed

    def device(self, device_id: str) -> Device | None:
        """The registered sensor of that id, or None."""
        return self._changed.get(device_id) or self._rest.device(device_id)

    def municipality_code(self, municipality_id: int) -> str | None:
        """The short name of a municipality as topics have it, or None when it is not known."""
        return self._rest.municipality_code(municipality_id)


def read(topic: str, payload: bytes, received_at: datetime, devices: Devices) -> Interpreted:
    """Observations, a rejection with its reason, or an unclaimed message: for any bytes on any topic."""
    topic = topic.replace("\0", "\N{REPLACEMENT CHARACTER}")  # PostgreSQL's text cannot hold it
    try:
        uplink = sources.parse(topic, payload, received_at)
        device = devices.device(uplink.device_id)
        code = None if device is None else devices.municipality_code(device.sensor.municipality_id)
        return interpret(uplink, device, topic=topic, payload=payload, municipality_code=code)
    except Unreadable as error:
        return _unreadable(topic, payload, received_at, devices, (error.reason, error.detail))
    except Exception as error:
        # A defect of ours must not stop the messages behind this one; it is kept like any other unreadable message.
        _log.exception("a message on %s could not be read because of a defect in Halfvol; it is kept", topic)
        detail = f"Halfvol failed to read this message ({type(error).__name__}: {error}); please report it"
        problem = (RejectionReason.UNDECODABLE, detail.replace("\0", " "))
        return Interpreted(rejections=(rejected(topic, payload, received_at, [problem]),))


def _unreadable(topic: str, payload: bytes, received_at: datetime, devices: Devices, problem: Problem) -> Interpreted:
    """The rejection of a message, under the registered device on whose topic it came, if there is one."""
    named = sources.addressed(topic)
    device = None if named is None else devices.device(named[1])
    if named is None or device is None:
        return Interpreted(rejections=(rejected(topic, payload, received_at, [problem]),))
    uplink = unreadable(sensor_id=device.sensor.id, payload=payload, received_at=received_at, source=named[0])
    refused = rejected(topic, payload, received_at, [problem], device.sensor.device_id)
    return Interpreted(rejections=(refused,), uplinks=(uplink,))
