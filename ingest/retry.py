"""Rejected messages read again, with today's code and registry, after whatever was wrong has been mended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from domain.sensors import Rejection
from ingest.archive_lines import TOPIC_PREFIX, ArchivedMessage, read_line
from ingest.batch import Batch, read_each
from ingest.errors import Unreadable
from ingest.interpret import rejected
from ingest.reader import Devices
from storage import rejections
from storage.database import Connection
from storage.rejections import StoredRejection


@dataclass(frozen=True, slots=True)
class Retried:
    """How many messages were read again, how many of them are no rejections any more, and what came of them."""

    messages: int
    resolved: int
    inserted: int
    unclaimed: int


NOTHING_RETRIED = Retried(0, 0, 0, 0)


def retry(connection: Connection, rejection_ids: Sequence[int], devices: Devices) -> Retried:
    """Read these rejections again, all in the caller's transaction.

    What can be read now is stored, or waits as unclaimed, and is no rejection any more. What still cannot stays, with
    the reason that holds now; if a part of it can, that part is stored.
    """
    kept = rejections.lock(connection, rejection_ids)
    messages: list[tuple[StoredRejection, ArchivedMessage]] = []
    for each in kept:
        try:
            messages.append((each, _message(each.rejection)))
        except Unreadable as error:
            rejection = each.rejection
            problem = (error.reason, error.detail)
            again = rejected(rejection.topic, rejection.payload, rejection.received_at, [problem])
            rejections.restate(connection, each.id, again)
    results = read_each(connection, [message for _, message in messages], devices)
    batch = Batch(results)
    batch.rejections.clear()  # they are kept already
    stored = batch.store(connection, again=True)
    resolved: list[int] = []
    for (each, _), result in zip(messages, results, strict=True):
        if result.rejections:
            rejections.restate(connection, each.id, result.rejections[0])
        else:
            resolved.append(each.id)
    rejections.remove(connection, resolved)
    return Retried(len(kept), len(resolved), stored.inserted, stored.unclaimed)


def sum_of(first: Retried, second: Retried) -> Retried:
    """Both together."""
    return Retried(
        first.messages + second.messages,
        first.resolved + second.resolved,
        first.inserted + second.inserted,
        first.unclaimed + second.unclaimed,
    )


def _message(rejection: Rejection) -> ArchivedMessage:
    """The message as it came; a line of a file is read as such again."""
    if rejection.topic.startswith(TOPIC_PREFIX):
        return read_line(rejection.payload, datetime.now(UTC))
    return ArchivedMessage(rejection.topic, rejection.payload, rejection.received_at)
