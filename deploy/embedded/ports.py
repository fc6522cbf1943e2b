"""Choosing the port that a server listens on, the same one again where that is possible."""

from __future__ import annotations

import socket
from pathlib import Path

from deploy.embedded.files import write_whole
from domain.errors import Unavailable

HOST = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1 now."""
    with socket.socket() as candidate:
        # As servers do it, so that connections that closed a moment ago do not count.
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind((HOST, port))
            candidate.listen()
        except OSError:
            return False
    return True


def answers(port: int) -> bool:
    """Whether something accepts connections there."""
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True


def choose(remembered: Path, wanted: int = 0) -> int:
    """The port to listen on: ``wanted`` if it is not 0, else the one written in ``remembered``, else any free one.

    Raises
    ------
    Unavailable
        When the wanted port is taken.
    """
    if wanted:
        if not is_free(wanted):
            raise Unavailable(f"the port {wanted} of {HOST} is in use by another program", remedy="choose another port")
        port = wanted
    else:
        port = _read(remembered)
        if not (port and is_free(port)):
            with socket.socket() as candidate:
                candidate.bind((HOST, 0))
                port = candidate.getsockname()[1]
    write_whole(remembered, f"{port}\n", mode=0o644)
    return port


def _read(remembered: Path) -> int:
    try:
        return int(remembered.read_text())
    except (OSError, ValueError):
        return 0
