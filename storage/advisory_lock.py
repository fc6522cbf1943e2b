"""A lock in PostgreSQL that one process holds by name, and that its death releases."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import psycopg

from storage import database
from storage.errors import translated


class AdvisoryLock:
    """A session's advisory lock, on a connection of its own (so not through PgBouncer's transaction pooling).

    The server releases it when the connection ends: at once when the process is killed, and within about ten seconds
    when its whole machine disappears, by keep-alive packets.
    """

    def __init__(self, url: str, name: str) -> None:
        self._url = url
        self._where = database.address(url)
        self._name = name
        self._connection: database.Connection | None = None

    def try_acquire(self) -> bool:
        """Hold the lock, if nobody else does; True also when it is held already.

        Raises
        ------
        DatabaseUnavailable
            When the database cannot be asked; the lock is then not held.
        """
        try:
            if self._connection is None:
                self._connection = database.connect(self._url, autocommit=True)
                self._connection.execute("SET tcp_keepalives_idle = 4")
                self._connection.execute("SET tcp_keepalives_interval = 2")
                self._connection.execute("SET tcp_keepalives_count = 3")
            elif self._holds(self._connection):
                return True
            query = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
            row = self._connection.execute(query, [f"halfvol {self._name}"]).fetchone()
        except psycopg.Error as error:
            self.release()
            translation = translated(error, self._where)
            if translation is None:
                raise
            raise translation from error
        return bool(row and row[0])

    def release(self) -> None:
        """Give it up."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.release()

    def _holds(self, connection: database.Connection) -> bool:
        query = """
            SELECT EXISTS (
                SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND granted
            )"""
        row = connection.execute(query).fetchone()
        return bool(row and row[0])
