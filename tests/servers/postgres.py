"""One embedded PostgreSQL for all tests, and a database of its own for each, cloned from a migrated one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from storage.migrate import migrate

TEMPLATE = "template_migrated"


def url_of(server_url: str, name: str) -> str:
    """The address of another database of the server."""
    return server_url.rpartition("/")[0] + f"/{name}"


def make_template(server_url: str) -> None:
    """Create the migrated database that all others are cloned from."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
    migrate(url_of(server_url, TEMPLATE))


@contextmanager
def new_database(server_url: str, *, template: str = TEMPLATE) -> Iterator[str]:
    """A database cloned from the template, dropped afterwards with whatever is still connected to it; its address."""
    name = f"test_{uuid4().hex}"
    assert "host" in conninfo_to_dict(server_url)
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
        try:
            yield url_of(server_url, name)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
