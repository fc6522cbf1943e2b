from datetime import timedelta

import pytest

from domain.containers import ContainerGeometry
from domain.observations import Quality
from domain.sensors import Device, Reading, RejectionReason, Source, Uplink
from ingest.interpret import Interpreted, interpret
from tests.ingest.builders import GEOMETRY, MONTH_AGO, NAMES, NOW, device

HOUR_AGO = NOW - timedelta(hours=1)


def uplink(*readings: Reading) -> Uplink:
    return Uplink(Source.NATIVE, "bin-7", NOW, readings=readings, municipality_code="town")


def frame(payload: str, f_port: int = 2) -> Uplink:
    return Uplink(
        Source.CHIRPSTACK, "bin-7", NOW, f_port=f_port, payload=bytes.fromhex(payload), phenomenon_time=HOUR_AGO
    )


def run(message: Uplink, known: Device | None, municipality_code: str | None = "town") -> Interpreted:
    return interpret(message, known, topic="t", payload=b"whole", municipality_code=municipality_code)


def by_name(interpreted: Interpreted) -> dict[str, tuple[float, Quality]]:
    return {NAMES[each.datastream_id]: (each.result, each.quality) for each in interpreted.observations}


def test_distance_becomes_fill_level_through_the_geometry():
    found = run(uplink(Reading(HOUR_AGO, {"distance": 0.65, "temperature": 7.5})), device())
    assert by_name(found) == {
        "distance": (0.65, Quality.GOOD),
        "temperature": (7.5, Quality.GOOD),
        "fill_level": (pytest.approx(0.75), Quality.GOOD),
    }
    assert {each.phenomenon_time for each in found.observations} == {HOUR_AGO}
    assert {each.received_at for each in found.observations} == {NOW}
    assert not found.rejections


def test_a_frame_is_decoded_by_the_models_codec():
    found = by_name(run(frame("ffff22b81417007001424242426bfc04ac"), device()))
    assert found["distance"] == (1.32, Quality.GOOD)
    assert found["temperature"] == (-4.0, Quality.GOOD)
    assert found["fill_level"][0] == pytest.approx(GEOMETRY.fill_level(1.32))


@pytest.mark.parametrize(
    ("values", "quality"),
    [
        ({"distance": 2.54}, Quality.NO_ECHO),
        ({"distance": 9.0}, Quality.RANGE),
        ({"distance": 1.0, "tilt": 45.0}, Quality.TILTED),
        ({"distance": 1.0, "tilt": 5.0}, Quality.GOOD),
        ({"distance": 2.54, "tilt": 45.0}, Quality.NO_ECHO),
        ({"distance": 1.0, "tilted": 1.0}, Quality.TILTED),
    ],
)
def test_quality_of_a_distance_passes_to_the_fill_level(values: dict[str, float], quality: Quality):
    found = by_name(run(uplink(Reading(HOUR_AGO, values)), device()))
    assert found["distance"][1] is quality
    assert found["fill_level"][1] is quality


@pytest.mark.parametrize(("distance", "quality"), [(2.1, Quality.GOOD), (2.3, Quality.RANGE), (0.0, Quality.GOOD)])
def test_fill_levels_that_cannot_be(distance: float, quality: Quality):
    found = by_name(run(uplink(Reading(HOUR_AGO, {"distance": distance})), device()))
    assert found["distance"][1] is Quality.GOOD
    assert found["fill_level"][1] is quality


def test_a_fill_level_far_above_the_brim_is_out_of_range():
    shallow = ContainerGeometry(empty_distance_m=1.0, full_distance_m=0.5)
    found = by_name(run(uplink(Reading(HOUR_AGO, {"distance": 0.1})), device(geometry=shallow)))
    assert found["fill_level"] == (pytest.approx(1.8), Quality.RANGE)


def test_temperature_out_of_range_does_not_taint_the_distance():
    found = by_name(run(uplink(Reading(HOUR_AGO, {"distance": 1.0, "temperature": 300.0})), device()))
    assert found["temperature"][1] is Quality.RANGE
    assert found["fill_level"][1] is Quality.GOOD


def test_a_fill_level_that_the_device_sends_itself_stays_as_sent():
    found = by_name(run(uplink(Reading(HOUR_AGO, {"distance": 1.0, "fill_level": 0.4})), device()))
    assert found["fill_level"] == (0.4, Quality.GOOD)


def test_without_geometry_there_is_no_fill_level():
    found = by_name(run(uplink(Reading(HOUR_AGO, {"distance": 1.0})), device(geometry=None)))
    assert found == {"distance": (1.0, Quality.GOOD)}


def test_negative_distance_is_set_aside_and_the_rest_stored():
    found = run(uplink(Reading(HOUR_AGO, {"distance": -0.3, "temperature": 7.0})), device())
    assert set(by_name(found)) == {"temperature"}
    (rejection,) = found.rejections
    assert rejection.reason is RejectionReason.INVALID_VALUE
    assert rejection.detail == "a distance cannot be negative: -0.3 m"
    assert (rejection.topic, rejection.payload, rejection.device_id) == ("t", b"whole", "bin-7")


def test_readings_from_the_future_are_quarantined():
    next_year = run(uplink(Reading(NOW + timedelta(days=365), {"distance": 1.0})), device())
    assert not next_year.observations
    assert next_year.rejections[0].reason is RejectionReason.FUTURE
    assert "365 days after it was received" in next_year.rejections[0].detail
    assert "check the device's clock" in next_year.rejections[0].detail
    assert run(uplink(Reading(NOW + timedelta(minutes=9), {"distance": 1.0})), device()).observations
    assert "90 min after" in (
        run(uplink(Reading(NOW + timedelta(minutes=90), {"distance": 1.0})), device()).rejections[0].detail
    )


def test_one_bad_observation_of_a_batch_sets_aside_only_itself():
    times = [NOW - timedelta(hours=hours) for hours in (3, 2, 1)]
    readings = [Reading(time, {"distance": 1.0}) for time in times]
    readings[1] = Reading(NOW + timedelta(days=2), {"distance": 1.0})
    found = run(uplink(*readings), device())
    assert {each.phenomenon_time for each in found.observations} == {times[0], times[2]}
    (rejection,) = found.rejections
    assert rejection.detail.startswith("observation 2 of 3: ")
    assert rejection.payload == b"whole"


def test_a_batch_that_is_wrong_throughout_is_told_briefly():
    found = run(uplink(*[Reading(NOW + timedelta(days=300 + day), {"distance": 1.0}) for day in range(40)]), device())
    detail = found.rejections[0].detail
    assert "observation 5 of 40: " in detail
    assert "; and 35 more; " in detail
    assert detail.count("check the device's clock") == 1


def test_unknown_device_waits_to_be_claimed():
    message = Uplink(Source.THINGS_STACK, "X", NOW, payload=b"\x01", f_port=1, model="em310-udl")
    (waiting,) = run(message, None).unclaimed
    assert (waiting.device_id, waiting.model, waiting.topic, waiting.payload) == ("X", "EM310-UDL", "t", b"whole")


def test_a_sensor_speaks_for_the_container_it_hung_in_then():
    unbound = run(uplink(Reading(MONTH_AGO - timedelta(seconds=1), {"distance": 1.0})), device())
    assert unbound.rejections[0].reason is RejectionReason.UNBOUND
    ended = device(bound_until=HOUR_AGO)
    assert run(uplink(Reading(HOUR_AGO, {"distance": 1.0})), ended).rejections[0].reason is RejectionReason.UNBOUND
    assert run(uplink(Reading(HOUR_AGO - timedelta(seconds=1), {"distance": 1.0})), ended).observations


def test_a_topic_of_another_municipality_is_refused():
    found = run(uplink(Reading(HOUR_AGO, {"distance": 1.0})), device(), municipality_code="elsewhere")
    assert not found.observations
    assert found.rejections[0].reason is RejectionReason.UNKNOWN_TOPIC
    assert "another municipality" in found.rejections[0].detail


@pytest.mark.parametrize(
    ("payload", "reason", "sentence"),
    [
        ("", RejectionReason.UNDECODABLE, "has no payload"),
        ("00", RejectionReason.UNDECODABLE, "Single Sensor, payload 00: "),
    ],
)
def test_frames_that_cannot_be_read(payload: str, reason: RejectionReason, sentence: str):
    (rejection,) = run(frame(payload), device()).rejections
    assert rejection.reason is reason
    assert sentence in rejection.detail


def test_device_information_without_a_measurement_is_kept():
    (rejection,) = run(frame("ff0b01ff0100", 85), device(model="EM310-UDL")).rejections
    assert rejection.reason is RejectionReason.UNDECODABLE
    assert "without a measurement" in rejection.detail


def test_a_model_without_codec_is_named():
    known = device()
    strange = Device(type(known.sensor)(1, 1, "bin-7", "Mystery 9"), known.bindings)
    (rejection,) = run(frame("00"), strange).rejections
    assert rejection.reason is RejectionReason.UNKNOWN_MODEL
    assert "'Mystery 9'" in rejection.detail
    assert run(uplink(Reading(HOUR_AGO, {"distance": 1.0})), strange).observations
