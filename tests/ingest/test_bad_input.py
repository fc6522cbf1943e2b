"""The bad input that every source meets sooner or later, each by its name, on every source."""

from __future__ import annotations

import json
from typing import Any

import pytest

from domain.sensors import RejectionReason
from ingest.reader import read
from ingest.sources import MAXIMUM_PAYLOAD_BYTES
from tests.ingest.builders import NOW, device, registered

EUI = "1000000000000001"
DEVICES = registered(device(EUI, "EM310-UDL"))
TIME = "2026-11-22T10:00:00Z"
GOOD: dict[str, tuple[str, dict[str, Any]]] = {
    "native": (f"halfvol/v1/town/devices/{EUI}/up", {"phenomenonTime": TIME, "distance": 1.0, "fCnt": 1}),
    "things_stack": (
        f"v3/app@ttn/devices/eui-{EUI}/up",
        {
            "end_device_ids": {"device_id": f"eui-{EUI}", "dev_eui": EUI},
            "uplink_message": {"f_port": 85, "f_cnt": 1, "frm_payload": "AXVcA4JECAQAAQ==", "received_at": TIME},
        },
    ),
    "chirpstack": (
        f"application/a/device/{EUI}/event/up",
        {"deviceInfo": {"devEui": EUI}, "time": TIME, "fPort": 85, "fCnt": 1, "data": "AXVcA4JECAQAAQ=="},
    ),
    "loriot": (
        "loriot/town/up",
        {"cmd": "rx", "EUI": EUI, "ts": 1_795_341_600_000, "port": 85, "fcnt": 1, "data": "01755C03824408040001"},
    ),
}
GOOD |= {f"{name} over HTTP": (f"http/town/{topic}", document) for name, (topic, document) in GOOD.items()}
COUNTERS = {"native": "fCnt", "things_stack": "f_cnt", "chirpstack": "fCnt", "loriot": "fcnt"}
TIMES = {"native": "phenomenonTime", "things_stack": "received_at", "chirpstack": "time", "loriot": "ts"}


def sole_rejection(topic: str, payload: bytes) -> tuple[RejectionReason, str]:
    found = read(topic, payload, NOW, DEVICES)
    assert not found.observations
    assert not found.unclaimed
    (rejection,) = found.rejections
    assert rejection.payload == payload
    assert rejection.detail.isprintable()
    assert "Halfvol failed" not in rejection.detail
    return rejection.reason, rejection.detail


def changed(source: str, key: str, value: object) -> bytes:
    """The good message with ``key``, wherever it stands in it, set to ``value``."""
    document = json.loads(json.dumps(GOOD[source][1]))
    place = document["uplink_message"] if source.startswith("things_stack") else document
    assert key in place
    place[key] = value
    return json.dumps(document).encode()


sources = pytest.mark.parametrize("source", GOOD)


def kind(source: str) -> str:
    return source.removesuffix(" over HTTP")


@sources
def test_the_good_message_is_good(source: str) -> None:
    topic, document = GOOD[source]
    found = read(topic, json.dumps(document).encode(), NOW, DEVICES)
    assert found.observations
    assert not found.rejections


@sources
@pytest.mark.parametrize(
    ("name", "payload", "sentence"),
    [
        ("empty", b"", "not JSON"),
        ("invalid UTF-8", b'{"a": "\xc3\x28"}', "not UTF-8"),
        ("UTF-16", '{"a": 1}'.encode("utf-16"), "not UTF-8"),
        ("NUL", b'{"a": 1\0}', "not JSON"),
        ("NUL in a text", b'{"a": "\0"}', "not JSON"),
        ("not a number", b'{"a": NaN}', "NaN is not a JSON number"),
        ("infinity", b'{"a": -Infinity}', "-Infinity is not a JSON number"),
        ("deep lists", b'{"a": ' + b"[" * 20_000 + b"]" * 20_000 + b"}", "nested too deeply"),
        ("deep objects", b'{"a":' * 9_000 + b"1" + b"}" * 9_000, "nested too deeply"),
        ("a key twice", b'{"a": 1, "a": 2}', "stands twice"),
        ("many digits", b'{"a": ' + b"9" * 5000 + b"}", "too many digits"),
        ("a list", b"[1, 2]", "expected a JSON object"),
        ("cut off", b'{"a": {"b": ', "not JSON"),
    ],
)
def test_what_is_no_json_of_ours(source: str, name: str, payload: bytes, sentence: str) -> None:
    reason, detail = sole_rejection(GOOD[source][0], payload)
    assert reason is RejectionReason.MALFORMED
    assert sentence in detail


@sources
def test_oversized(source: str) -> None:
    payload = changed(source, COUNTERS[kind(source)], 1) + b" " * MAXIMUM_PAYLOAD_BYTES
    assert sole_rejection(GOOD[source][0], payload)[0] is RejectionReason.TOO_LARGE


@pytest.mark.parametrize("source", [each for each in GOOD if kind(each) != "native"])
@pytest.mark.parametrize("value", [2**64, -1, 1.5, 1e300, "1", True, 10**400])
def test_frame_counters_that_cannot_be(source: str, value: object) -> None:
    reason, detail = sole_rejection(GOOD[source][0], changed(source, COUNTERS[kind(source)], value))
    assert reason is RejectionReason.MALFORMED
    assert "expected a whole number" in detail


@sources
@pytest.mark.parametrize(
    "value", ["2026-11-22T10:00:00", "2026-11-22", "22-11-2026 10:00", "0001-01-01T00:00:00+14:00", "", 1, [], 10**30]
)
def test_times_without_zone_and_other_odd_ones(source: str, value: object) -> None:
    if kind(source) == "loriot" and value == 1:
        return  # a millisecond after 1970 began: a time, if an odd one
    reason, _ = sole_rejection(GOOD[source][0], changed(source, TIMES[kind(source)], value))
    assert reason is RejectionReason.MALFORMED


@pytest.mark.parametrize(
    ("source", "path", "value"),
    [
        ("things_stack", ("end_device_ids", "device_id"), "another"),
        ("things_stack", ("end_device_ids", "dev_eui"), "12"),
        ("things_stack", ("end_device_ids", "dev_eui"), None),
        ("things_stack", ("end_device_ids",), []),
        ("chirpstack", ("deviceInfo", "devEui"), "2000000000000002"),
        ("chirpstack", ("deviceInfo", "devEui"), "\u0661" * 16),
        ("chirpstack", ("deviceInfo",), None),
        ("loriot", ("EUI",), "1000-0000"),
        ("loriot", ("EUI",), {"a": 1}),
    ],
)
def test_wrong_device_keys(source: str, path: tuple[str, ...], value: object) -> None:
    topic, good = GOOD[source]
    document = json.loads(json.dumps(good))
    place = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    assert sole_rejection(topic, json.dumps(document).encode())[0] is RejectionReason.MALFORMED


@pytest.mark.parametrize(
    ("source", "key", "value"),
    [
        ("things_stack", "frm_payload", "no base64!"),
        ("chirpstack", "data", "AXV"),
        ("chirpstack", "data", 7),
        ("loriot", "data", "0g"),
        ("loriot", "data", "0"),
        ("loriot", "data", "\u0660\u0661"),
    ],
)
def test_bytes_that_are_none(source: str, key: str, value: object) -> None:
    assert sole_rejection(GOOD[source][0], changed(source, key, value))[0] is RejectionReason.MALFORMED


@pytest.mark.parametrize(
    ("source", "key"), [("things_stack", "frm_payload"), ("chirpstack", "data"), ("loriot", "data")]
)
def test_no_payload(source: str, key: str) -> None:
    assert sole_rejection(GOOD[source][0], changed(source, key, ""))[0] is RejectionReason.UNDECODABLE


@pytest.mark.parametrize("value", [10**400, -(10**400), 1e308 * 10, "1.0", True, [1], {"a": 1}])
def test_native_values_that_cannot_be(value: object) -> None:
    payload = changed("native", "distance", value).replace(b"Infinity", b"1e999")
    assert sole_rejection(GOOD["native"][0], payload)[0] is RejectionReason.INVALID_VALUE


DECODED = {"things_stack": "decoded_payload", "chirpstack": "object"}


@pytest.mark.parametrize("source", DECODED)
@pytest.mark.parametrize(
    ("decoded", "distance"),
    [
        ({"distance": 1500, "battery": 50, "position": "normal"}, 1.5),
        ({"distance": "1500 mm"}, 1.5),
        ({"distance": 90_000}, 2.116),  # not plausible: the bytes decide
        ({"distance": -1}, 2.116),
        ({"distance": 1500, "battery": 255}, 2.116),
        ({"distance": 10**400}, 2.116),
        ({"distance": "far"}, 2.116),
        ({"distance": [1500]}, 2.116),
        ({"battery": 50}, 2.116),  # not what it is there for
        ({"distance": {"value": {"deep": {"er": {"still": 1}}}}}, 2.116),
        ({}, 2.116),
        ([], 2.116),
        ("text", 2.116),
        (None, 2.116),
    ],
)
def test_what_the_network_server_decoded(source: str, decoded: object, distance: float) -> None:
    topic, good = GOOD[source]
    document = json.loads(json.dumps(good))
    place = document["uplink_message"] if source == "things_stack" else document
    place[DECODED[source]] = decoded
    found = read(topic, json.dumps(document).encode(), NOW, DEVICES)
    assert not found.rejections
    results = {observation.datastream_id: observation.result for observation in found.observations}
    assert results[2] == pytest.approx(distance)
