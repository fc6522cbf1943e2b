"""The ingest service: from the broker to the database, acknowledging what is committed and nothing else."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from domain.errors import InvalidInput, Unavailable
from ingest.broker import BrokerSession
from ingest.broker_address import BrokerAddress
from ingest.errors import BrokerUnavailable
from ingest.health import Health
from ingest.inbox import Delivery, Inbox
from ingest.sources import SUBSCRIPTIONS
from ingest.writer import Writer
from storage.database import Database
from storage.observations import Stored

_log = logging.getLogger(__name__)

WRITERS = 2
"""While the database stores one batch, the next is interpreted. More gain nothing: they interpret one at a time."""

WAIT_S = 0.5
LOOK_EVERY_S = 0.1
SHORTEST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
CONNECTION_WAIT_S = 2.0


@dataclass(frozen=True, slots=True)
class ConsumerSettings:
    """How one consumer runs.

    Parameters
    ----------
    database_url
        ``postgresql://user:password@host:port/name``.
    mqtt_url
        ``mqtt[s]://user:password@host:port?version=3|5``.
    client_id
        Names the session that the broker keeps. Two consumers with the same one throw each other out; one that starts
        under a new one leaves behind what waits for the old.
    subscriptions
        Topic filters; several consumers share the work by having different ones.
    batch_messages, batch_s
        A batch is written when it has so many messages, or so many seconds after its first.
    inbox_messages, inbox_bytes
        What may wait in memory, beside the batches that are being written: at least two batches, and best the broker's
        own window of unacknowledged messages (NATS ``max_ack_pending``), so that it is the broker that holds back; with
        MQTT 5 that window is set to this.
    fail_fast
        Give up with an error when the database or the broker cannot be reached at the start, instead of trying on.
    """

    database_url: str = field(repr=False)
    mqtt_url: str = field(repr=False)
    client_id: str = "halfvol-ingest"
    subscriptions: tuple[str, ...] = SUBSCRIPTIONS
    batch_messages: int = 2_000
    batch_s: float = 0.2
    inbox_messages: int = 20_000
    inbox_bytes: int = 32 * 1024 * 1024
    fail_fast: bool = False

    def __post_init__(self) -> None:
        if not self.client_id:
            raise InvalidInput("the MQTT client id is empty, so the broker could not keep a session for it")
        if self.batch_messages < 1:
            raise InvalidInput(f"a batch of {self.batch_messages} messages cannot be written")
        if self.batch_s < 0:
            raise InvalidInput(f"a batch cannot wait {self.batch_s} s")


@dataclass(frozen=True, slots=True)
class Progress:
    """What a consumer did since it started: messages received, observations stored and so on.

    ``backlog`` is the number of messages that are received and not yet stored.
    """

    received: int = 0
    stored: int = 0
    duplicates: int = 0
    rejected: int = 0
    unclaimed: int = 0
    backlog: int = 0


class Consumer:
    """Receives in one thread and writes in ``WRITERS`` others, while the one that calls :meth:`run` looks after them.

    ``subscribed`` is set once the broker granted the subscriptions: from then on it keeps what is published.
    """

    def __init__(self, settings: ConsumerSettings) -> None:
        self.subscribed = threading.Event()
        self.progress = Progress()
        self._settings = settings
        self._address = BrokerAddress.parse(settings.mqtt_url)
        self._window = max(settings.inbox_messages, 2 * settings.batch_messages)
        self._inbox = Inbox(limit=self._window, limit_bytes=settings.inbox_bytes)
        self._taking = threading.Lock()
        self._counting = threading.Lock()
        self._written = 0
        self._broker_trouble: str | None = None
        self._database_trouble: str | None = None
        self._in_hand: dict[int, Sequence[Delivery]] = {}
        self._committed_at: datetime | None = None

    def run(self, stop: threading.Event, on_progress: Callable[[Progress], None] | None = None) -> None:
        """Consume until ``stop`` is set; then store what is in memory, acknowledge it, and return.

        Parameters
        ----------
        on_progress
            Called after each batch, in the thread that wrote it, by one at a time.

        Raises
        ------
        InvalidInput
            When the address of the database cannot be read.
        Unavailable
            With ``fail_fast``, when the database or the broker cannot be reached at the start.
        """
        database = self._open_database(stop)
        if database is None:
            return
        session = BrokerSession(
            self._address,
            client_id=self._settings.client_id,
            subscriptions=self._settings.subscriptions,
            inbox=self._inbox,
            receive_maximum=min(self._window, 0xFFFF),
            on_change=self._broker_changed,
        )
        with database:
            writer = Writer(database)
            halt = threading.Event()
            failures: list[BaseException] = []

            def work() -> None:
                try:
                    while not halt.is_set():
                        self._write_next(writer, session, halt, on_progress)
                except BaseException as error:
                    failures.append(error)

            threads = [threading.Thread(target=work, name=f"writer {number}") for number in range(WRITERS)]
            session.start()
            for thread in threads:
                thread.start()
            try:
                while not failures and not stop.wait(LOOK_EVERY_S):
                    session.keep_running()
                    self._give_up_if_asked()
            finally:
                halt.set()
                self._inbox.close()
                for thread in threads:
                    thread.join()
                while not failures and self._write_next(writer, session, halt, on_progress):
                    pass
                session.stop()
        if failures:
            raise failures[0]

    def _write_next(
        self,
        writer: Writer,
        session: BrokerSession,
        halt: threading.Event,
        on_progress: Callable[[Progress], None] | None,
    ) -> bool:
        """Take the next batch, and see it through; False when there was none, or ``halt`` was set before it was."""
        with self._taking:
            batch = self._inbox.take(self._settings.batch_messages, wait_s=WAIT_S, gather_s=self._settings.batch_s)
        if not self._write(batch, writer, session, halt) or not batch:
            return False
        if on_progress is not None:
            with self._counting:
                on_progress(self.progress)
        return True

    def _write(self, batch: Sequence[Delivery], writer: Writer, session: BrokerSession, halt: threading.Event) -> bool:
        """Store and then acknowledge a batch, however long it takes; False when ``halt`` was set before it could be."""
        me = threading.get_ident()
        self._in_hand[me] = batch
        stored = self._store(batch, writer, halt)
        del self._in_hand[me]
        if stored is None:
            return False
        if batch:
            self._committed_at = datetime.now(UTC)
        session.acknowledge(batch)
        with self._counting:
            self._count(len(batch), stored)
        return True

    def _store(self, batch: Sequence[Delivery], writer: Writer, halt: threading.Event) -> Stored | None:
        for pause_s in _pauses():
            try:
                stored = writer.write(batch) if batch else writer.look_around()
            except Unavailable as error:
                self._database_changed(str(error))
                if halt.wait(pause_s):
                    break
            else:
                self._database_changed(None)
                return stored
        return None

    def _count(self, written: int, stored: Stored) -> None:
        before = self.progress
        self._written += written
        self.progress = Progress(
            received=self._written + len(self._inbox),
            stored=before.stored + stored.inserted,
            duplicates=before.duplicates + stored.duplicates,
            rejected=before.rejected + stored.rejected,
            unclaimed=before.unclaimed + stored.unclaimed,
            backlog=len(self._inbox),
        )

    def health(self) -> Health:
        """How it is now; may be asked from any thread."""
        in_hand = list(self._in_hand.values())
        oldest = [batch[0].received_at for batch in in_hand if batch]
        progress = self.progress
        broker = None if self.subscribed.is_set() else f"waits for the MQTT broker {self._address} to let it subscribe"
        waits_for = [trouble for trouble in (self._database_trouble, self._broker_trouble or broker) if trouble]
        return Health(
            waits_for=tuple(waits_for),
            backlog=len(self._inbox) + sum(len(batch) for batch in in_hand),
            lag_s=(datetime.now(UTC) - min(oldest)).total_seconds() if oldest else 0.0,
            last_commit_at=self._committed_at,
            stored=progress.stored,
            duplicates=progress.duplicates,
            rejected=progress.rejected,
            unclaimed=progress.unclaimed,
        )

    def _give_up_if_asked(self) -> None:
        if self._settings.fail_fast and self._broker_trouble is not None and not self.subscribed.is_set():
            raise BrokerUnavailable(self._broker_trouble)

    def _broker_changed(self, trouble: str | None) -> None:
        if trouble is None:
            self.subscribed.set()
            _log.info("connected to the MQTT broker %s as %s", self._address, self._settings.client_id)
        elif trouble != self._broker_trouble:
            _log.warning("%s; trying on", trouble)
        self._broker_trouble = trouble

    def _database_changed(self, trouble: str | None) -> None:
        if trouble is None and self._database_trouble is not None:
            _log.info("the database can be reached again")
        elif trouble is not None and self._database_trouble is None:
            _log.warning("%s; nothing is acknowledged to the broker until the database is back", trouble)
        self._database_trouble = trouble

    def _open_database(self, stop: threading.Event) -> Database | None:
        """The database, as soon as it can be reached; None when ``stop`` was set before."""
        for pause_s in _pauses():
            try:
                return Database(self._settings.database_url, max_size=WRITERS + 1, timeout_s=CONNECTION_WAIT_S)
            except Unavailable as error:
                if self._settings.fail_fast:
                    raise
                self._database_changed(str(error))
                if stop.wait(pause_s):
                    return None
        raise AssertionError("pauses never end")


def _pauses() -> Iterator[float]:
    pause_s = SHORTEST_PAUSE_S
    while True:
        yield pause_s
        pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
