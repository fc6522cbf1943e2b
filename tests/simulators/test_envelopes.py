"""Our envelopes have the keys and kinds of value that real messages have."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from domain.geography import Position
from simulators import envelopes
from simulators.devices import MODELS
from simulators.envelopes import Frame

KEYS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "data" / "simulators" / "envelope_keys.json").read_text()
)
PAYLOAD = bytes.fromhex("01755c03824408040001")

# What The Things Stack adds for devices with a place and a profile, and gateways that know where they are.
ALSO_REAL = {
    "uplink_message.locations.user.latitude",
    "uplink_message.locations.user.longitude",
    "uplink_message.locations.user.source",
    "uplink_message.version_ids.brand_id",
    "uplink_message.version_ids.model_id",
    "uplink_message.version_ids.hardware_version",
    "uplink_message.version_ids.firmware_version",
    "uplink_message.version_ids.band_id",
    "rxInfo[].location.latitude",
    "rxInfo[].location.longitude",
}


def frame(*, identity: int = 0xFEDCBA9876543211, counter: int = 5017, session: int = 2) -> Frame:
    return Frame(
        device_id="24E124713B000001",
        model=MODELS["EM310-UDL"],
        position=Position(24.94, 60.17),
        heard_at_s=1_795_312_800,
        counter=counter,
        session=session,
        payload=PAYLOAD,
        identity=identity,
    )


def kinds(value: Any, path: str = "") -> dict[str, str]:
    """The kind of value at every path of a JSON value."""
    if isinstance(value, dict):
        if not value:
            return {path: "object"}
        found: dict[str, str] = {}
        for key, inner in value.items():
            found |= kinds(inner, f"{path}.{key}" if path else key)
        return found
    if isinstance(value, list):
        return {where: kind for inner in value for where, kind in kinds(inner, f"{path}[]").items()}
    return {path: {str: "string", bool: "boolean", int: "number", float: "number"}[type(value)]}


@pytest.mark.parametrize(
    ("source", "write"), [("things_stack", envelopes.things_stack), ("chirpstack", envelopes.chirpstack)]
)
def test_keys_and_kinds_are_those_of_a_real_message(source: str, write: Any) -> None:
    ours = kinds(json.loads(write(frame())))
    real = {path: kind for path, kind in KEYS[source]["kinds"].items() if kind != "object"}
    real.pop("rxInfo[].location", None)
    ours_alone = {path for path, kind in ours.items() if path not in real and kind != "object"}
    assert ours_alone <= ALSO_REAL
    # No zero, false or empty field, so nothing of the real message may be missing here.
    assert {path: ours.get(path) for path in real} == real


@pytest.mark.parametrize("identity", [0, 1, 7, 2**64 - 1, 249_999, 0x00FF00FF00FF00FF])
def test_every_identity_gives_valid_json_of_a_realistic_size(identity: int) -> None:
    things_stack = envelopes.things_stack(frame(identity=identity))
    chirpstack = envelopes.chirpstack(frame(identity=identity))
    assert 1_300 < len(things_stack) < 1_800
    assert 850 < len(chirpstack) < 1_200
    uplink = json.loads(things_stack)["uplink_message"]
    assert uplink["settings"]["time"] < uplink["received_at"] < json.loads(things_stack)["received_at"]
    assert len(json.loads(chirpstack)["deduplicationId"].split("-")) == 5
    assert [len(part) for part in json.loads(chirpstack)["deduplicationId"].split("-")] == [8, 4, 4, 4, 12]


def test_the_payload_travels_in_base64() -> None:
    assert base64.b64decode(json.loads(envelopes.things_stack(frame()))["uplink_message"]["frm_payload"]) == PAYLOAD
    assert base64.b64decode(json.loads(envelopes.chirpstack(frame()))["data"]) == PAYLOAD


def test_the_things_stack_leaves_out_a_counter_of_zero() -> None:
    assert "f_cnt" not in json.loads(envelopes.things_stack(frame(counter=0)))["uplink_message"]
    assert json.loads(envelopes.chirpstack(frame(counter=0)))["fCnt"] == 0


def test_a_new_session_has_another_key() -> None:
    keys = {
        json.loads(envelopes.things_stack(frame(session=session)))["uplink_message"]["session_key_id"]
        for session in (-1, 0, 1, 2)
    }
    assert len(keys) == 4


def test_native_readings_flat_and_in_a_batch() -> None:
    first = '"phenomenonTime":"2026-11-22T10:00:00Z","distance":1.23'
    second = '"phenomenonTime":"2026-11-22T11:00:00Z","distance":1.21'
    assert json.loads(envelopes.native([first], counter=12)) == {
        "phenomenonTime": "2026-11-22T10:00:00Z",
        "distance": 1.23,
        "fCnt": 12,
    }
    batch = json.loads(envelopes.native([first, second], counter=12, model="LDDS45"))
    assert batch["model"] == "LDDS45"
    assert [reading["distance"] for reading in batch["observations"]] == [1.23, 1.21]


def test_topics() -> None:
    device = "24E124713B000001"
    assert envelopes.native_topic("helsinki-demo", device) == f"halfvol/v1/helsinki-demo/devices/{device}/up"
    assert envelopes.things_stack_topic(device) == "v3/waste-containers@helsinki/devices/eui-24e124713b000001/up"
    assert envelopes.chirpstack_topic(device).endswith("/device/24e124713b000001/event/up")


def test_times_are_utc() -> None:
    assert envelopes.second(0) == "1970-01-01T00:00:00"
    assert envelopes.second(1_795_312_799) == "2026-11-22T01:59:59"
