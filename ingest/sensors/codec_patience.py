"""How long a slow codec is put up with: after a few messages in a row it is not tried for a while, and then for longer.

Without it one script that never ends would cost every message behind its own the engine's limit on time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from domain.sensors import RejectionReason
from ingest.errors import Unreadable

SLOW_S = 0.1
"""A codec that takes longer is slow; those that vendors publish take well below a millisecond."""
SLOW_IN_A_ROW = 5
FIRST_PAUSE_S = 10.0
LONGEST_PAUSE_S = 600.0


@dataclass(slots=True)
class _Record:
    slow_in_a_row: int = 0
    pause_s: float = 0.0
    closed_until: float = 0.0


class CodecPatience:
    """What is remembered of each codec, by its text; only slow ones are. May be asked from any thread.

    Parameters
    ----------
    clock
        Seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._slow: dict[str, _Record] = {}

    def check(self, script: str) -> None:
        """Refuse at once while the codec is not tried.

        Raises
        ------
        Unreadable
            (codec_too_slow) saying for how long.
        """
        record = self._slow.get(script)
        left_s = 0.0 if record is None else record.closed_until - self._clock()
        if left_s > 0:
            detail = (
                f"the codec took longer than {SLOW_S} s for {SLOW_IN_A_ROW} messages in a row and is not tried for"
                " a while; once it is mended, halfvol rejected retry reads this message again"
            )
            raise Unreadable(RejectionReason.CODEC_TOO_SLOW, detail)

    def note(self, script: str, seconds: float) -> None:
        """Remember how long the codec took for a message."""
        with self._lock:
            if seconds <= SLOW_S:
                self._slow.pop(script, None)
                return
            record = self._slow.setdefault(script, _Record())
            record.slow_in_a_row += 1
            # After a pause a single message tells whether anything has changed.
            if record.slow_in_a_row >= SLOW_IN_A_ROW:
                record.pause_s = min(max(FIRST_PAUSE_S, 2 * record.pause_s), LONGEST_PAUSE_S)
                record.closed_until = self._clock() + record.pause_s
