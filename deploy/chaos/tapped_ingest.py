"""``halfvol ingest`` that notes what it acknowledges to the broker, just before it does: ``... FILE [options]``.

By these notes a torture run tells what a killed broker lost from what ingest lost.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy.cli import main
from ingest.broker import BrokerSession
from ingest.inbox import Delivery
from storage.messages import digest

DIGEST_BYTES = 32


def tap(path: Path) -> None:
    """Have every session append the digests of what it acknowledges to the file; written to it, they outlive a kill."""
    notes = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    acknowledge = BrokerSession.acknowledge

    def note_and_acknowledge(self: BrokerSession, deliveries: Sequence[Delivery]) -> None:
        os.write(notes, b"".join([digest(each.topic, each.payload) for each in deliveries]))
        acknowledge(self, deliveries)

    BrokerSession.acknowledge = note_and_acknowledge


def acknowledged(path: Path) -> set[bytes]:
    """The digests in such a file."""
    notes = path.read_bytes() if path.exists() else b""
    return {notes[start : start + DIGEST_BYTES] for start in range(0, len(notes), DIGEST_BYTES)}


if __name__ == "__main__":
    tap(Path(sys.argv[1]))
    sys.exit(main(sys.argv[2:]))
