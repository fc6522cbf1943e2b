"""Uplinks of The Things Stack v3 (The Things Network), from its MQTT integration.

Topic ``v3/{application}@{tenant}/devices/{device}/up``, without ``@{tenant}`` on open-source servers. Zero, false and
empty fields are omitted: a missing ``f_cnt`` is 0, a missing ``frm_payload`` is empty.

The phenomenon time is the gateway's (``settings.time``, else that of the first ``rx_metadata``) where it is believable:
a gateway that lost its backhaul delivers later than it heard. It is believed up to seven days before and one minute
after ``uplink_message.received_at``, the network server's own clock, which is used otherwise; the outer ``received_at``
(when the application server had it) comes last. Where none of these fields is there, it is the time of our own receipt.

Source: https://www.thethingsindustries.com/docs/the-things-stack/concepts/data-formats/
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache

from domain.sensors import RejectionReason, Source, Uplink
from ingest.errors import Unreadable
from ingest.sources.base64_payload import read_base64
from ingest.sources.device_id import dev_eui, device_id, model_hint
from ingest.sources.strict_json import (
    JsonObject,
    child,
    counter,
    first_of_list,
    malformed,
    optional_child,
    read_object,
    read_optional_time,
    told,
)

SUBSCRIPTION = "v3/+/devices/+/up"
LARGEST_PORT = 255
LARGEST_FRAME_COUNT = 2**32 - 1
LONGEST_BACKHAUL_LOSS = timedelta(days=7)
GATEWAY_CLOCK_LEAD = timedelta(minutes=1)

_TOPIC = re.compile(r"v3/([^/]+)/devices/([^/]+)/up")


@lru_cache(maxsize=100_000)
def _device_of(topic: str) -> str:
    match = _TOPIC.fullmatch(topic)
    if match is None:
        detail = f"topic {told(topic)}: expected v3/{{application}}/devices/{{device}}/up"
        raise Unreadable(RejectionReason.UNKNOWN_TOPIC, detail)
    return device_id(match[2])


def parse(topic: str, payload: bytes, received_at: datetime) -> Uplink:
    """Open the envelope of one uplink of The Things Stack.

    Raises
    ------
    Unreadable
        When it is not one, or when topic and message name different devices.
    """
    device = _device_of(topic)
    document = read_object(payload)
    ids = child(document, "end_device_ids")
    name = ids.get("device_id")
    if name is not None and (not isinstance(name, str) or device_id(name) != device):
        raise malformed(f"end_device_ids.device_id is {told(name)}, but the topic names {told(device)}")
    message = child(document, "uplink_message")
    time = _phenomenon_time(document, message)
    if time is None and ("received_at" in message or "received_at" in document):
        raise malformed("neither uplink_message.received_at nor received_at tells a readable time")
    return Uplink(
        source=Source.THINGS_STACK,
        device_id=dev_eui(ids["dev_eui"], "end_device_ids.dev_eui") if "dev_eui" in ids else device,
        received_at=received_at,
        f_cnt=counter(message, "f_cnt", LARGEST_FRAME_COUNT, "uplink_message."),
        f_port=counter(message, "f_port", LARGEST_PORT, "uplink_message."),
        payload=read_base64(message.get("frm_payload"), "uplink_message.frm_payload"),
        decoded=optional_child(message, "decoded_payload") or None,
        model=model_hint(optional_child(message, "version_ids").get("model_id")),
        phenomenon_time=time,
    )


def _phenomenon_time(document: JsonObject, message: JsonObject) -> datetime | None:
    server = read_optional_time(message.get("received_at")) or read_optional_time(document.get("received_at"))
    gateway = read_optional_time(optional_child(message, "settings").get("time"))
    gateway = gateway or read_optional_time(first_of_list(message, "rx_metadata").get("time"))
    if server is None or gateway is None:
        return server
    believable = -GATEWAY_CLOCK_LEAD <= server - gateway <= LONGEST_BACKHAUL_LOSS
    return gateway if believable else server
