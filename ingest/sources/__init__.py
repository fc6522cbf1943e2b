"""Who delivers uplinks, and how their envelopes read. A new source is a module with ``SUBSCRIPTION`` and ``parse``."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from domain.sensors import RejectionReason, Source, Uplink
from ingest.errors import Unreadable
from ingest.sources import chirpstack, http_push, loriot, native, things_stack
from ingest.sources.device_id import device_id
from ingest.sources.strict_json import told

SUBSCRIPTIONS: tuple[str, ...] = (
    native.SUBSCRIPTION,
    things_stack.SUBSCRIPTION,
    chirpstack.SUBSCRIPTION,
    loriot.SUBSCRIPTION,
)
"""MQTT topic filters of all sources."""

MAXIMUM_PAYLOAD_BYTES = 64 * 1024

_PARSERS = {
    "halfvol": native.parse,
    "v3": things_stack.parse,
    "application": chirpstack.parse,
    "loriot": loriot.parse,
}


def parse(topic: str, payload: bytes, received_at: datetime) -> Uplink:
    """Open the envelope of a message, by the first level of its topic.

    Raises
    ------
    Unreadable
        When no source has such a topic, when it is larger than ``MAXIMUM_PAYLOAD_BYTES``, or not what its source sends.
    """
    first_level = topic.partition("/")[0]
    if first_level == http_push.FIRST_LEVEL:
        municipality_code, inner = http_push.split(topic)
        return replace(parse(inner, payload, received_at), municipality_code=municipality_code)
    parser = _PARSERS.get(first_level)
    if parser is None:
        raise Unreadable(RejectionReason.UNKNOWN_TOPIC, f"topic {told(topic)} belongs to no source")
    if len(payload) > MAXIMUM_PAYLOAD_BYTES:
        detail = f"{len(payload)} bytes are more than the {MAXIMUM_PAYLOAD_BYTES} that an uplink may have"
        raise Unreadable(RejectionReason.TOO_LARGE, detail)
    return parser(topic, payload, received_at)


def addressed(topic: str) -> tuple[Source, str] | None:
    """The source and the device that a topic names, where it is one of ours; nothing of the message is read."""
    levels = topic.split("/")
    if levels[0] == http_push.FIRST_LEVEL:
        levels = levels[2:]
    try:
        match levels:
            case ["halfvol", "v1", _, "devices", device, "up"]:
                return Source.NATIVE, device_id(device)
            case ["v3", _, "devices", device, "up"]:
                return Source.THINGS_STACK, device_id(device)
            case ["application", _, "device", device, "event", "up"]:
                return Source.CHIRPSTACK, device_id(device)
            case _:
                return None
    except Unreadable:
        return None
