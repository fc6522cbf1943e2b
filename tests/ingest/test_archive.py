"""Files of exported uplinks, into a real database."""

from __future__ import annotations

import base64
import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.errors import InvalidInput
from ingest.archive import LONGEST_LINE_BYTES, BadLine, Imported, import_file
from ingest.archive_lines import read_line
from ingest.errors import Unreadable
from ingest.registry import load
from ingest.retry import retry
from storage import rejections, sensors
from storage.database import Database
from tests.ingest.live import START, Town, count, message

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DEV_EUI = "A81758FFFE051234"


def stack(number: int) -> dict[str, object]:
    heard_at = START + timedelta(hours=number + 1)
    return {
        "end_device_ids": {"device_id": "bin", "dev_eui": DEV_EUI, "application_ids": {"application_id": "glass"}},
        "received_at": heard_at.isoformat(),
        "uplink_message": {
            "f_cnt": number,
            "f_port": 85,
            "frm_payload": "A4LoAw==",
            "received_at": heard_at.isoformat(),
        },
    }


def chirp(number: int) -> dict[str, object]:
    return {
        "time": (START + timedelta(hours=number + 1)).isoformat(),
        "deviceInfo": {"applicationId": "app", "devEui": DEV_EUI.lower()},
        "fCnt": number,
        "fPort": 85,
        "data": "A4LoAw==",
    }


@pytest.fixture
def town(database: Database) -> Town:
    town = Town(database, devices=2)
    with database.transaction() as connection:
        sensor = sensors.register(connection, municipality_id=town.id, device_id=DEV_EUI, model="EM310-UDL")
        sensors.bind(
            connection,
            sensor_id=sensor.id,
            container_id=town.container_ids[-1],
            bound_from=START,
            observed_properties={"distance": "m", "fill_level": "1"},
        )
    return town


def lines(*documents: object) -> bytes:
    return b"".join(json.dumps(document).encode() + b"\n" for document in documents)


def test_every_form_of_a_line_names_its_topic() -> None:
    stack_topic = "v3/glass/devices/bin/up"
    for document in (stack(1), {"result": stack(1)}):
        read = read_line(json.dumps(document).encode(), NOW)
        assert (read.topic, json.loads(read.payload), read.received_at) == (stack_topic, stack(1), NOW)
    read = read_line(json.dumps(chirp(1)).encode(), NOW)
    assert (read.topic, json.loads(read.payload)) == (f"application/app/device/{DEV_EUI.lower()}/event/up", chirp(1))
    text = '{"distance": 1, "fCnt": 3}'
    for payload in (text, base64.b64encode(text.encode()).decode(), json.loads(text)):
        kept = {"topic": "a/b", "payload": payload, "tst": "2026-11-20T10:00:00.5+0100"}
        read = read_line(json.dumps(kept).encode(), NOW)
        assert (read.topic, json.loads(read.payload)) == ("a/b", {"distance": 1, "fCnt": 3})
        assert read.received_at == datetime(2026, 11, 20, 9, 0, 0, 500_000, UTC)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (b"hello", "not JSON"),
        (b"[1]", "expected a JSON object"),
        (b'{"a": 1}', "not an uplink"),
        (b'{"result": 3}', "expected an object"),
        (b'{"uplink_message": {}}', "end_device_ids is missing"),
        (b'{"topic": "", "payload": {}}', "expected an MQTT topic"),
        (b'{"topic": "a", "payload": 3}', "payload is 3"),
        (b'{"topic": "a", "payload": "***", "receivedAt": "2026-11-22T10:00:00Z"}', "expected base64"),
        (b'{"topic": "a", "payload": {}}', "receivedAt is None"),
        (b'{"topic": "a", "payload": {}, "receivedAt": "2036-11-22T10:00:00Z"}', "in the future"),
        (b'{"deviceInfo": {"devEui": "a/b"}}', "expected a name"),
    ],
)
def test_lines_that_are_no_uplinks(line: bytes, sentence: str) -> None:
    with pytest.raises(Unreadable, match=sentence):
        read_line(line, NOW)


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_fills_gaps_and_running_it_again_changes_nothing(
    database: Database, town: Town, tmp_path: Path, packed: bool
) -> None:
    kept = {
        "topic": town.topic(town.device_ids[0]),
        "payload": message(1, distance=1.0).decode(),
        "receivedAt": START.isoformat(),
    }
    content = lines(*[stack(number) for number in range(50)], {"result": stack(50)}, chirp(51), kept) + b"\n  \nhello"
    path = tmp_path / "uplinks.ndjson"
    path.write_bytes(gzip.compress(content) if packed else content)
    seen: list[Imported] = []
    imported = import_file(database, path, batch_messages=20, on_progress=seen.append)
    assert (imported.lines, imported.bad, imported.stored.inserted) == (54, 1, 106)
    assert imported.bad_lines == (BadLine(56, "not JSON: Expecting value at character 0"),)
    assert (imported.stored.rejected, imported.read_bytes) == (1, path.stat().st_size)
    assert [each.lines for each in seen] == sorted(each.lines for each in seen)
    assert len(seen) == 3
    again = import_file(database, path).stored
    assert (again.inserted, again.duplicates, again.rejected) == (0, 106, 0)
    assert count(database, "uplink") == 53


def test_lines_too_long_are_kept_in_part(database: Database, town: Town, tmp_path: Path) -> None:
    path = tmp_path / "long.ndjson"
    path.write_bytes(b'{"a": "' + b"x" * (3 * LONGEST_LINE_BYTES) + b'"}\n' + lines(stack(1)))
    imported = import_file(database, path)
    assert (imported.bad, imported.stored.inserted) == (1, 2)
    assert "longer than" in imported.bad_lines[0].detail


def test_a_damaged_or_missing_file_is_named(database: Database, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no such file"):
        import_file(database, tmp_path / "nothing")
    with pytest.raises(InvalidInput, match="a folder"):
        import_file(database, tmp_path)
    broken = tmp_path / "broken.gz"
    broken.write_bytes(gzip.compress(lines(*[stack(number) for number in range(999)]))[:-30])
    with pytest.raises(InvalidInput, match="damaged"):
        import_file(database, broken)


def test_a_kept_line_is_read_as_a_line_again(database: Database, town: Town, tmp_path: Path) -> None:
    path = tmp_path / "uplinks.ndjson"
    path.write_bytes(b"hello\n")
    import_file(database, path)
    with database.transaction() as connection:
        # As if an earlier version had not known this form.
        connection.execute("UPDATE rejection SET payload = %s", [json.dumps(stack(3)).encode()])
        retried = retry(connection, rejections.numbers(connection), load(connection))
    assert (retried.messages, retried.resolved, retried.inserted) == (1, 1, 2)
    assert count(database, "rejection") == 0
