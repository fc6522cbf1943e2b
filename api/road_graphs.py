"""The road graph of a municipality, read once as long as it stays the same."""

from __future__ import annotations

import hashlib
from threading import Lock

from routing.roads.graph import RoadGraph


class RoadGraphs:
    """Remembers the newest graph: reading it is quick, but preparing it for searches takes part of a second."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._digest = b""
        self._newest: RoadGraph | None = None

    def of(self, stored: bytes) -> RoadGraph:
        """The graph in its stored form as one to search on."""
        digest = hashlib.sha256(stored).digest()
        with self._lock:
            if self._newest is None or self._digest != digest:
                self._newest = RoadGraph.from_bytes(stored)
                self._digest = digest
            return self._newest
