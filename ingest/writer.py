"""Batches of messages into the database, one transaction each; a message that it refuses does not stop the others."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from domain.errors import Unavailable
from domain.sensors import RejectionReason
from ingest.batch import read_all
from ingest.inbox import Delivery
from ingest.interpret import rejected
from ingest.registry import Registry
from ingest.replay import reprocess
from storage import observations, unclaimed
from storage.database import Database
from storage.errors import SchemaMissing
from storage.observations import Stored

_log = logging.getLogger(__name__)

NOTHING_STORED = Stored(inserted=0, duplicates=0, rejected=0, unclaimed=0)


class Writer:
    """Interprets messages by the devices registered in ``database``, and stores what comes of them there.

    Several threads may write at the same time: then one's messages are interpreted while the database stores those of
    another.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._registry = Registry()

    def write(self, deliveries: Sequence[Delivery]) -> Stored:
        """Store a batch; when this returns, all of it is committed.

        Where the database refuses the batch for what it holds, it is halved until the message at fault is found; that
        one is set aside as a rejection.

        Raises
        ------
        Unavailable
            When the database cannot store anything now. Some of the batch may be stored by then; storing it again does
            no harm.
        """
        try:
            return self._write_together(deliveries)
        except SchemaMissing as error:
            raise Unavailable(error.what, where=error.where, remedy=error.remedy) from error
        except Exception as error:
            if isinstance(error, Unavailable) and not _exceeds_a_limit(error):
                raise
            if len(deliveries) == 1:
                return self._set_aside(deliveries[0], error)
        middle = len(deliveries) // 2
        return sum_of(self.write(deliveries[:middle]), self.write(deliveries[middle:]))

    def look_around(self) -> Stored:
        """Between batches: see whether devices were registered, and read what was kept of them.

        Raises
        ------
        Unavailable
            When the database cannot be reached.
        """
        if not self._registry.is_due():
            return NOTHING_STORED
        known = self._registry.registered
        with self._database.transaction() as connection:
            registered = self._registry.look(connection, known)
        if registered is known:
            return NOTHING_STORED
        self._registry.keep(registered)
        return self._read_claimed_again()

    def _write_together(self, deliveries: Sequence[Delivery]) -> Stored:
        registered = known = self._registry.registered
        with self._database.transaction() as connection:
            if self._registry.is_due():
                registered = self._registry.look(connection, registered)
            batch = read_all(connection, deliveries, registered)
            if batch.unclaimed:
                # A stranger may have been registered a moment ago: one cheap look for each batch that holds one.
                now = self._registry.look(connection, registered)
                if now is not registered:
                    registered = now
                    batch = read_all(connection, deliveries, registered)
            stored = batch.store(connection)
        if registered is known:
            return stored
        self._registry.keep(registered)
        return sum_of(stored, self._read_claimed_again())

    def _read_claimed_again(self) -> Stored:
        """Store what was kept of devices that are registered by now.

        Claiming a device reads its kept messages, but not one that was on its way into the database just then.
        """
        total = NOTHING_STORED
        registered = self._registry.registered
        with self._database.transaction() as connection:
            waiting = [device.device_id for device in unclaimed.devices(connection)]
        for device_id in waiting:
            if registered.device(device_id) is not None:
                with self._database.transaction() as connection:
                    total = sum_of(total, reprocess(connection, device_id=device_id, devices=registered))
        return total

    def _set_aside(self, delivery: Delivery, refusal: Exception) -> Stored:
        """Keep one message that the database refuses as a rejection, with the database's reason."""
        sentence = " ".join(str(refusal).replace("\0", " ").split())
        problem = (RejectionReason.INVALID_VALUE, f"the database refuses what this message holds: {sentence}")
        _log.warning("a message on %s is set aside: %s", delivery.topic, problem[1])
        topic = delivery.topic.replace("\0", "\N{REPLACEMENT CHARACTER}")
        rejection = rejected(topic, delivery.payload, delivery.received_at, [problem])
        try:
            with self._database.transaction() as connection:
                return observations.store(connection, observations=(), rejections=(rejection,), unclaimed=())
        except Unavailable:
            raise
        except Exception as error:
            what = f"the database takes neither a message nor its rejection: {sentence}"
            raise Unavailable(what, remedy="see the database's log") from error


def _exceeds_a_limit(error: Exception) -> bool:
    """Whether the server found a row too large (SQLSTATE class 54), which the driver counts among outages."""
    sqlstate = getattr(error.__cause__, "sqlstate", None)
    return isinstance(sqlstate, str) and sqlstate.startswith("54")


def sum_of(first: Stored, second: Stored) -> Stored:
    """Both counts together."""
    return Stored(
        inserted=first.inserted + second.inserted,
        duplicates=first.duplicates + second.duplicates,
        rejected=first.rejected + second.rejected,
        unclaimed=first.unclaimed + second.unclaimed,
    )
