"""The pool of connections to one database."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self, TypeAlias

import psycopg
import psycopg_pool
from psycopg.conninfo import conninfo_to_dict

from domain.errors import InvalidInput
from storage.errors import refused_connection, translated

Connection: TypeAlias = psycopg.Connection[Any]
"""What every function of this package works on: a connection inside a transaction that the caller opened."""

# Each failed attempt of the pool would be a line of its own; whoever asks for a connection is told in one sentence.
logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)

CONNECT_TIMEOUT_S = 10
PREPARE_THRESHOLD = 5
"""psycopg prepares a statement on the server from its sixth execution."""


class Database:
    """A pool of connections, opened at once.

    Parameters
    ----------
    url
        ``postgresql://user:password@host:port/name``, or any other address that libpq takes.
    min_size, max_size
        How many connections are kept open, and how many at most.
    prepare_threshold
        After how many executions a statement is prepared on the server; None for never, as a server that shares one
        session between clients needs (PgBouncer's transaction pooling, PostgreSQL in WebAssembly).
    timeout_s
        How long :meth:`transaction` waits for a connection, in seconds.

    Raises
    ------
    InvalidInput
        When the address cannot be read.
    DatabaseUnavailable
        When no connection can be made; the sentence says why, without the password.
    """

    def __init__(
        self,
        url: str,
        *,
        min_size: int = 1,
        max_size: int = 8,
        prepare_threshold: int | None = PREPARE_THRESHOLD,
        timeout_s: float = 10.0,
    ) -> None:
        self.url = url
        self.address = address(url)
        connect(url).close()
        self._pool = psycopg_pool.ConnectionPool(
            url,
            min_size=min_size,
            max_size=max_size,
            timeout=timeout_s,
            # The pool doubles its pause between attempts; a short limit lets the next request begin a new attempt, so
            # that a database that comes back is noticed within seconds.
            reconnect_timeout=2.0,
            kwargs={"prepare_threshold": prepare_threshold, "connect_timeout": CONNECT_TIMEOUT_S},
            configure=_configure,
            check=psycopg_pool.ConnectionPool.check_connection,
            open=True,
        )

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection inside one transaction: committed at the end of the block, rolled back when it raises.

        Raises
        ------
        DatabaseUnavailable, Conflict, InvalidInput, SchemaMissing
            In place of the driver's errors, see :mod:`storage.errors`.
        """
        try:
            with self._pool.connection() as connection:
                yield connection
        except (psycopg.Error, psycopg_pool.PoolTimeout, psycopg_pool.TooManyRequests) as error:
            translation = translated(error, self.address)
            if translation is None:
                raise
            raise translation from error

    def close(self) -> None:
        """Close all connections; those in use when they come back."""
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def connect(url: str, *, autocommit: bool = False) -> Connection:
    """One connection outside any pool, in UTC, that prepares no statements.

    Raises
    ------
    InvalidInput
        When the address cannot be read.
    DatabaseUnavailable
        When no connection can be made.
    """
    where = address(url)
    try:
        connection = psycopg.connect(
            url, autocommit=autocommit, prepare_threshold=None, connect_timeout=CONNECT_TIMEOUT_S
        )
    except psycopg.OperationalError as error:
        raise refused_connection(error, where) from error
    _configure(connection)
    return connection


def address(url: str) -> str:
    """The database's address for people: ``host:port/name`` with the user, never with the password.

    Raises
    ------
    InvalidInput
        When libpq cannot read the address. Its own words are left out: they quote the address with the password.
    """
    remedy = "it must look like postgresql://user:password@host:5432/name"
    if not url.startswith(("postgresql://", "postgres://")):
        raise InvalidInput("the database's address does not begin with postgresql://", remedy=remedy)
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise InvalidInput("the database's address cannot be read", remedy=remedy) from None
    user = f"{parts['user']}@" if parts.get("user") else ""
    # A password with an "@" that is not written as %40 would begin the host.
    host = str(parts.get("host") or "localhost").rpartition("@")[2]
    return f"{user}{host}:{parts.get('port') or 5432}/{parts.get('dbname') or ''}"


def _configure(connection: Connection) -> None:
    connection.execute("SET TIME ZONE 'UTC'")
    if not connection.autocommit:
        connection.commit()
