"""Bringing a database to the newest schema: Halfvol's own tables, TimescaleDB's extras, the job queue's tables."""

from __future__ import annotations

import logging
from collections.abc import Callable
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


def migrate(url: str, *, on_refused: Callable[[str], None] | None = None) -> tuple[str, ...]:
    """Apply every migration that is missing, each in one transaction; the names of those applied, in order.

    On TimescaleDB the extras of ``migrations_timescale`` are applied too, also when the extension came later; and those
    of ``migrations_timescale_community``, which its Apache edition refuses: what it refuses is logged, told to
    ``on_refused`` in a sentence, and tried again the next time. Nothing depends on them but speed and space.
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
        has_timescale = _has_timescale(connection)
        if has_timescale:
            folders.append(HERE / "migrations_timescale")
        backend = YoyoBackend(connection)
        missing = backend.to_apply(read_migrations(*(str(folder) for folder in folders)))
        applied = [migration.id for migration in missing]
        backend.apply_migrations(missing)
        if has_timescale:
            folders.append(HERE / "migrations_timescale_community")
            applied.extend(_apply_where_allowed(backend, folders, on_refused))
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


def _apply_where_allowed(
    backend: YoyoBackend, folders: list[Path], on_refused: Callable[[str], None] | None
) -> list[str]:
    """Apply what is missing one by one, leaving out what this edition of TimescaleDB has not."""
    applied: list[str] = []
    for migration in backend.to_apply(read_migrations(*(str(folder) for folder in folders))):
        try:
            backend.apply_one(migration)
        except psycopg.errors.FeatureNotSupported as error:
            reason = error.diag.message_primary or str(error)
            sentence = f"left out {migration.id}: this edition of TimescaleDB refuses it ({reason})"
            logger.warning("%s; everything works without it, with more disk space and slower sums", sentence)
            if on_refused is not None:
                on_refused(sentence)
        else:
            applied.append(migration.id)
    return applied
