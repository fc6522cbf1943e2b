import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.sensors import RejectionReason
from ingest import sources
from ingest.errors import Unreadable
from ingest.sources import MAXIMUM_PAYLOAD_BYTES

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NATIVE = "halfvol/v1/town/devices/bin-7/up"
STACK = "v3/app@ttn/devices/eui-1000000000000001/up"
CHIRPSTACK = "application/a/device/1000000000000001/event/up"
CASES = sorted((Path(__file__).parents[1] / "data" / "uplinks" / "envelopes").iterdir())


def refusal(topic: str, payload: bytes | str) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        sources.parse(topic, payload.encode() if isinstance(payload, str) else payload, NOW)
    assert str(caught.value).isprintable()
    return caught.value


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_envelopes_of_network_servers(case: Path):
    expected = json.loads((case / "expected.json").read_text())
    uplink = sources.parse(expected.pop("topic"), (case / "input.json").read_bytes(), NOW)
    assert uplink.payload is not None
    found = {
        "source": uplink.source.value,
        "device_id": uplink.device_id,
        "f_cnt": uplink.f_cnt,
        "f_port": uplink.f_port,
        "payload": uplink.payload.hex(),
        "phenomenon_time": uplink.phenomenon_time.isoformat() if uplink.phenomenon_time else None,
    }
    assert found == expected
    assert uplink.received_at == NOW


def test_native_single_reading():
    uplink = sources.parse(
        NATIVE,
        b'{"phenomenonTime":"2026-11-22T10:00:00.5+01:00","distance":1.234,"batteryVoltage":3.6,"tilt":null,"fCnt":12}',
        NOW,
    )
    (reading,) = uplink.readings
    assert reading.values == {"distance": 1.234, "battery_voltage": 3.6}
    assert reading.phenomenon_time == datetime(2026, 11, 22, 9, 0, 0, 500_000, UTC)
    assert (uplink.device_id, uplink.municipality_code, uplink.f_cnt) == ("bin-7", "town", 12)
    assert not uplink.problems


def test_native_batch_keeps_the_good_ones_and_names_the_bad_ones():
    batch = {
        "model": "EM310-UDL",
        "fCnt": 3,
        "observations": [
            {"phenomenonTime": "2026-11-22T08:00:00Z", "distance": 1.0},
            {"phenomenonTime": "yesterday", "distance": 1.1},
            {"phenomenonTime": "2026-11-22T10:00:00Z", "distance": "far", "temperature": 7},
            17,
            {"phenomenonTime": "2026-11-22T11:00:00Z"},
        ],
    }
    uplink = sources.parse(NATIVE, json.dumps(batch).encode(), NOW)
    assert [dict(reading.values) for reading in uplink.readings] == [{"distance": 1.0}, {"temperature": 7.0}]
    assert uplink.model == "EM310-UDL"
    sentences = [sentence for _, sentence in uplink.problems]
    assert [sentence.split(":")[0] for sentence in sentences] == [f"observation {n} of 5" for n in (2, 3, 4, 5)]
    assert "expected a time with its offset such as 2026-11-22T10:00:00Z" in sentences[0]
    assert "distance is 'far', expected a finite number" in sentences[1]


def test_native_device_names():
    message = b'{"phenomenonTime":"2026-11-22T10:00:00Z","distance":1}'
    assert sources.parse("halfvol/v1/t/devices/70b3d500700016eb/up", message, NOW).device_id == "70B3D500700016EB"
    assert sources.parse("halfvol/v1/t/devices/Ondergrondse bak é/up", message, NOW).device_id == "Ondergrondse bak é"
    assert refusal("halfvol/v1/t/devices/a\tb/up", message).reason is RejectionReason.MALFORMED


@pytest.mark.parametrize(
    ("payload", "sentence"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[1]", "expected a JSON object"),
        ("null", "expected a JSON object"),
        (b"\xff\xfe", "not UTF-8: byte 0"),
        ('{"distance": NaN}', "NaN is not a JSON number"),
        ('{"distance": -Infinity}', "-Infinity is not a JSON number"),
        ('{"distance": 1, "distance": 2}', "the key 'distance' stands twice"),
        ('{"distance": ' + "9" * 5000 + "}", "too many digits"),
        ('{"distance": ' + "[" * 20_000 + "]" * 20_000 + "}", "nested too deeply"),
        ('{"distance": 1}', "neither phenomenonTime nor fCnt"),
        ('{"observations": [{"distance": 1}], "fCnt": 3}', "phenomenonTime is None"),
        ('{"phenomenonTime": "2026-11-22T10:00:00", "distance": 1}', "with its offset"),
        ('{"phenomenonTime": "2026-11-22", "distance": 1}', "with its offset"),
        ('{"phenomenonTime": 1, "distance": 1}', "phenomenonTime is 1"),
        ('{"phenomenonTime": "0001-01-01T00:00:00+10:00", "distance": 1}', "phenomenonTime is"),
        ('{"phenomenonTime": "2026-11-22T10:00:00Z"}', "there is no value in it"),
        ('{"observations": []}', "a list with at least one object"),
        ('{"observations": {}}', "a list with at least one object"),
        ('{"observations": [1], "distance": 3}', "'distance' beside observations"),
    ],
)
def test_malformed_native_messages(payload: str | bytes, sentence: str):
    error = refusal(NATIVE, payload)
    assert error.reason is RejectionReason.MALFORMED
    assert sentence in error.detail


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("true", "True"),
        ('"1.2"', "'1.2'"),
        ("1e999", "inf"),
        ("1" + "0" * 400, "1000"),
        ("{}", "{}"),
        ('"\\u0000"', "x00"),
    ],
)
def test_values_that_are_no_numbers(value: str, told: str):
    error = refusal(NATIVE, f'{{"phenomenonTime": "2026-11-22T10:00:00Z", "distance": {value}}}')
    assert error.reason is RejectionReason.INVALID_VALUE
    assert "distance is" in error.detail
    assert told in error.detail


def test_too_large_and_unknown_topics():
    assert refusal(NATIVE, b" " * (MAXIMUM_PAYLOAD_BYTES + 1)).reason is RejectionReason.TOO_LARGE
    for topic in ("", "weather/1", "halfvol/v2/town/devices/1/up", "v3/app/devices/1/join", "application/1/device/2/x"):
        assert refusal(topic, b"{}").reason is RejectionReason.UNKNOWN_TOPIC


def stack(**changes: object) -> bytes:
    message = {
        "end_device_ids": {"device_id": "eui-1000000000000001", "dev_eui": "10000000000000ab"},
        "uplink_message": {"f_port": 85, "frm_payload": "AXVc", "received_at": "2026-11-22T11:00:00Z", **changes},
    }
    return json.dumps(message).encode()


def test_things_stack_omits_zeros_and_may_not_know_a_dev_eui():
    uplink = sources.parse(STACK, stack(), NOW)
    assert (uplink.f_cnt, uplink.device_id) == (0, "10000000000000AB")
    bare = b'{"end_device_ids": {}, "uplink_message": {}, "received_at": "2026-11-22T11:00:00Z"}'
    uplink = sources.parse(STACK, bare, NOW)
    assert (uplink.f_cnt, uplink.f_port, uplink.payload, uplink.device_id) == (0, 0, b"", "eui-1000000000000001")


@pytest.mark.parametrize(
    ("gateway", "expected"),
    [
        ("2026-11-22T05:00:00Z", "2026-11-22T05:00:00+00:00"),  # a gateway that was off line for six hours
        ("1970-01-01T00:00:10Z", "2026-11-22T11:00:00+00:00"),  # a gateway without a clock
        ("2036-02-07T06:28:16Z", "2026-11-22T11:00:00+00:00"),
        ("nonsense", "2026-11-22T11:00:00+00:00"),
        (None, "2026-11-22T11:00:00+00:00"),
    ],
)
def test_things_stack_believes_a_gateways_clock_within_reason(gateway: str | None, expected: str):
    uplink = sources.parse(STACK, stack(settings={"time": gateway}), NOW)
    assert uplink.phenomenon_time == datetime.fromisoformat(expected)
    uplink = sources.parse(STACK, stack(rx_metadata=[{"time": gateway}]), NOW)
    assert uplink.phenomenon_time == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    ("topic", "payload", "sentence"),
    [
        (STACK, b"{}", "end_device_ids is missing"),
        (STACK, b'{"end_device_ids": {"device_id": "another"}}', "but the topic names"),
        (STACK, b'{"end_device_ids": {}}', "uplink_message is missing"),
        (STACK, b'{"end_device_ids": {}, "uplink_message": {"received_at": 5}}', "tells a readable time"),
        (STACK, stack(frm_payload="***"), "expected base64"),
        (STACK, stack(f_cnt=-1), "f_cnt is -1, expected a whole number from 0 to 4294967295"),
        (STACK, stack(f_port=1.5), "f_port is 1.5"),
        (CHIRPSTACK, b"{}", "deviceInfo is missing"),
        (CHIRPSTACK, b'{"deviceInfo": {"devEui": "x"}}', "expected 16 hex digits"),
        (CHIRPSTACK, b'{"deviceInfo": {"devEui": "2000000000000002"}}', "but the topic names 1000000000000001"),
        (CHIRPSTACK, b'{"deviceInfo": {"devEui": "1000000000000001"}, "time": 5}', "time is 5"),
    ],
)
def test_malformed_envelopes(topic: str, payload: bytes, sentence: str):
    error = refusal(topic, payload)
    assert error.reason is RejectionReason.MALFORMED
    assert sentence in error.detail
