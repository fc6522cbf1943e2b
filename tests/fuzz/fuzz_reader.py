"""Coverage-guided fuzzing of everything that reads bytes from outside (``make fuzz``; needs the extra ``fuzz``).

The first byte chooses a door: any topic, a topic of a source with a device of each model behind it, a codec with a
port, a body handed over by HTTP, or a codec in JavaScript. Whatever comes in must give observations, an unclaimed
message, or one rejection with its reason, within a second; anything else ends the run and leaves the input in a file.

Run: python tests/fuzz/fuzz_reader.py -max_total_time=60 CORPUS_FOLDER   (options are those of libFuzzer)
"""

from __future__ import annotations

import json
import logging
import math
import random
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import atheris

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

with atheris.instrument_imports(include=["ingest", "domain", "json", "datetime", "base64"]):
    from domain.containers import ContainerGeometry
    from domain.sensors import Binding, Device, RejectionReason, Sensor
    from ingest.errors import Unreadable
    from ingest.reader import read
    from ingest.registry import Registered
    from ingest.sensors import PROFILES
    from ingest.sensors.javascript import decode_uplink
    from ingest.sources import http_push

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LONGEST_S = 1.0
MODELS = sorted(PROFILES)
GEOMETRY = ContainerGeometry(empty_distance_m=2.0, full_distance_m=0.2)
SCRIPT = "function decodeUplink(i) { return JSON.parse(String.fromCharCode.apply(null, i.bytes)); }"


def _device(number: int, model: str) -> Device:
    streams = {name: index for index, name in enumerate(PROFILES[model].units, 1)}
    binding = Binding(1, NOW - timedelta(days=4000), None, GEOMETRY, streams)
    return Device(Sensor(number, 1, f"{0x1000000000000000 + number:016X}", model), (binding,))


DEVICES = {device.sensor.device_id: device for device in (_device(*each) for each in enumerate(MODELS))}
REGISTERED = Registered(DEVICES, {1: "town"})
NAMES = list(DEVICES)


def one_input(data: bytes) -> None:
    """Take one input through the door that its first bytes choose."""
    if len(data) < 3:
        return
    door, which, body = data[0] % 8, data[1], data[2:]
    name = NAMES[which % len(NAMES)]
    started = time.monotonic()
    match door:
        case 0:
            topic, _, payload = body.partition(b"\n")
            _check_message(topic.decode("utf-8", "replace"), payload)
        case 1:
            _check_message(f"halfvol/v1/town/devices/{name}/up", body)
        case 2:
            _check_message(f"v3/app@ttn/devices/eui-{name}/up", body)
        case 3:
            _check_message(f"application/1/device/{name}/event/up", body)
        case 4:
            _check_message("loriot/town/up", body)
        case 5:
            _check_codec(MODELS[which % len(MODELS)], body[0], body[1:])
        case 6:
            _check_push(body, name if which & 1 else None)
        case _:
            if which < 16:  # one script costs as much as ten messages
                _check_script(body)
    assert time.monotonic() - started < LONGEST_S + (1 if door == 7 else 0), "took too long"


def _check_message(topic: str, payload: bytes) -> None:
    found = read(topic, payload, NOW, REGISTERED)
    assert found.observations or found.rejections or found.unclaimed, "a message left no trace"
    assert len(found.rejections) <= 1
    for rejection in found.rejections:
        assert rejection.reason in RejectionReason
        assert rejection.detail
        assert "Halfvol failed" not in rejection.detail, rejection.detail
        assert "\0" not in rejection.topic + rejection.detail
        assert rejection.payload == payload
    for observation in found.observations:
        assert math.isfinite(observation.result)
        assert observation.phenomenon_time <= NOW + timedelta(minutes=10)


def _check_refusal(error: Unreadable) -> None:
    assert error.reason in RejectionReason
    assert error.detail
    assert error.detail.isprintable()


def _check_codec(model: str, f_port: int, payload: bytes) -> None:
    profile = PROFILES[model]
    try:
        values = profile.codec(f_port, payload).values
    except Unreadable as error:
        _check_refusal(error)
        return
    assert all(math.isfinite(value) for value in values.values())


def _check_push(body: bytes, device_id: str | None) -> None:
    try:
        topic = http_push.topic_of(body, municipality_code="town", device_id=device_id)
    except Unreadable as error:
        _check_refusal(error)
        return
    _check_message(topic, body)


def _check_script(body: bytes) -> None:
    try:
        decode_uplink(SCRIPT, 1, body)
    except Unreadable as error:
        _check_refusal(error)


ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 1.5, 2**31, 2**53, 2**64, 10**18, 10**400, -(10**30), 1e308, [], {}, [[]]),
    *("", "0", "NaN", "\0", "\ud800", "x" * 300, "AXVcA4JECAQAAQ==", "FF"),
    *("2026-11-22T10:00:00Z", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+14:00"),
)
"""Values that a message may hold in place of another."""


def mutate(data: bytes, max_size: int, seed: int) -> bytes:
    """Change a message as JSON as often as as bytes: bytes alone hardly ever stay JSON."""
    chance = random.Random(seed)
    if chance.random() < 0.5:
        try:
            document = json.loads(data[2:])
        except (ValueError, RecursionError):
            document = None
        if isinstance(document, dict) and document:
            _change(document, chance)
            changed = data[:2] + json.dumps(document).encode()
            if len(changed) <= max_size:
                return changed
    return atheris.Mutate(data, max_size)


def _change(document: dict[str, Any], chance: random.Random) -> None:
    """Replace, remove or add one value, at any depth."""
    place: Any = document
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = chance.choice(keys)
        inner = place[key]
        if not (isinstance(inner, (dict, list)) and inner and chance.random() < 0.7):
            break
        place = inner
    choice = chance.random()
    if choice < 0.7:
        place[key] = chance.choice(ODD)
    elif choice < 0.85:
        del place[key]
    elif isinstance(inner, int):
        place[key] = inner * 10 ** chance.randrange(1, 8) * chance.choice((1, -1))
    else:
        document[chance.choice(("distance", "observations", "object", "ts", "phenomenonTime"))] = chance.choice(ODD)


def seeds() -> list[bytes]:
    """Real messages and payloads to start from."""
    data = ROOT / "tests" / "data" / "uplinks"
    found = [b"\1\0" + b'{"phenomenonTime":"2026-11-22T10:00:00Z","distance":1.234,"tilt":2,"fCnt":12}']
    for case in (data / "envelopes").iterdir():
        message = (case / "input.json").read_bytes()
        door = {"things": 2, "chirps": 3, "loriot": 4}[case.name[:6]]
        found += [bytes((door, 0)) + message, b"\6\1" + message]
    for vector in json.loads((data / "vectors.json").read_text())["vectors"]:
        which = MODELS.index(vector["model"])
        found.append(bytes((5, which, vector["f_port"])) + bytes.fromhex(vector["payload"]))
    found.append(b"\7\0" + b'{"data":{"distance":1}}')
    return found


def main() -> None:
    """Write the seeds into the corpus folder (the last argument, if it is a folder) and fuzz."""
    logging.disable(logging.CRITICAL)
    folder = Path(sys.argv[-1])
    if folder.is_dir():
        for number, seed in enumerate(seeds()):
            (folder / f"seed-{number:03}").write_bytes(seed)
    atheris.Setup(sys.argv, one_input, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
