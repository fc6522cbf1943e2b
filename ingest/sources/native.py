"""Halfvol's own JSON, for devices and gateways that speak MQTT themselves.

Topic ``halfvol/v1/{municipality code}/devices/{device id}/up``; either one reading::

    {"phenomenonTime": "2026-11-22T10:00:00Z", "distance": 1.234, "temperature": 7.5, "fCnt": 12}

or a batch of them, each with its own time::

    {"model": "EM310-UDL", "fCnt": 12, "observations": [{"phenomenonTime": "..", "distance": 1.234}, ..]}

Keys are observed properties in camelCase; values are numbers in the units of ``domain.observations.UNITS``, null means
not measured. One reading without ``phenomenonTime`` gets the time of its receipt, and is marked so, if it has ``fCnt``:
with neither, a message that the broker delivers twice could not be told from two of the same content, and is refused.
In a batch every reading needs its time, as they cannot all be of one moment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from domain.sensors import Reading, RejectionReason, Source, Uplink
from ingest.errors import Unreadable
from ingest.sources.device_id import device_id, model_hint
from ingest.sources.strict_json import counter, finite, malformed, read_object, read_time, told

SUBSCRIPTION = "halfvol/v1/+/devices/+/up"
LARGEST_FRAME_COUNT = 2**32 - 1

_TOPIC = re.compile(r"halfvol/v1/([^/]+)/devices/([^/]+)/up")
_PROPERTY = re.compile(r"[a-z][A-Za-z0-9]{0,62}", re.ASCII)
_ENVELOPE = frozenset({"phenomenonTime", "fCnt", "model"})
_BATCH_ENVELOPE = frozenset({"observations", "fCnt", "model"})

Problems = list[tuple[RejectionReason, str]]


@lru_cache(maxsize=100_000)
def _address(topic: str) -> tuple[str, str]:
    match = _TOPIC.fullmatch(topic)
    if match is None:
        detail = f"topic {told(topic)}: expected halfvol/v1/{{municipality}}/devices/{{device}}/up"
        raise Unreadable(RejectionReason.UNKNOWN_TOPIC, detail)
    return match[1], device_id(match[2])


@lru_cache(maxsize=1_000)
def _property_name(key: str) -> str | None:
    """``batteryVoltage`` as ``battery_voltage``; None when it cannot name an observed property."""
    if not _PROPERTY.fullmatch(key):
        return None
    return "".join(f"_{character.lower()}" if character.isupper() else character for character in key)


def parse(topic: str, payload: bytes, received_at: datetime) -> Uplink:
    """Open the envelope of one native message.

    Raises
    ------
    Unreadable
        When nothing of it can be read. What could not be read beside readings that could is in ``problems``.
    """
    municipality_code, device = _address(topic)
    document = read_object(payload)
    problems: Problems = []
    readings: list[Reading] = []
    batch = document.get("observations")
    if batch is None:
        if document.get("phenomenonTime") is None and document.get("fCnt") is None:
            raise malformed("it has neither phenomenonTime nor fCnt, so it could not be told from one sent before")
        _add_reading(document, "", readings, problems, needs_time=False)
    else:
        _check_batch(document, batch)
        assert isinstance(batch, list)
        for number, entry in enumerate(batch, 1):
            label = f"observation {number} of {len(batch)}: "
            if isinstance(entry, dict):
                _add_reading(entry, label, readings, problems)
            else:
                problems.append((RejectionReason.MALFORMED, f"{label}{told(entry)} is not an object"))
    if not readings:
        raise Unreadable(problems[0][0], "; ".join(sentence for _, sentence in problems[:5]))
    return Uplink(
        source=Source.NATIVE,
        device_id=device,
        received_at=received_at,
        f_cnt=_frame_count(document, problems) if "fCnt" in document else None,
        readings=tuple(readings),
        model=model_hint(document.get("model")),
        municipality_code=municipality_code,
        problems=tuple(problems),
    )


def _check_batch(document: Mapping[str, object], batch: object) -> None:
    if not isinstance(batch, list) or not batch:
        raise malformed(f"observations is {told(batch)}, expected a list with at least one object")
    if not document.keys() <= _BATCH_ENVELOPE:
        extra = ", ".join(told(key) for key in sorted(document.keys() - _BATCH_ENVELOPE)[:5])
        raise malformed(f"{extra} beside observations: put it into each observation")


def _add_reading(
    entry: Mapping[str, object],
    label: str,
    readings: list[Reading],
    problems: Problems,
    *,
    needs_time: bool = True,
) -> None:
    """Append the reading that ``entry`` holds, and a problem for every part of it that cannot be read."""
    try:
        given = entry.get("phenomenonTime")
        time = None if given is None and not needs_time else read_time(given, f"{label}phenomenonTime")
    except Unreadable as error:
        problems.append((error.reason, error.detail))
        return
    values: dict[str, float] = {}
    found_problem = False
    for key, value in entry.items():
        if key in _ENVELOPE or value is None:
            continue
        name = _property_name(key)
        number = finite(value)
        if name is None:
            problems.append((RejectionReason.INVALID_VALUE, f"{label}{told(key)} cannot name an observed property"))
            found_problem = True
        elif number is None:
            problems.append((RejectionReason.INVALID_VALUE, f"{label}{key} is {told(value)}, expected a finite number"))
            found_problem = True
        else:
            values[name] = number
    if values:
        readings.append(Reading(time, values))
    elif not found_problem:
        problems.append((RejectionReason.MALFORMED, f"{label}there is no value in it"))


def _frame_count(document: Mapping[str, object], problems: Problems) -> int | None:
    try:
        return counter(document, "fCnt", LARGEST_FRAME_COUNT)
    except Unreadable as error:
        problems.append((error.reason, error.detail))
        return None
