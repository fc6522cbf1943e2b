"""Audit, rejections, gap repair and retention as a user calls them, on a real database."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from ingest.inbox import Delivery
from ingest.writer import Writer
from storage.database import Database
from tests.ingest.live import START, Town
from tests.system.command import halfvol

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = START.date() + timedelta(days=2)
MIDNIGHT = datetime.combine(DAY, datetime.min.time(), UTC)


@pytest.fixture
def town(database: Database) -> Town:
    return Town(database, devices=1)


def hourly(hour: int) -> bytes:
    when = MIDNIGHT + timedelta(hours=hour)
    return json.dumps({"phenomenonTime": when.isoformat(), "distance": 1.0, "fCnt": hour}).encode()


def test_a_gap_is_found_and_repaired_from_a_file(
    database: Database, town: Town, postgres_url: str, tmp_path: Path
) -> None:
    topic, device_id = town.topic(town.device_ids[0]), town.device_ids[0]

    def audit(*more: str) -> str:
        period = ("--from", MIDNIGHT.isoformat(), "--to", (MIDNIGHT + timedelta(hours=24)).isoformat())
        done = halfvol("audit", "--sensor", device_id, *period, *more, data_dir=tmp_path, DATABASE_URL=postgres_url)
        assert done.returncode == 0, done.stderr
        return done.stdout

    arrived = [Delivery(topic, hourly(hour), NOW, 0, 1) for hour in range(24) if not 6 <= hour < 9]
    Writer(database).write(arrived)
    found = json.loads(audit("--json"))
    assert (found["expected"], found["received"], found["missing"]) == (24, 21, 3)
    assert [gap["evidence"] for gap in found["gaps"]] == ["frame_counter"]
    assert "3 missing, by frame counter" in audit()

    exported = tmp_path / "uplinks.ndjson.gz"
    kept = [{"topic": topic, "payload": json.loads(hourly(hour)), "receivedAt": NOW.isoformat()} for hour in range(24)]
    exported.write_bytes(gzip.compress(b"\n".join(json.dumps(line).encode() for line in [*kept, "nonsense"])))
    done = halfvol("ingest", "--file", str(exported), data_dir=tmp_path, DATABASE_URL=postgres_url)
    assert done.returncode == 0, done.stderr
    assert "25 lines: 6 observations stored, 42 were there already" in done.stdout
    assert "line 25: expected a JSON object, found 'nonsense'" in done.stdout
    assert "nothing is missing" in audit()


def test_a_rejection_is_listed_shown_and_read_again(
    database: Database, town: Town, postgres_url: str, tmp_path: Path
) -> None:
    early = {"phenomenonTime": (START - timedelta(days=2)).isoformat(), "distance": 1.0}
    topic = town.topic(town.device_ids[0])
    Writer(database).write([Delivery(topic, json.dumps(early).encode(), NOW, 0, 1)])

    def rejected(*arguments: str) -> str:
        done = halfvol("rejected", *arguments, data_dir=tmp_path, DATABASE_URL=postgres_url)
        assert done.returncode == 0, done.stderr
        return done.stdout

    (listed,) = json.loads(rejected("list", "--json", "--reason", "unbound", "--device", town.device_ids[0]))
    assert json.loads(json.loads(rejected("show", str(listed["id"])))["payload"]) == early
    assert rejected("list", "--reason", "malformed") == "all: 1 unbound\n"
    assert "1 messages read again: 0 observations stored" in rejected("retry", str(listed["id"]))
    with psycopg.connect(postgres_url) as connection:
        connection.execute("UPDATE binding SET bound_from = %s", [START - timedelta(days=9)])
    assert "2 observations stored, 1 are no rejections any more" in rejected("retry")
    assert rejected("list") == "all: none\n"
    gone = halfvol("rejected", "show", str(listed["id"]), data_dir=tmp_path, DATABASE_URL=postgres_url)
    assert (gone.returncode, gone.stderr.count("\n")) == (4, 1)


def test_what_is_too_old_goes(database: Database, town: Town, postgres_url: str, tmp_path: Path) -> None:
    topic = town.topic(town.device_ids[0])
    old = NOW - timedelta(days=40)
    Writer(database).write(
        [
            Delivery(topic, hourly(1), NOW, 0, 1),
            Delivery(topic, b"{", old, 0, 1),
            Delivery(topic, b"[", NOW, 0, 1),
            Delivery(town.topic("stranger"), hourly(1), old, 0, 1),
        ]
    )

    def retention(*arguments: str) -> str:
        done = halfvol(
            "retention", *arguments, data_dir=tmp_path, DATABASE_URL=postgres_url, REJECTION_RETENTION_DAYS="20"
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "1 rejections, 1 unclaimed messages, 0 uplinks, 0 observations" in retention("run")
    assert "observations of" in retention("set", "3")
    assert "rejected messages: 20 days" in retention("show")
    assert f"observations of {town.code}: 3 days" in retention("show")
    assert "0 rejections, 0 unclaimed messages, 0 uplinks, 2 observations" in retention("run")
    assert "kept for ever" in retention("set", "forever")
