"""The demo's chain: history goes out over MQTT, ingest stores it, and the progress of both is shown."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from deploy.demo import state
from deploy.demo.state import DemoState
from deploy.processes import Child
from domain.errors import Unavailable
from simulators.collection import TownEmptying
from simulators.history import messages
from simulators.publish import WINDOW, Published, Publisher
from simulators.town import Town
from simulators.waste import Waste

QUIET_S = 1.5
"""Ingest counts as done when it has received everything and nothing new for so long."""
QUIET_AFTER_RESTART_S = 13.0
"""After a restart the broker delivers again what was under way, up to its redelivery time of 10 s later."""
START_TIMEOUT_S = 30.0
SAVE_EVERY_S = 1.0


def wait_until_subscribed(ingest: Child) -> None:
    """Wait until the broker keeps messages for ingest: what is published before the first time would reach nobody."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while not ingest.report.get("subscribed"):
        if time.monotonic() > deadline:
            raise Unavailable("ingest did not get through to the broker", remedy=f"its log says why: {ingest.log}")
        time.sleep(0.05)


def send_history(
    town: Town,
    world: DemoState,
    *,
    until: datetime,
    reported: Sequence[TownEmptying],
    mqtt_url: str,
    state_file: Path,
    on_progress: Callable[[int], None],
) -> DemoState:
    """Publish everything that the sensors sent since the last run, and remember how far the broker acknowledged.

    Parameters
    ----------
    reported
        Emptyings that drivers reported on the pages, besides the fixed schedule's.
    on_progress
        Called with the number of messages acknowledged in this run.
    """
    waste = Waste(town, emptyings=reported)
    under_way: deque[datetime] = deque()
    saved = world
    saved_at = time.monotonic()
    counted = 0

    def acknowledged(published: Published) -> None:
        nonlocal saved, saved_at, counted
        on_progress(published.acknowledged)
        # The broker acknowledges in order; keeping a window's distance leaves room for one that does not.
        settled = published.acknowledged - WINDOW
        if settled > counted and time.monotonic() - saved_at > SAVE_EVERY_S:
            reached = [under_way.popleft() for _ in range(settled - counted)]
            saved = saved.sent(reached[-1], len(reached))
            counted, saved_at = settled, time.monotonic()
            state.save(state_file, saved)

    with Publisher(mqtt_url, on_progress=acknowledged) as publisher:
        for message in messages(town, world.sent_until, until, waste=waste):
            under_way.append(message.sent_at)
            publisher.send(message)
        publisher.flush()
        sent = publisher.published.acknowledged
    on_progress(sent)
    finished = world.sent(until, sent)
    state.save(state_file, finished)
    return finished


def wait_until_stored(ingest: Child, *, sent: int, settled: bool, on_progress: Callable[[int], None]) -> None:
    """Wait until ingest has received as many messages as were sent, and is quiet.

    A restarted ingest counts from 0 again, and what it held before is delivered to it anew: then only quiet tells. So
    it does when the run before was not ``settled``.
    """
    last, changed_at = -1, time.monotonic()
    while True:
        received, backlog = ingest.report.get("received", 0), ingest.report.get("backlog", 0)
        if received != last:
            last, changed_at = received, time.monotonic()
        on_progress(min(received, sent))
        patient = ingest.restarts > 0 or not settled
        expected, quiet_s = (0, QUIET_AFTER_RESTART_S) if patient else (sent, QUIET_S)
        if received >= expected and backlog == 0 and time.monotonic() - changed_at > quiet_s:
            return
        time.sleep(0.1)
