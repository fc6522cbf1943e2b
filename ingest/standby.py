"""Two processes under one client id: one consumes, the other waits and takes over the same session when it dies."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from domain.errors import Unavailable
from storage.advisory_lock import AdvisoryLock

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0


def run_in_turn(
    database_url: str, client_id: str, consume: Callable[[threading.Event], None], stop: threading.Event
) -> None:
    """Consume whenever this process has the turn of its client id, until ``stop`` is set.

    The turn is an advisory lock in the database. A process that is killed loses it at once, one that is frozen keeps
    it. When the database is away nobody can write, so the turn stays where it was; should the other have it
    when the database is back, this one lets go and waits again. Even two that consume at the same time do no
    harm: the broker lets only the newer keep the session, and what both were given is stored once.

    Parameters
    ----------
    consume
        Called with an event that is set when the turn is over.
    """
    with AdvisoryLock(database_url, f"ingest {client_id}") as turn:
        while not stop.is_set():
            if not _wait_for(turn, client_id, stop):
                return
            over = threading.Event()
            watch = threading.Thread(target=_watch, args=[turn, over, stop], name="turn", daemon=True)
            watch.start()
            try:
                consume(over)
            finally:
                over.set()
                watch.join()


def _wait_for(turn: AdvisoryLock, client_id: str, stop: threading.Event) -> bool:
    told = False
    while not stop.is_set():
        try:
            if turn.try_acquire():
                _log.info("this process has the turn of %s", client_id)
                return True
            if not told:
                _log.info("another process has the turn of %s; standing by", client_id)
            told = True
        except Unavailable as error:
            if not told:
                _log.warning("%s; standing by", error)
            told = True
        stop.wait(LOOK_EVERY_S)
    return False


def _watch(turn: AdvisoryLock, over: threading.Event, stop: threading.Event) -> None:
    """Set ``over`` when the process shall stop or another one has the turn."""
    while not over.is_set():
        if stop.wait(LOOK_EVERY_S):
            over.set()
            return
        try:
            if not turn.try_acquire():
                _log.warning("another process has the turn now; standing by")
                over.set()
        except Unavailable:
            # Nobody can write now, the other one neither.
            continue
