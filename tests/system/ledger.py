"""What the database of a demo must hold: its messages made once more and read once more, without broker or consumer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from deploy.demo.state import DemoState
from deploy.embedded.postgres import EmbeddedPostgres
from ingest.reader import read
from ingest.registry import load
from routing.roads.osm import read_graph
from simulators import extract
from simulators.history import messages
from simulators.town import build_town

Key = tuple[int, datetime]
"""Datastream and phenomenon time: what makes an observation one."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Keys of observations that should be there and that are there, and the same for set-aside messages by payload."""

    expected: set[Key]
    stored: list[Key]
    expected_aside: set[bytes]
    stored_aside: list[bytes]

    def assert_exactly_once(self) -> None:
        """Nothing missing, nothing twice, nothing from nowhere; and that there was something at all."""
        assert self.expected
        assert len(self.stored) == len(set(self.stored))
        assert set(self.stored) == self.expected
        assert len(self.stored_aside) == len(set(self.stored_aside))
        assert set(self.stored_aside) == self.expected_aside


def ledger(data_dir: Path) -> Ledger:
    """Compare the database in a demo's folder with everything that its sensors sent and the broker acknowledged."""
    values = json.loads((data_dir / "demo.json").read_text())
    moments = {name: datetime.fromisoformat(values[name]) for name in ("begins_at", "sent_until")}
    world = DemoState(**(values | moments))
    graph = read_graph(extract.helsinki_extract(), extract.NAME)
    town = build_town(graph, seed=world.seed, containers=world.containers)
    received_at = datetime.now(UTC)
    with EmbeddedPostgres(data_dir / "postgres") as url, psycopg.connect(url) as connection:
        connection.execute("SET TIME ZONE 'UTC'")
        devices = load(connection)
        expected: set[Key] = set()
        aside: set[bytes] = set()
        for message in messages(town, world.begins_at, world.sent_until):
            found = read(message.topic, message.payload, received_at, devices)
            expected.update((each.datastream_id, each.phenomenon_time) for each in found.observations)
            aside.update(each.payload for each in (*found.rejections, *found.unclaimed))
        stored = connection.execute("SELECT datastream_id, phenomenon_time FROM observation").fetchall()
        stored_aside = connection.execute(
            "SELECT payload FROM rejection UNION ALL SELECT payload FROM unclaimed_message"
        ).fetchall()
    return Ledger(expected, stored, aside, [payload for (payload,) in stored_aside])
