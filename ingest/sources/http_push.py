"""Uplinks that are handed over by HTTP: recognised by their body, and given the topic that they would have over MQTT.

The topic is ``http/{municipality}/`` and then that of the source, so that a message that is kept can be read again in
the same way, and speaks only for devices of the municipality whose key it came with.
"""

from __future__ import annotations

from ingest.errors import Unreadable
from ingest.sources.strict_json import child, malformed, read_object, split_array, told

FIRST_LEVEL = "http"
MOST_MESSAGES = 1_000


def messages_of(body: bytes) -> list[tuple[str, bytes]]:
    """Where each message of a body stands in it, as a prefix for sentences, and its bytes.

    A JSON array holds several; anything else is one, without a prefix.

    Raises
    ------
    Unreadable
        (malformed) when it is an array of none, of more than ``MOST_MESSAGES``, or no JSON.
    """
    if not body.lstrip().startswith(b"["):
        return [("", body)]
    values = split_array(body)
    if not 0 < len(values) <= MOST_MESSAGES:
        raise malformed(f"an array of {len(values)} messages, expected 1 to {MOST_MESSAGES}")
    return [(f"message {number} of {len(values)}: ", value) for number, value in enumerate(values, 1)]


def at(place: str, error: Unreadable) -> Unreadable:
    """The same error, told where it is."""
    return Unreadable(error.reason, f"{place}{error.detail}")


def topic_of(body: bytes, *, municipality_code: str, device_id: str | None) -> str:
    """The topic under which a body is read.

    Parameters
    ----------
    municipality_code
        That of the key.
    device_id
        The device that the key or the address names; a native body does not name its own.

    Raises
    ------
    Unreadable
        (malformed) when the body is no JSON object, or a native one and nobody says of which device.
    """
    document = read_object(body)
    if "end_device_ids" in document:
        inner = f"v3/http/devices/{_level(child(document, 'end_device_ids').get('device_id'))}/up"
    elif "deviceInfo" in document:
        inner = f"application/http/device/{_level(child(document, 'deviceInfo').get('devEui'))}/event/up"
    elif "cmd" in document and "EUI" in document:
        inner = "loriot/http/up"
    elif device_id is None:
        raise malformed("no network server's message, and no deviceId that tells whose reading it is")
    else:
        inner = f"halfvol/v1/{municipality_code}/devices/{_level(device_id)}/up"
    return f"{FIRST_LEVEL}/{municipality_code}/{inner}"


def split(topic: str) -> tuple[str, str]:
    """The municipality's code, and the topic that the message would have over MQTT."""
    _, _, rest = topic.partition("/")
    municipality_code, _, inner = rest.partition("/")
    if inner.partition("/")[0] == FIRST_LEVEL:
        raise malformed(f"topic {told(topic)} is handed over twice")
    return municipality_code, inner


def _level(name: object) -> str:
    if not isinstance(name, str) or not name or "/" in name:
        raise malformed(f"{told(name)} cannot name a device")
    return name
