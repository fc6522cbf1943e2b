"""From an uplink and the device it came from to observations: pure, and never silent about what it leaves out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.observations import UNITS, Observation, ObservedProperty, Quality, WantedDatastream
from domain.sensors import Binding, Device, Reading, Rejection, RejectionReason, UnclaimedMessage, Uplink
from domain.uplinks import ReceivedUplink
from ingest.errors import Unreadable
from ingest.ledger import entry
from ingest.quality import judge, judge_fill_level
from ingest.sensors import PROFILES, SensorProfile
from ingest.sensors.decoded import is_plausible, values_of
from ingest.sensors.profile import NO_CODEC, REPORTED_FILL_LEVEL
from ingest.sensors.profiles import profile_named

FUTURE_SKEW = timedelta(minutes=10)
"""How far a device's clock may run ahead of ours before its reading is set aside."""

PROBLEMS_TOLD = 5
"""How many parts of one message a rejection names before it only counts them."""

MOST_DATASTREAMS = 50
"""A sensor at one place has at most so many: a device that makes up names cannot fill the database with them."""

Problem = tuple[RejectionReason, str]

_DISTANCE = ObservedProperty.DISTANCE.value
_FILL_LEVEL = ObservedProperty.FILL_LEVEL.value


@dataclass(frozen=True, slots=True)
class Interpreted:
    """What one message came to. A message has at most one rejection, which names all that could not be stored of it.

    ``wanted`` are datastreams that it needs and that do not exist; once they do, it can be read again, and none of
    them is left out.
    """

    observations: Sequence[Observation] = ()
    rejections: Sequence[Rejection] = ()
    unclaimed: Sequence[UnclaimedMessage] = ()
    uplinks: Sequence[ReceivedUplink] = ()
    wanted: Sequence[WantedDatastream] = ()


def rejected(
    topic: str, payload: bytes, received_at: datetime, problems: Sequence[Problem], device_id: str | None = None
) -> Rejection:
    """The rejection of a message under its first problem's reason, telling the first few of them and how many more."""
    sentences = list(dict.fromkeys(sentence for _, sentence in problems))
    told = sentences[:PROBLEMS_TOLD]
    if len(sentences) > len(told):
        told.append(f"and {len(sentences) - len(told)} more")
    if any(reason is RejectionReason.FUTURE for reason, _ in problems):
        told.append("readings from the future are set aside: check the device's clock")
    return Rejection(topic, payload, received_at, problems[0][0], "; ".join(told), device_id)


def interpret(
    uplink: Uplink,
    device: Device | None,
    *,
    topic: str,
    payload: bytes,
    municipality_code: str | None = None,
    future_skew: timedelta = FUTURE_SKEW,
) -> Interpreted:
    """The observations of an uplink, with what could not be stored of it.

    Parameters
    ----------
    device
        The sensor with its bindings, or None when nobody registered it: then the message waits as unclaimed.
    topic, payload
        The message as it came, kept whole where a part of it is rejected.
    municipality_code
        That of the sensor. A topic that names another one is refused: devices may only speak for their own town.
    """
    received_at = uplink.received_at
    if device is None:
        profile = profile_named(uplink.model) if uplink.model else None
        model = uplink.model if profile is None else profile.model
        waiting = UnclaimedMessage(topic, payload, received_at, uplink.source, uplink.device_id, model)
        return Interpreted(unclaimed=(waiting,))
    problems: list[Problem] = list(uplink.problems)
    observations: list[Observation] = []
    if uplink.municipality_code is not None and municipality_code not in (None, uplink.municipality_code):
        detail = f"device {uplink.device_id} is registered in another municipality than the topic names"
        problems.append((RejectionReason.UNKNOWN_TOPIC, detail))
        # Not entered into the ledger: that device did not send it.
        return Interpreted((), (rejected(topic, payload, received_at, problems, uplink.device_id),))
    profile = PROFILES.get(device.sensor.model)
    readings = _readings(uplink, device.sensor.model, profile, problems)
    wanted: list[WantedDatastream] = []
    for number, reading in enumerate(readings, 1):
        label = f"observation {number} of {len(readings)}: " if len(readings) > 1 else ""
        _observe(
            reading,
            label,
            device,
            profile,
            received_at=received_at,
            future_skew=future_skew,
            observations=observations,
            problems=problems,
            wanted=wanted,
        )
    uplinks = (
        entry(
            uplink,
            readings,
            sensor_id=device.sensor.id,
            payload=payload,
            stored=len(observations),
            rejected=bool(problems),
            future_skew=future_skew,
        ),
    )
    if problems:
        refused = (rejected(topic, payload, received_at, problems, uplink.device_id),)
        return Interpreted(observations, refused, uplinks=uplinks, wanted=wanted)
    return Interpreted(observations, uplinks=uplinks)


def _readings(
    uplink: Uplink, model: str, profile: SensorProfile | None, problems: list[Problem]
) -> tuple[Reading, ...]:
    """The readings that the message holds as values, or the one that its payload decodes to.

    What the network server decoded goes before that, where the profile knows its fields and it is plausible.
    """
    if uplink.payload is None:
        return uplink.readings
    if profile is None:
        detail = f"no codec for the model {model!r} of device {uplink.device_id}; known are {', '.join(PROFILES)}"
        problems.append((RejectionReason.UNKNOWN_MODEL, detail))
        return ()
    values = {} if uplink.decoded is None else values_of(profile, uplink.decoded)
    if values and (not uplink.payload or profile.codec_name == NO_CODEC or is_plausible(profile, values)):
        return (Reading(uplink.phenomenon_time, values),)
    return _from_bytes(uplink, model, profile, problems)


def _from_bytes(uplink: Uplink, model: str, profile: SensorProfile, problems: list[Problem]) -> tuple[Reading, ...]:
    """The reading that the payload decodes to by the model's codec, if any."""
    if not uplink.payload:
        problems.append((RejectionReason.UNDECODABLE, f"the uplink on port {uplink.f_port} has no payload"))
        return ()
    try:
        reading = profile.codec(uplink.f_port or 0, uplink.payload)
    except Unreadable as error:
        detail = f"{model}, payload {uplink.payload.hex()[:200]}: {error.detail}"
        problems.append((error.reason, detail))
        return ()
    if not reading.values:
        detail = f"{model}, payload {uplink.payload.hex()[:200]}: device information without a measurement"
        problems.append((RejectionReason.UNDECODABLE, detail))
        return ()
    return (Reading(reading.phenomenon_time or uplink.phenomenon_time, reading.values),)


def _observe(
    reading: Reading,
    label: str,
    device: Device,
    profile: SensorProfile | None,
    *,
    received_at: datetime,
    future_skew: timedelta,
    observations: list[Observation],
    problems: list[Problem],
    wanted: list[WantedDatastream],
) -> None:
    """Append the observations of one reading, and a problem for each of its values that cannot be one."""
    time = reading.phenomenon_time
    server_timed = time is None
    if time is None:
        time = received_at
    if time > received_at + future_skew:
        detail = f"{label}its time {time.isoformat()} lies {_told_ahead(time - received_at)} after it was received"
        problems.append((RejectionReason.FUTURE, detail))
        return
    binding = device.binding_at(time)
    if binding is None:
        detail = f"{label}device {device.sensor.device_id} was bound to no container at {time.isoformat()}"
        problems.append((RejectionReason.UNBOUND, detail))
        return
    values = reading.values
    qualities = judge(profile, values)
    datastreams = binding.datastreams
    for name, value in values.items():
        datastream = datastreams.get(name)
        if datastream is None:
            detail = f"{label}device {device.sensor.device_id} has no datastream for {name}"
            if len(datastreams) + len(wanted) < MOST_DATASTREAMS:
                unit = UNITS.get(name, "") if profile is None else profile.units.get(name, UNITS.get(name, ""))
                want = WantedDatastream(device.sensor.id, binding.container_id, binding.site_id, name, unit)
                if want not in wanted:
                    wanted.append(want)
            else:
                detail = f"{detail}, and cannot have more than {MOST_DATASTREAMS}"
            problems.append((RejectionReason.INVALID_VALUE, detail))
        elif value < 0 and name == _DISTANCE:
            detail = f"{label}a distance cannot be negative: {value} m"
            problems.append((RejectionReason.INVALID_VALUE, detail))
        else:
            quality = qualities.get(name, Quality.GOOD)
            observations.append(Observation(datastream, time, value, received_at, quality, server_timed))
    if _FILL_LEVEL not in values:
        derived = _fill_level(binding, values, qualities.get(_DISTANCE, Quality.GOOD))
        if derived is not None:
            level, quality = derived
            observations.append(Observation(datastreams[_FILL_LEVEL], time, level, received_at, quality, server_timed))


def _fill_level(
    binding: Binding, values: Mapping[str, float], distance_quality: Quality
) -> tuple[float, Quality] | None:
    """The fill level and its quality, where the reading and the binding allow one.

    A fill level that the device itself sends goes before this one, so that what it said is what is stored; one that it
    works out by settings of its own stands in where there is no geometry.
    """
    distance = values.get(_DISTANCE)
    if _FILL_LEVEL not in binding.datastreams:
        return None
    if distance is None or distance < 0 or binding.geometry is None:
        reported = values.get(REPORTED_FILL_LEVEL)
        return None if reported is None else (reported, judge_fill_level(reported, distance_quality))
    fill_level = binding.geometry.fill_level(distance)
    return fill_level, judge_fill_level(fill_level, distance_quality)


def _told_ahead(ahead: timedelta) -> str:
    if ahead >= timedelta(days=2):
        return f"{ahead.days} days"
    minutes = int(ahead.total_seconds() // 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 120 else f"{minutes} min"
