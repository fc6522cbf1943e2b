"""The job queue: Procrastinate's tables in the same database, and its App for who defers and for who works.

The tasks themselves are defined where their work is (``api.jobs``), as a Procrastinate ``Blueprint``.
"""

from __future__ import annotations

from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.schema import SchemaManager

from storage.database import Connection
from storage.rows import fetch_value


def create_schema(connection: Connection) -> bool:
    """Create Procrastinate's tables and functions where they are missing; whether they were."""
    if fetch_value(connection, "SELECT to_regclass('procrastinate_jobs') IS NOT NULL"):
        return False
    with connection.transaction():
        connection.execute(SchemaManager.get_schema())
    return True


def deferring_app(url: str) -> App:
    """An App for a process that only asks for jobs; use it as ``with deferring_app(url).open() as app``."""
    return App(connector=SyncPsycopgConnector(conninfo=url, min_size=1, max_size=2))


def working_app(url: str) -> App:
    """An App for a process that carries jobs out; use it as ``async with working_app(url).open_async() as app``."""
    return App(connector=PsycopgConnector(conninfo=url, min_size=1, max_size=4))
