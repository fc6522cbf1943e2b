"""One embedded PostgreSQL for all tests, and a database of its own for each, cloned from a migrated one."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql

from deploy.embedded.postgres import PostgresProgram
from deploy.embedded.processes import dies_with_parent
from storage.migrate import migrate

TEMPLATE = "template_migrated"
FORGETFUL = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")
"""Nothing of these databases needs to survive, and creating and dropping hundreds of them waits for the disk."""


@contextmanager
def forgetful_postgres(folder: Path) -> Iterator[str]:
    """The embedded PostgreSQL without its guard and without its durability; the address of its administrator."""
    program = PostgresProgram(folder, 0)
    launch = program.prepare()
    with program.log.open("wb") as log:
        server = subprocess.Popen(
            [*launch.command, *FORGETFUL],
            cwd=launch.cwd,
            stdout=log,
            stderr=log,
            preexec_fn=dies_with_parent(launch.death_signal),  # noqa: PLW1509  (one system call, nothing else)
            **launch.arguments,
        )
    try:
        while not program.is_ready():
            assert server.poll() is None, program.log.read_text()
            time.sleep(0.01)
        yield program.url()
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)
        program.clean_up()


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
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
        try:
            yield url_of(server_url, name)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
