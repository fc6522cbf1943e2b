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
        while not program.is_ready(server.pid):
            assert server.poll() is None, program.log.read_text()
            time.sleep(0.01)
        yield program.url()
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)
        program.clean_up()


class DatabaseServer:
    """A PostgreSQL whose administrator stays connected, as the first work of each new connection is slow.

    Parameters
    ----------
    url
        The address of its administrator.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._connection = psycopg.connect(url, autocommit=True)
        self._connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
        migrate(self.url_of(TEMPLATE))

    def url_of(self, name: str) -> str:
        """The address of another database of the server."""
        return self.url.rpartition("/")[0] + f"/{name}"

    @contextmanager
    def new_database(self, *, template: str = TEMPLATE) -> Iterator[str]:
        """A database cloned from the template, dropped afterwards with whatever is still connected; its address."""
        name = f"test_{uuid4().hex}"
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        self._connection.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
        try:
            yield self.url_of(name)
        finally:
            self._connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def close(self) -> None:
        """Let the administrator go."""
        self._connection.close()
