"""One line of a file of exported uplinks: which topic it would have come on, and with what payload. Pure.

A line is one of

- an uplink as The Things Stack's Storage Integration gives it, bare or as ``{"result": {..}}``;
- an uplink of ChirpStack as its HTTP integration posts it, bare or as ``{"result": {..}}``;
- a message with its topic: ``{"topic": "..", "payload": .., "receivedAt": ".."}``, the payload a JSON object, or text:
  JSON as it came, or bytes in base64. ``tst``, as ``mosquitto_sub -F %j`` writes it, serves for ``receivedAt``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from ingest.sources.base64_payload import read_base64
from ingest.sources.strict_json import child, malformed, read_object, read_time, told

TOPIC_PREFIX = "file/"
"""Begins the topic of a line that could not be read; no source has such a topic."""


class ArchivedMessage(NamedTuple):
    """A message as it would have come from the broker."""

    topic: str
    payload: bytes
    received_at: datetime


def read_line(line: bytes, read_at: datetime) -> ArchivedMessage:
    """The message that a line holds.

    Parameters
    ----------
    read_at
        Now: a bare uplink counts as received when the file is read, and tells itself when it was heard.

    Raises
    ------
    Unreadable
        (malformed) when it is none of the three forms.
    """
    document = read_object(line)
    if "topic" in document:
        return _with_topic(document, read_at)
    bare = child(document, "result") if "result" in document else document
    payload = line if bare is document else json.dumps(bare).encode()
    if "uplink_message" in bare:
        ids = child(bare, "end_device_ids")
        application = child(ids, "application_ids", "end_device_ids.").get("application_id")
        return ArchivedMessage(
            f"v3/{_level(application, 'application_id')}/devices/{_level(ids.get('device_id'), 'device_id')}/up",
            payload,
            read_at,
        )
    if "deviceInfo" in bare:
        info = child(bare, "deviceInfo")
        application = _level(info.get("applicationId", "-"), "deviceInfo.applicationId")
        device = _level(info.get("devEui"), "deviceInfo.devEui")
        return ArchivedMessage(f"application/{application}/device/{device}/event/up", payload, read_at)
    raise malformed("it has neither topic and payload, nor uplink_message, nor deviceInfo: not an uplink")


def _with_topic(document: Mapping[str, object], read_at: datetime) -> ArchivedMessage:
    topic = document["topic"]
    if not isinstance(topic, str) or not topic:
        raise malformed(f"topic is {told(topic)}, expected an MQTT topic")
    payload = document.get("payload")
    if isinstance(payload, dict):
        content = json.dumps(payload).encode()
    elif isinstance(payload, str) and payload.lstrip()[:1] in ("{", "["):
        content = payload.encode("utf-8", "surrogatepass")
    elif isinstance(payload, str):
        content = read_base64(payload, "payload")
    else:
        raise malformed(f"payload is {told(payload)}, expected a JSON object, or text with JSON or base64")
    key = "receivedAt" if "receivedAt" in document else "tst"
    received_at = read_time(document.get(key), "receivedAt")
    if received_at > read_at:
        raise malformed(f"receivedAt is {received_at.isoformat()}, which is in the future")
    return ArchivedMessage(topic, content, received_at)


def _level(value: object, where: str) -> str:
    """A level of a topic."""
    if not isinstance(value, str) or not value or any(character in value for character in "/+#\0"):
        raise malformed(f"{where} is {told(value)}, expected a name")
    return value
