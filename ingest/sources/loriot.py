"""Uplinks of LORIOT, from its MQTT or HTTP output.

Topic ``loriot/{any name}/up``: LORIOT publishes on the topic that its output is set up with, so the device stands in
the message only. Two kinds of message hold an uplink: ``rx``, and ``gw``, which comes later and adds what every gateway
heard; with both switched on the second is a duplicate. ``data`` is in hex digits.

The phenomenon time is ``ts``, the network server's clock in milliseconds.

Source: https://docs.loriot.io/space/LNS/6032838/Uplink+Data+Message; messages in thingsboard/data-converters.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from domain.sensors import RejectionReason, Source, Uplink
from ingest.errors import Unreadable
from ingest.sources.device_id import dev_eui
from ingest.sources.strict_json import counter, malformed, read_object, told

SUBSCRIPTION = "loriot/+/up"
LARGEST_PORT = 255
LARGEST_FRAME_COUNT = 2**32 - 1
LATEST_TIME_MS = 253_402_300_799_999
"""The end of the year 9999."""

_TOPIC = re.compile(r"loriot/[^/]+/up")
_UPLINKS = ("rx", "gw")


def parse(topic: str, payload: bytes, received_at: datetime) -> Uplink:
    """Open the envelope of one uplink of LORIOT.

    Raises
    ------
    Unreadable
        When it is not one.
    """
    if not _TOPIC.fullmatch(topic):
        raise Unreadable(RejectionReason.UNKNOWN_TOPIC, f"topic {told(topic)}: expected loriot/{{name}}/up")
    document = read_object(payload)
    if document.get("cmd") not in _UPLINKS:
        raise malformed(f"cmd is {told(document.get('cmd'))}, expected rx or gw")
    return Uplink(
        source=Source.LORIOT,
        device_id=dev_eui(document.get("EUI"), "EUI"),
        received_at=received_at,
        f_cnt=counter(document, "fcnt", LARGEST_FRAME_COUNT),
        f_port=counter(document, "port", LARGEST_PORT),
        payload=_read_hex(document.get("data")),
        phenomenon_time=_time(document.get("ts")),
    )


def _read_hex(value: object) -> bytes:
    if value is None:
        return b""
    if isinstance(value, str) and value.isascii():
        try:
            return bytes.fromhex(value)
        except ValueError:
            pass
    raise malformed(f"data is {told(value)}, expected hex digits")


def _time(milliseconds: object) -> datetime:
    if isinstance(milliseconds, int) and not isinstance(milliseconds, bool) and 0 < milliseconds <= LATEST_TIME_MS:
        seconds, rest = divmod(milliseconds, 1000)
        return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest * 1000)
    raise malformed(f"ts is {told(milliseconds)}, expected milliseconds since 1970")
