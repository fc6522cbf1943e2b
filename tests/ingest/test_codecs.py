import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.sensors import Reading, RejectionReason
from ingest.decode import decode_hex
from ingest.errors import Unreadable
from ingest.sensors import PROFILES, decode, get
from ingest.sensors.decoded import is_plausible, values_of
from ingest.sensors.profiles import profile_named

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "data" / "uplinks" / "vectors.json").read_text()
)["vectors"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['model']} {vector['payload']}")
def test_published_payloads_read_as_published(vector: dict[str, Any]):
    reading = decode(vector["model"], vector["f_port"], bytes.fromhex(vector["payload"]))
    assert reading.values == pytest.approx(vector["values"])
    assert reading.phenomenon_time is None


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['model']} {vector['payload']}")
def test_decode_command_gives_json_with_units_and_quality(vector: dict[str, Any]):
    answer = json.loads(json.dumps(decode_hex(vector["model"], vector["f_port"], vector["payload"])))
    assert {each["observedProperty"]: each["result"] for each in answer["observations"]} == pytest.approx(
        vector["values"]
    )
    suspect = {e["observedProperty"]: e["quality"] for e in answer["observations"] if e["quality"] != "good"}
    assert suspect == vector["qualities"]
    assert all(each["unit"] for each in answer["observations"])


@pytest.mark.parametrize(
    ("model", "f_port", "payload", "sentence"),
    [
        ("EM310-UDL", 85, "03824408ee", "byte 4: channel and type ee are not known"),
        ("EM310-UDL", 85, "0367e800", "byte 0: channel and type 0367 are not known"),
        ("EM400-TLD", 85, "01755c0482", "byte 3: channel 0482 needs 2 bytes, but only 0 are left"),
        ("EM400-TLD", 0, "01755c", "port 0"),
        ("LDDS45", 5, "0d3b0aef00000001", "measures on LoRaWAN port 2, this came on port 5"),
        ("LDDS45", 2, "0d3b0aef", "sends 8 bytes, this has 4"),
        ("Single Sensor", 2, "42009070017f7f7f7f7017e2", "sends 13 bytes after the header"),
        ("Single Sensor", 2, "ffff22b8eb16007002030303036f0d022b", "event 2 is not a measurement"),
    ],
)
def test_wrong_payloads_are_undecodable_with_a_sentence(model: str, f_port: int, payload: str, sentence: str):
    with pytest.raises(Unreadable, match=sentence) as caught:
        decode(model, f_port, bytes.fromhex(payload))
    assert caught.value.reason is RejectionReason.UNDECODABLE


def test_dragino_without_echo_sensor_or_probe_leaves_values_out():
    assert set(decode("LDDS45", 2, bytes.fromhex("0d3b000000000001")).values) == {"battery_voltage"}
    assert set(decode("LDDS45", 2, bytes.fromhex("0d3b0aef00ffa600")).values) == {"battery_voltage", "temperature"}
    assert decode("LDDS45", 2, bytes.fromhex("8d3b0aef00ffa601")).values["temperature"] == -9.0


def test_sensoneo_takes_the_echoes_that_came_back():
    some = decode("Single Sensor", 2, bytes.fromhex("ffff22b81417007001427f43446bfc04ac"))
    assert some.values["distance"] == pytest.approx(0x43 * 2 / 100)
    without_header = decode("Single Sensor", 2, bytes.fromhex("1417007001424242426bfc04ac"))
    assert without_header.values["distance"] == pytest.approx(1.32)


def try_to_decode(model: str, f_port: int, payload: bytes) -> Reading | Unreadable:
    try:
        return decode(model, f_port, payload)
    except Unreadable as error:
        return error


@given(st.sampled_from(sorted(PROFILES)), st.integers(0, 255), st.binary(max_size=60))
def test_any_bytes_give_values_of_the_profile_or_one_named_rejection(model: str, f_port: int, payload: bytes):
    found = try_to_decode(model, f_port, payload)
    if isinstance(found, Unreadable):
        assert found.reason is RejectionReason.UNDECODABLE
        assert found.detail
    else:
        assert found.values.keys() <= PROFILES[model].observed_properties.keys()


@given(st.binary(max_size=40))
def test_milesight_frames_survive_being_joined(payload: bytes):
    # Two readable frames one after the other read as both together: the later channel wins.
    first = bytes.fromhex("01755c03824408")
    alone = try_to_decode("EM310-UDL", 85, payload)
    if isinstance(alone, Reading):
        together = decode("EM310-UDL", 85, first + payload)
        assert together.values == {**decode("EM310-UDL", 85, first).values, **alone.values}


def test_unknown_model_names_close_ones_and_all_known():
    with pytest.raises(InvalidInput, match="did you mean EM310-UDL") as caught:
        get("em310udl")
    assert all(model in str(caught.value) for model in PROFILES)


@pytest.mark.parametrize(
    ("f_port", "digits", "sentence"),
    [(85, "xyz", "is not a payload in hex digits"), (256, "00", "0 to 255"), (85, "", "holds no measurement")],
)
def test_decode_command_refuses_with_a_sentence(f_port: int, digits: str, sentence: str):
    with pytest.raises(InvalidInput, match=sentence):
        decode_hex("EM310-UDL", f_port, digits)


def test_decode_command_takes_digits_as_people_write_them():
    plain = decode_hex("EM310-UDL", 85, "01755c03824408040001")
    assert decode_hex("EM310-UDL", 85, " 0x01 75:5C 03824408\n040001 ") == plain


@pytest.mark.parametrize("text", ["em310-udl", "Milesight EM310-UDL", "EM310 UDL (EU868)", "em310_udl"])
def test_models_are_recognised_as_network_servers_write_them(text: str):
    profile = profile_named(text)
    assert profile is not None
    assert profile.model == "EM310-UDL"
    assert profile_named("something else") is None


def test_every_profile_can_be_used():
    for profile in PROFILES.values():
        if "distance" in profile.observed_properties:
            assert profile.units["fill_level"] == "1"
        assert profile.main_property in profile.units
        assert {each.observed_property for each in profile.decoded.values()} <= profile.observed_properties.keys()


def test_the_published_fields_of_decoders_mean_what_the_bytes_say():
    plausible = 0
    for vector in VECTORS:
        profile = PROFILES[vector["model"]]
        values = values_of(profile, vector["expected_at_source"])
        if is_plausible(profile, values):
            plausible += 1
            # Distances are published rounded to a centimetre here and there.
            assert values == pytest.approx({name: vector["values"][name] for name in values}, abs=0.03)
    assert plausible > len(VECTORS) * 0.8
