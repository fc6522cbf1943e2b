"""The town's sensors in real time: each reading is published when it falls due."""

from __future__ import annotations

import time
from contextlib import closing, nullcontext
from datetime import UTC, datetime, timedelta
from threading import Event

from domain.errors import InvalidInput, Unavailable
from simulators.history import Sending
from simulators.platform import Platform
from simulators.publish import OnProgress, Published, Publisher
from simulators.town import Town
from simulators.waste import Waste

STEP_S = 1.0
POLL_EVERY_S = 15.0
REMEMBERED = timedelta(days=9)
"""Older emptyings no longer matter: every container has been emptied on the schedule since."""


def run_live(
    town: Town,
    broker_url: str,
    *,
    stop: Event,
    api_url: str | None = None,
    speed: float = 1.0,
    begin: datetime | None = None,
    on_progress: OnProgress | None = None,
) -> Published:
    """Publish the sensors' messages as they fall due, until ``stop`` is set; returns the counts.

    Parameters
    ----------
    broker_url
        The broker, ``mqtt[s]://user:password@host:port?version=3``. When it goes away, what falls due meanwhile is
        sent when it is back, however long that takes.
    api_url
        Where to ask every 15 s for the emptyings that drivers reported; None = only the fixed schedule counts.
    begin
        From when on messages are due; default: now. An earlier time is caught up with at ``speed``.
    speed
        How many seconds of the town pass in one, as long as it is behind the real clock; it never runs ahead of it,
        because the platform rejects readings from the future.
    on_progress
        Called about once a second with the counts.

    Raises
    ------
    domain.errors.InvalidInput
        When the URL or the speed cannot be right.
    simulators.publish.BrokerUnavailable, simulators.publish.BrokerRefused
        When the first connection fails.
    """
    if not speed > 0:
        raise InvalidInput(f"the speed is {speed}", remedy="choose a number above 0, such as 1")
    sending, waste = Sending(town), Waste(town)
    origin = sent_until = begin or datetime.now(UTC)
    platform = Platform(town, api_url) if api_url else None
    publisher = Publisher(broker_url, patience_s=None, give_up=stop.is_set)
    publisher.connect()
    with closing(publisher), closing(platform) if platform else nullcontext():
        started = time.monotonic()
        poll_at = started
        try:
            while not stop.is_set():
                if platform and time.monotonic() >= poll_at:
                    waste = _informed(waste, platform)
                    poll_at = time.monotonic() + POLL_EVERY_S
                due = min(datetime.now(UTC), origin + timedelta(seconds=speed * (time.monotonic() - started)))
                for message in sending.messages(waste, sent_until, due):
                    publisher.send(message)
                sent_until = max(sent_until, due)
                publisher.idle(STEP_S)
                if on_progress:
                    on_progress(publisher.published)
            publisher.flush()
        except Unavailable:
            # Only after ``stop``: until then the publisher waits for the broker.
            if not stop.is_set():
                raise
        if on_progress:
            on_progress(publisher.published)
        return publisher.published


def _informed(waste: Waste, platform: Platform) -> Waste:
    """The same world with the emptyings that the platform knows of."""
    reported = platform.emptyings(datetime.now(UTC) - REMEMBERED)
    if reported is None or reported == waste.emptyings:
        return waste
    return waste.with_emptyings(reported)
