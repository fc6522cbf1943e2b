"""The commands around sensors and keys, as their users call them."""

from __future__ import annotations

import json
from pathlib import Path

from storage import uplink_keys
from storage.database import Database
from tests.storage import town
from tests.system.command import halfvol

PROFILE = """
vendor = "Gemeente"
model = "Peilbuis 1"
codec = "javascript"
script = "peilbuis.js"
mounting = "in a well"

[observed_properties]
water_level = { unit = "m", range = [-5, 5], decoded = { level_cm = 0.01 } }
"""
CODEC = "function decodeUplink(i) { return {data: {level_cm: i.bytes[0] * 256 + i.bytes[1]}}; }"


def test_models_of_ones_own_are_listed_and_decode(tmp_path: Path) -> None:
    (tmp_path / "peilbuis.toml").write_text(PROFILE)
    (tmp_path / "peilbuis.js").write_text(CODEC)
    listed = halfvol("sensors", "--json", data_dir=tmp_path, PROFILES_DIR=str(tmp_path))
    models = {each["model"]: each for each in json.loads(listed.stdout)}
    assert models["Peilbuis 1"]["decoded_fields"] == {"level_cm": "water_level"}
    assert models["EM310-UDL"]["observed_properties"]["distance"] == {"unit": "m", "range": [0.0, 4.5]}
    decoded = halfvol("decode", "--model", "Peilbuis 1", "00f0", data_dir=tmp_path, PROFILES_DIR=str(tmp_path))
    (observation,) = json.loads(decoded.stdout)["observations"]
    assert (observation["observedProperty"], observation["result"]) == ("water_level", 2.4)
    tried = halfvol("decode", "--codec", str(tmp_path / "peilbuis.js"), "--fport", "2", "00f0", data_dir=tmp_path)
    assert json.loads(tried.stdout)["data"] == {"level_cm": 240}


def test_a_codec_that_fails_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "endless.js").write_text("function decodeUplink() { while (1); }")
    failed = halfvol("decode", "--codec", str(tmp_path / "endless.js"), "00", data_dir=tmp_path)
    assert failed.returncode == 3
    assert failed.stderr.splitlines() == ["halfvol: the codec failed: InternalError: interrupted"]
    missing = halfvol("sensors", data_dir=tmp_path, PROFILES_DIR=str(tmp_path / "nowhere"))
    assert missing.returncode == 3
    assert "there is no such folder" in missing.stderr


def test_keys_are_shown_once_and_kept_as_digests(database: Database, postgres_url: str, tmp_path: Path) -> None:
    with database.transaction() as connection:
        town.build(connection)
    made = halfvol("keys", "create", "bin 7", "--device", "bin-7", data_dir=tmp_path, DATABASE_URL=postgres_url)
    text = made.stdout.strip()
    with database.transaction() as connection:
        found = uplink_keys.find(connection, text)
        kept = connection.execute("SELECT uplink_key::text FROM uplink_key").fetchone()
    assert found is not None
    assert (found.device_id, found.municipality_code) == ("bin-7", "helsinki")
    assert kept is not None
    assert text not in kept[0]
    again = halfvol("keys", "create", "bin 7", data_dir=tmp_path, DATABASE_URL=postgres_url)
    assert again.returncode != 0
    assert "Traceback" not in again.stderr
    assert halfvol("keys", "revoke", "bin 7", data_dir=tmp_path, DATABASE_URL=postgres_url).returncode == 0
    listed = halfvol("keys", "list", "--json", data_dir=tmp_path, DATABASE_URL=postgres_url)
    (key,) = json.loads(listed.stdout)
    assert key["revoked_at"] is not None
    assert text not in listed.stdout
    assert halfvol("keys", "revoke", "bin 8", data_dir=tmp_path, DATABASE_URL=postgres_url).returncode == 4
