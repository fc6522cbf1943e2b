"""Bringing a database to the newest schema: Halfvol's own tables, TimescaleDB's extras, the job queue's tables."""

from __future__ import annotations

import logging
from pathlib import Path

import psycopg
from yoyo import read_migrations

from storage import jobs
from storage.database import Connection, address, connect
from storage.errors import translated
from storage.rows import fetch_value
from storage.yoyo_backend import YoyoBackend

logger = logging.getLogger(__name__)

HERE = Path(__file__).parent
LOCK = 4_813_402_177
"""Key of the advisory lock under which a database is migrated; any number that nobody else uses."""


def migrate(url: str) -> tuple[str, ...]:
    """Apply every migration that is missing, each in one transaction; the names of those applied, in order.

    On TimescaleDB the extras of ``migrations_timescale`` are applied too, also when the extension came later.
    Safe to call from several processes at once, and after a run that was killed: a migration is there whole or not.

    Raises
    ------
    InvalidInput, DatabaseUnavailable
        When the database cannot be reached, see :func:`storage.database.connect`.
    """
    connection = connect(url, autocommit=True)
    try:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        folders = [HERE / "migrations"]
        if _has_timescale(connection):
            folders.append(HERE / "migrations_timescale")
        backend = YoyoBackend(connection)
        missing = backend.to_apply(read_migrations(*(str(folder) for folder in folders)))
        applied = [migration.id for migration in missing]
        backend.apply_migrations(missing)
        if jobs.create_schema(connection):
            applied.append("job queue")
        connection.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    except psycopg.Error as error:
        translation = translated(error, address(url))
        if translation is None:
            raise
        raise translation from error
    else:
        return tuple(applied)
    finally:
        connection.close()


def _has_timescale(connection: Connection) -> bool:
    """Whether TimescaleDB is in this database; it is created where the server has loaded it and the user may."""
    installed = "SELECT count(*) FROM pg_extension WHERE extname = 'timescaledb'"
    if fetch_value(connection, installed):
        return True
    loaded = """
        SELECT count(*) FROM pg_available_extensions
        WHERE name = 'timescaledb' AND current_setting('shared_preload_libraries') LIKE '%%timescaledb%%'"""
    if not fetch_value(connection, loaded):
        return False
    try:
        connection.execute("CREATE EXTENSION timescaledb")
    except psycopg.errors.InsufficientPrivilege:
        logger.warning("TimescaleDB is there, but this user may not create it: using plain PostgreSQL tables")
        return False
    return True
