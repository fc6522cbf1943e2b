"""What the health endpoint of ingest says."""

import json
import socket
import urllib.error
import urllib.request
from datetime import UTC, datetime

import pytest

from domain.errors import Unavailable
from ingest.health import Health, health_endpoint
from storage.database import Database
from tests.ingest.live import Town, eventually, publish, running, settings_for


def ask(url: str) -> tuple[int, dict[str, object]]:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_running_waiting_and_standing_by():
    now = [Health()]
    with health_endpoint(0, lambda: now[0]) as url:
        assert url.startswith("http://127.0.0.1:")
        assert ask(url) == (200, Health().as_json())
        now[0] = Health(waits_for=("the database is away",), backlog=7, lag_s=1.23456, last_commit_at=datetime.now(UTC))
        status, told = ask(url)
        assert status == 503
        assert (told["status"], told["waitsFor"], told["backlog"]) == ("waiting", ["the database is away"], 7)
        assert told["lagS"] == 1.235
        now[0] = Health(stands_by=True)
        assert ask(url)[1]["status"] == "standing by"
        assert ask(url)[0] == 200
        assert ask(url.replace("/health", "/other"))[0] == 404


def test_of_a_consumer_at_work(mosquitto_url: str, database: Database, postgres_url: str):
    town = Town(database)
    with (
        running(settings_for(town, postgres_url, mosquitto_url)) as consumer,
        health_endpoint(0, consumer.health) as url,
    ):
        publish(mosquitto_url, town.messages(50))
        eventually(lambda: ask(url)[1]["stored"] == 150)
        status, told = ask(url)
    assert status == 200
    assert (told["status"], told["backlog"], told["lagS"]) == ("running", 0, 0.0)
    assert datetime.fromisoformat(str(told["lastCommitAt"])) > datetime(2026, 1, 1, tzinfo=UTC)


def test_a_taken_port_is_told():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with (
            pytest.raises(Unavailable, match=f"the port {port} of 127.0.0.1 cannot be used"),
            health_endpoint(port, Health),
        ):
            pass
