"""Gap repair: files of exported uplinks, one a line, on the same way into the database as messages from the broker."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from domain.errors import InvalidInput
from domain.sensors import Rejection, RejectionReason
from ingest.archive_lines import TOPIC_PREFIX, read_line
from ingest.errors import Unreadable
from ingest.inbox import Delivery
from ingest.interpret import rejected
from ingest.writer import NOTHING_STORED, Writer, sum_of
from storage import observations
from storage.database import Database
from storage.observations import Stored

LONGEST_LINE_BYTES = 1024 * 1024
BAD_LINES_TOLD = 20
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no uplink, and why."""

    number: int
    detail: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a file so far: lines that are not empty, those among them that are no uplinks, and what was stored.

    ``bad_lines`` are the first few of them. ``read_bytes`` is how far the file, packed as it is, was read.
    """

    lines: int
    bad: int
    bad_lines: tuple[BadLine, ...]
    stored: Stored
    read_bytes: int


def import_file(
    database: Database,
    path: Path,
    *,
    batch_messages: int = 2_000,
    on_progress: Callable[[Imported], None] | None = None,
) -> Imported:
    """Store what a file of uplinks holds, batch by batch; running it again changes nothing.

    A line that is no uplink is kept as a rejection, with its number. Nothing but one batch is in memory.

    Parameters
    ----------
    path
        JSON lines as :mod:`ingest.archive_lines` describes them, plain or packed with gzip.
    on_progress
        Called after each batch.

    Raises
    ------
    InvalidInput
        When the file cannot be read, or is damaged; what was stored by then stays.
    Unavailable
        When the database goes away; what was stored by then stays, and running it again does no harm.
    """
    writer = Writer(database)
    lines = bad = 0
    told: list[BadLine] = []
    stored = NOTHING_STORED
    deliveries: list[Delivery] = []
    refused: list[Rejection] = []
    with _opened(path) as (raw, unpacked):

        def flush() -> Imported:
            nonlocal stored
            if deliveries:
                stored = sum_of(stored, writer.write(deliveries))
                deliveries.clear()
            if refused:
                with database.transaction() as connection:
                    stored = sum_of(stored, observations.store(connection, observations=(), rejections=refused))
                refused.clear()
            imported = Imported(lines, bad, tuple(told), stored, raw.tell())
            if on_progress is not None:
                on_progress(imported)
            return imported

        for number, line, whole in _lines(unpacked, path):
            read_at = datetime.now(UTC)
            lines += 1
            try:
                if not whole:
                    raise _too_long()
                topic, payload, received_at = read_line(line, read_at)
                deliveries.append(Delivery(topic, payload, received_at, 0, 0))
            except Unreadable as error:
                bad += 1
                if len(told) < BAD_LINES_TOLD:
                    told.append(BadLine(number, error.detail))
                problem = (error.reason, f"line {number} of {path.name}: {error.detail}")
                refused.append(rejected(f"{TOPIC_PREFIX}{path.name}", line, read_at, [problem]))
            if len(deliveries) + len(refused) >= batch_messages:
                flush()
        return flush()


def _too_long() -> Unreadable:
    return Unreadable(RejectionReason.TOO_LARGE, f"the line is longer than {LONGEST_LINE_BYTES} bytes")


class _Opened:
    """A file and, where it is packed, what unpacks it."""

    def __init__(self, path: Path) -> None:
        self._raw = path.open("rb")
        packed = self._raw.read(2) == _GZIP
        self._raw.seek(0)
        self._unpacked = io.BufferedReader(gzip.GzipFile(fileobj=self._raw)) if packed else self._raw

    def __enter__(self) -> tuple[IO[bytes], IO[bytes]]:
        return self._raw, self._unpacked

    def __exit__(self, *_: object) -> None:
        self._unpacked.close()
        self._raw.close()


def _opened(path: Path) -> _Opened:
    try:
        return _Opened(path)
    except FileNotFoundError:
        raise InvalidInput("there is no such file", where=str(path), remedy="check the path") from None
    except IsADirectoryError:
        raise InvalidInput("is a folder, not a file", where=str(path)) from None
    except OSError as error:
        raise InvalidInput(f"cannot be read ({error.strerror})", where=str(path)) from None


def _lines(unpacked: IO[bytes], path: Path) -> Iterator[tuple[int, bytes, bool]]:
    """Each line that is not empty: its number, itself, and whether it is whole; of one too long the beginning comes."""
    number = 0
    try:
        while line := unpacked.readline(LONGEST_LINE_BYTES):
            number += 1
            whole = line.endswith(b"\n") or len(line) < LONGEST_LINE_BYTES
            rest = line
            while not whole and rest and not rest.endswith(b"\n"):
                rest = unpacked.readline(LONGEST_LINE_BYTES)
            if content := line.strip().removeprefix(b"\xef\xbb\xbf"):
                yield number, content, whole
    except (EOFError, zlib.error, OSError) as error:
        where = f"{path}, after line {number}"
        raise InvalidInput(f"the file is damaged ({error})", where=where, remedy="export it again") from error
