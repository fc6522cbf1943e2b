"""Live sensors against a real NATS server, and an API that answers with the API's own representations."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Protocol
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from api.representations.emptyings import Emptyings, StoredEmptying
from domain.errors import InvalidInput
from domain.fleet import Emptying
from simulators import live
from simulators.collection import TownEmptying
from simulators.history import messages
from simulators.live import run_live
from simulators.platform import Platform
from simulators.publish import BrokerUnavailable, Published
from simulators.town import Town
from simulators.waste import Waste

FIRST_ID = 5000
"""The platform numbers containers in its own way."""


class KillableNats(Protocol):
    """The fixture ``nats`` of conftest.py."""

    url: str

    def start(self) -> None: ...

    def kill(self) -> None: ...


class Answers:
    """A web server with the two resources that the town reads."""

    def __init__(self, town: Town) -> None:
        self.emptyings: list[Emptying] = []
        self.asked_since: list[datetime] = []
        self.broken = False
        containers = ",".join(
            f'{{"type":"Feature","id":{FIRST_ID + container.id},"properties":{{"code":"{container.code}"}}}}'
            for container in town.containers
        )
        answers = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                address = urlsplit(self.path)
                if address.path == "/v1/emptyings":
                    answers.asked_since.append(datetime.fromisoformat(parse_qs(address.query)["since"][0]))
                    stored = [StoredEmptying.of(each) for each in answers.emptyings]
                    body = Emptyings(emptyings=stored).model_dump_json(by_alias=True)
                else:
                    body = f'{{"type":"FeatureCollection","features":[{containers}]}}'
                self.send_response(503 if answers.broken else 200)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, format: str, *args: object) -> None:
                """Keep quiet."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def report(self, container_id: int, emptied_at: datetime, *, withdrawn: bool = False) -> None:
        self.emptyings.append(
            Emptying(
                id=uuid4(),
                municipality_id=1,
                container_id=container_id,
                emptied_at=emptied_at,
                reported_at=emptied_at,
                withdrawn_at=emptied_at if withdrawn else None,
            )
        )

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def answers(village: Town) -> Iterator[Answers]:
    server = Answers(village)
    yield server
    server.close()


def test_the_platforms_emptyings_are_matched_by_the_containers_code(village: Town, answers: Answers) -> None:
    when = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
    answers.report(FIRST_ID + 3, when)
    answers.report(FIRST_ID + 4, when, withdrawn=True)
    answers.report(17, when)  # a container of somebody else
    platform = Platform(village, answers.url)
    assert platform.emptyings(when - timedelta(days=1)) == {TownEmptying(3, when)}
    assert answers.asked_since == [when - timedelta(days=1)]
    answers.broken = True
    assert platform.emptyings(when) is None
    platform.close()


def test_an_api_that_is_away_is_no_error(village: Town, answers: Answers) -> None:
    url = answers.url
    answers.close()
    platform = Platform(village, url)
    assert platform.emptyings(datetime.now(UTC)) is None
    platform.close()


def run_until(
    run: Callable[[threading.Event, list[Published]], Published], enough: Callable[[Published], bool]
) -> Published:
    """Run in a thread until the progress is enough, then stop; the result of the run."""
    stop, told = threading.Event(), list[Published]()
    results: list[Published] = []
    thread = threading.Thread(target=lambda: results.append(run(stop, told)))
    thread.start()
    deadline = time.monotonic() + 20
    while not (told and enough(told[-1])) and time.monotonic() < deadline and thread.is_alive():
        time.sleep(0.02)
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    [result] = results
    return result


def test_what_fell_due_is_sent_and_then_real_time_goes_on(
    village: Town, nats: KillableNats, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "STEP_S", 0.1)
    begin = datetime.now(UTC) - timedelta(days=2)
    expected = sum(1 for _ in messages(village, begin, datetime.now(UTC)))
    answers.report(FIRST_ID + 3, begin + timedelta(hours=1))

    published = run_until(
        lambda stop, told: run_live(
            village, nats.url, stop=stop, api_url=answers.url, begin=begin, speed=200_000, on_progress=told.append
        ),
        lambda told: told.acknowledged >= expected,
    )
    assert published.under_way == 0
    assert expected <= published.sent <= expected + 5
    assert answers.asked_since


def test_live_sensors_outlive_their_broker(village: Town, nats: KillableNats, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "STEP_S", 0.1)
    begin = datetime.now(UTC) - timedelta(days=2)
    expected = sum(1 for _ in messages(village, begin, datetime.now(UTC)))

    def run(stop: threading.Event, told: list[Published]) -> Published:
        killed = threading.Event()

        def progress(published: Published) -> None:
            told.append(published)
            if published.acknowledged > expected // 3 and not killed.is_set():
                killed.set()
                nats.kill()
                threading.Timer(0.5, nats.start).start()

        return run_live(village, nats.url, stop=stop, begin=begin, speed=60_000, on_progress=progress)

    published = run_until(run, lambda told: told.acknowledged >= expected)
    assert published.under_way == 0
    assert published.acknowledged >= expected


def test_stopping_does_not_wait_for_a_broker_that_is_away(village: Town, nats: KillableNats) -> None:
    stop = threading.Event()
    threading.Timer(0.3, nats.kill).start()
    threading.Timer(0.8, stop.set).start()
    began = time.monotonic()
    run_live(village, nats.url, stop=stop)
    assert time.monotonic() - began < 6


def test_reported_emptyings_change_what_is_measured(village: Town) -> None:
    sunday = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
    emptied = [TownEmptying(container.id, sunday) for container in village.containers]
    window = (sunday + timedelta(hours=3), sunday + timedelta(hours=4))
    assert list(messages(village, *window)) != list(messages(village, *window, waste=Waste(village, emptyings=emptied)))


def test_a_wrong_speed_or_address_is_refused(village: Town) -> None:
    with pytest.raises(InvalidInput, match="speed"):
        run_live(village, "mqtt://127.0.0.1:1", stop=threading.Event(), speed=0)
    with pytest.raises(BrokerUnavailable, match="cannot be reached"):
        run_live(village, "mqtt://127.0.0.1:1", stop=threading.Event())
