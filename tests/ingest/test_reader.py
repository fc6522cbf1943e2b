import json
import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.sensors import Device, RejectionReason
from ingest.interpret import Interpreted
from ingest.reader import read
from tests.ingest.builders import NOW, device, registered

TOPICS = (
    "halfvol/v1/town/devices/bin-7/up",
    "halfvol/v1/elsewhere/devices/bin-7/up",
    "halfvol/v1/town/devices/stranger/up",
    "v3/app@ttn/devices/bin-7/up",
    "application/1/device/1000000000000001/event/up",
    "loriot/town/up",
    "http/town/loriot/http/up",
    "http/town/halfvol/v1/town/devices/bin-7/up",
    "http/elsewhere/application/1/device/1000000000000001/event/up",
    "http/http/http/town",
)
DEVICES = registered(device(), device("1000000000000001", "EM400-TLD"))

times = st.sampled_from(
    ["2026-11-22T10:00:00Z", "2027-11-22T10:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "now"]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | times,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
native_keys = st.sampled_from(
    ["phenomenonTime", "distance", "tilt", "fillLevel", "fCnt", "model", "observations", "temperature", "Odd key"]
)
readings = st.dictionaries(native_keys, times | values, max_size=6)
native = readings | st.fixed_dictionaries({"observations": st.lists(readings | values, max_size=4)})
envelope = st.fixed_dictionaries(
    {},
    optional={
        "end_device_ids": st.dictionaries(st.sampled_from(["device_id", "dev_eui"]), values, max_size=2) | values,
        "uplink_message": st.dictionaries(
            st.sampled_from(["f_port", "f_cnt", "frm_payload", "received_at", "settings", "rx_metadata"]),
            times | values,
            max_size=6,
        ),
        "received_at": times | values,
        "deviceInfo": st.just({"devEui": "1000000000000001"}) | values,
        "time": times | values,
        "fPort": st.integers(-1, 300) | values,
        "fCnt": values,
        "data": st.binary(max_size=20).map(lambda raw: raw.hex()) | values,
        "rxInfo": values,
        "object": st.dictionaries(st.sampled_from(["battery", "distance", "position", "temperature"]), values) | values,
        "cmd": st.sampled_from(["rx", "gw", "txd"]) | values,
        "EUI": st.just("1000000000000001") | values,
        "ts": st.integers(0, 2**60) | values,
        "port": st.integers(-1, 300) | values,
        "fcnt": values,
    },
)
topics = st.sampled_from(TOPICS) | st.text(max_size=40)


def check(topic: str, payload: bytes) -> Interpreted:
    found = read(topic, payload, NOW, DEVICES)
    kept = [*found.rejections, *found.unclaimed]
    assert found.observations or kept
    assert len(found.rejections) <= 1
    for rejection in found.rejections:
        assert rejection.reason in RejectionReason
        assert rejection.detail
        assert "Halfvol failed" not in rejection.detail
        assert rejection.payload == payload
        rejection.detail.encode()
    for text in [rejection.topic + rejection.detail for rejection in found.rejections]:
        assert "\0" not in text
    assert all(math.isfinite(observation.result) for observation in found.observations)
    assert all(observation.phenomenon_time <= NOW for observation in found.observations)
    return found


@given(topics, st.binary(max_size=300))
def test_any_bytes_on_any_topic(topic: str, payload: bytes):
    check(topic, payload)


@given(st.sampled_from(TOPICS), native | envelope)
@example(TOPICS[0], {"phenomenonTime": "2026-11-22T10:00:00Z", "model": "\ud800", "distance": 10**400})
@example(TOPICS[0], {"phenomenonTime": "2026-11-22T10:00:00Z", "\ud800": 1})
def test_any_json_of_the_right_shape(topic: str, document: object):
    check(topic, json.dumps(document).encode())


@given(st.sampled_from(TOPICS), st.integers(1, 60_000))
def test_any_depth(topic: str, depth: int):
    check(topic, b'{"a":' * (depth // 6) + b"1" + b"}" * (depth // 6))


@pytest.mark.parametrize("depth", [900, 990, 1000, 10_000])
def test_depths_around_the_recursion_limit(depth: int):
    message = '{"phenomenonTime": "2026-11-22T10:00:00Z", "distance": ' + "[" * depth + "]" * depth + "}"
    (rejection,) = check(TOPICS[0], message.encode()).rejections
    assert rejection.reason in (RejectionReason.MALFORMED, RejectionReason.INVALID_VALUE)


class Broken:
    def device(self, device_id: str) -> Device | None:
        raise ZeroDivisionError("at \0 home")

    def municipality_code(self, municipality_id: int) -> str | None:
        return None


def test_a_defect_of_ours_sets_the_message_aside(caplog: pytest.LogCaptureFixture):
    message = b'{"phenomenonTime":"2026-11-22T10:00:00Z","distance":1}'
    (rejection,) = read(TOPICS[0], message, NOW, Broken()).rejections
    assert rejection.reason is RejectionReason.UNDECODABLE
    assert "please report it" in rejection.detail
    assert "defect" in caplog.text
