"""What a user reads when something is wrong: one sentence with what, where and what to do, and never a traceback."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.system.command import halfvol


def sentence(completed: CompletedProcess[str], exit_code: int) -> str:
    """The one line on standard error, after the checks that hold for every failure."""
    assert completed.returncode == exit_code, completed.stderr
    assert "Traceback" not in completed.stderr
    lines = completed.stderr.strip().splitlines()
    assert len(lines) == 1, completed.stderr
    assert lines[0].startswith("halfvol: ")
    return lines[0]


def test_a_database_url_of_another_kind(tmp_path: Path) -> None:
    text = sentence(halfvol("migrate", data_dir=tmp_path, DATABASE_URL="mysql://x"), 3)
    assert "HALFVOL_DATABASE_URL" in text
    assert "postgresql://user:password@host:5432/name" in text


def test_a_database_where_none_listens(tmp_path: Path) -> None:
    url = f"postgresql://user:secret@127.0.0.1:{free_port()}/halfvol"
    text = sentence(halfvol("migrate", data_dir=tmp_path, DATABASE_URL=url), 5)
    assert "no database server listens there" in text
    assert "HALFVOL_DATABASE_URL" in text
    assert "secret" not in text


def test_a_setting_that_does_not_exist(tmp_path: Path) -> None:
    text = sentence(halfvol("settings", data_dir=tmp_path, DATABASE_URI="postgresql://x"), 3)
    assert "HALFVOL_DATABASE_URI is not a setting" in text


@pytest.mark.parametrize("port", ["many", "70000", "-1"])
def test_a_port_that_cannot_be(tmp_path: Path, port: str) -> None:
    assert "HALFVOL_HTTP_PORT" in sentence(halfvol("settings", data_dir=tmp_path, HTTP_PORT=port), 3)


def test_a_broker_where_none_listens(tmp_path: Path) -> None:
    url = f"mqtt://user:secret@127.0.0.1:{free_port()}"
    text = sentence(halfvol("simulate", "--days", "1", "--containers", "8", data_dir=tmp_path, MQTT_URL=url), 5)
    assert url.rpartition("@")[2] in text
    assert "HALFVOL_MQTT_URL" in text
    assert "secret" not in text


def test_a_taken_port(tmp_path: Path, registered_town: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        text = sentence(halfvol("serve", data_dir=tmp_path, DATABASE_URL=registered_town, HTTP_PORT=port), 5)
    assert f"127.0.0.1:{port}" in text
    assert "in use" in text
    assert "HALFVOL_HTTP_PORT" in text


def test_a_missing_extract(tmp_path: Path, registered_town: str) -> None:
    missing = tmp_path / "nowhere.osm.pbf"
    text = sentence(halfvol("roads", "import", str(missing), data_dir=tmp_path, DATABASE_URL=registered_town), 3)
    assert str(missing) in text
    assert "no such file" in text


def test_an_extract_that_is_none(tmp_path: Path, registered_town: str) -> None:
    extract = tmp_path / "letter.osm.pbf"
    extract.write_bytes(b"Dear Sir or Madam")
    text = sentence(halfvol("roads", "import", str(extract), data_dir=tmp_path, DATABASE_URL=registered_town), 3)
    assert "OpenStreetMap" in text


def test_malformed_json(tmp_path: Path) -> None:
    problem = tmp_path / "problem.json"
    problem.write_text('{"jobs": [\n  {"id": 1,,}\n]}', encoding="utf-8")
    text = sentence(halfvol("solve", str(problem), data_dir=tmp_path), 3)
    assert f"{problem}, line 2, column" in text


def test_a_misspelt_field(tmp_path: Path) -> None:
    problem = tmp_path / "problem.json"
    problem.write_text(json.dumps({"jobs": [], "vehicels": [], "matrix": {}}), encoding="utf-8")
    assert "vehicels" in sentence(halfvol("solve", str(problem), data_dir=tmp_path), 3)


def test_an_unknown_codec(tmp_path: Path) -> None:
    text = sentence(halfvol("decode", "--model", "EM310-UDI", "00", data_dir=tmp_path), 3)
    assert "EM310-UDL" in text


def test_a_payload_that_is_not_hexadecimal(tmp_path: Path) -> None:
    text = sentence(halfvol("decode", "--model", "EM310-UDL", "hello", data_dir=tmp_path), 3)
    assert "hex" in text


def test_swapped_coordinates(tmp_path: Path, registered_town: str) -> None:
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [60.17, 24.94]},
        "properties": {"code": "NEW-1", "fraction": "glass", "capacityL": 3000, "address": "Annankatu 1"},
    }
    containers = tmp_path / "containers.geojson"
    containers.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    completed = halfvol("containers", "import", str(containers), data_dir=tmp_path, DATABASE_URL=registered_town)
    text = sentence(completed, 3)
    assert "swapped" in text
    assert "[longitude, latitude]" in text


def test_a_date_that_is_none(tmp_path: Path) -> None:
    completed = halfvol("plan", "--date", "tomorow", data_dir=tmp_path)
    assert completed.returncode == 2
    assert "2026-11-23" in completed.stderr or "YYYY-MM-DD" in completed.stderr


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
