"""Uplinks of ChirpStack v4, from its MQTT integration with the JSON marshaler.

Topic ``application/{application id}/device/{DevEUI}/event/up``; the other events are not subscribed to. The phenomenon
time is ``time``: the gateway's where it has one, else the server's; where there is none, that of our own receipt.

Source: https://www.chirpstack.io/docs/chirpstack/integrations/events.html
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache

from domain.sensors import RejectionReason, Source, Uplink
from ingest.errors import Unreadable
from ingest.sources.base64_payload import read_base64
from ingest.sources.device_id import dev_eui, model_hint
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

SUBSCRIPTION = "application/+/device/+/event/up"
LARGEST_PORT = 255
LARGEST_FRAME_COUNT = 2**32 - 1

_TOPIC = re.compile(r"application/([^/]+)/device/([^/]+)/event/up")


@lru_cache(maxsize=100_000)
def _device_of(topic: str) -> str:
    match = _TOPIC.fullmatch(topic)
    if match is None:
        detail = f"topic {told(topic)}: expected application/{{application}}/device/{{DevEUI}}/event/up"
        raise Unreadable(RejectionReason.UNKNOWN_TOPIC, detail)
    return dev_eui(match[2], "the DevEUI in the topic")


def parse(topic: str, payload: bytes, received_at: datetime) -> Uplink:
    """Open the envelope of one uplink of ChirpStack.

    Raises
    ------
    Unreadable
        When it is not one, or when topic and message name different devices.
    """
    device = _device_of(topic)
    document = read_object(payload)
    device_info = child(document, "deviceInfo")
    named = dev_eui(device_info.get("devEui"), "deviceInfo.devEui")
    if named != device:
        raise malformed(f"deviceInfo.devEui is {named}, but the topic names {device}")
    time = _phenomenon_time(document)
    if time is None and document.get("time") is not None:
        raise malformed(f"time is {told(document.get('time'))}, and no gateway tells one that can be read")
    return Uplink(
        source=Source.CHIRPSTACK,
        device_id=device,
        received_at=received_at,
        f_cnt=counter(document, "fCnt", LARGEST_FRAME_COUNT),
        f_port=counter(document, "fPort", LARGEST_PORT),
        payload=read_base64(document.get("data"), "data"),
        decoded=optional_child(document, "object") or None,
        model=model_hint(device_info.get("deviceProfileName")),
        phenomenon_time=time,
    )


def _phenomenon_time(document: JsonObject) -> datetime | None:
    gateway = first_of_list(document, "rxInfo")
    candidates = (document.get("time"), gateway.get("gwTime"), gateway.get("nsTime"), gateway.get("time"))
    return next((time for time in map(read_optional_time, candidates) if time is not None), None)
