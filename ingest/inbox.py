"""Messages between the thread that receives and the one that writes: bounded, in order, without a lock a message."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

MOST_BYTES = 8 * 1024 * 1024
"""A batch of large messages has fewer of them: the database driver makes copies of what it is handed."""

_LOOK_AGAIN_S = 0.01


class Delivery(NamedTuple):
    """One message as the broker delivered it.

    ``mid`` identifies it to the broker, within ``connection`` (the number of the connection it came over) only; it is
    0 for QoS 0, which knows no acknowledgement.
    """

    topic: str
    payload: bytes
    received_at: datetime
    mid: int
    connection: int


class Inbox:
    """A queue with one thread that puts and one at a time that takes.

    Parameters
    ----------
    limit, limit_bytes
        How many messages it holds at most, and with how many bytes of payload :meth:`put` begins to wait.
    """

    def __init__(self, *, limit: int, limit_bytes: int) -> None:
        self._limit = limit
        self._limit_bytes = limit_bytes
        self._deliveries: deque[Delivery] = deque()
        # Each counter is written by one of the two threads only, so that neither needs a lock.
        self._bytes_put = 0
        self._bytes_taken = 0
        self._taker_waits = False
        self._arrived = threading.Event()
        self._room = threading.Event()
        self._closed = False

    def __len__(self) -> int:
        return len(self._deliveries)

    def put(self, deliveries: Sequence[Delivery]) -> bool:
        """Append messages, waiting for room; False when the inbox was closed meanwhile and the last are not in."""
        done = 0
        while done < len(deliveries):
            self._wait_for_room()
            if self._closed:
                return False
            part = deliveries[done : done + max(1, self._limit - len(self._deliveries))]
            done += len(part)
            self._bytes_put += sum([len(delivery.payload) for delivery in part])
            self._deliveries.extend(part)
            if self._taker_waits:
                self._arrived.set()
        return True

    def _wait_for_room(self) -> None:
        while self._is_full():
            self._room.clear()
            if self._is_full():
                self._room.wait(timeout=1.0)

    def take(self, most: int, *, wait_s: float, gather_s: float, most_bytes: int = MOST_BYTES) -> list[Delivery]:
        """Up to ``most`` messages, oldest first; fewer when their payloads come to ``most_bytes``.

        Waits up to ``wait_s`` seconds for the first (none: an empty list), then up to ``gather_s`` for more to come.
        """
        deliveries = self._deliveries
        if not deliveries:
            self._arrived.clear()
            self._taker_waits = True
            if not deliveries and not self._closed:
                self._arrived.wait(wait_s)
            self._taker_waits = False
        if deliveries and len(deliveries) < most and not self._closed:
            until = time.monotonic() + gather_s
            while (
                len(deliveries) < most
                and self._bytes_put - self._bytes_taken < most_bytes
                and time.monotonic() < until
                and not self._closed
            ):
                time.sleep(_LOOK_AGAIN_S)
        taken: list[Delivery] = []
        size = 0
        while deliveries and len(taken) < most and size < most_bytes:
            delivery = deliveries.popleft()
            size += len(delivery.payload)
            taken.append(delivery)
        self._bytes_taken += size
        self._room.set()
        return taken

    def close(self) -> None:
        """Let nothing more in; what is in can still be taken."""
        self._closed = True
        self._room.set()
        self._arrived.set()

    def _is_full(self) -> bool:
        return (
            len(self._deliveries) >= self._limit or self._bytes_put - self._bytes_taken >= self._limit_bytes
        ) and not self._closed
