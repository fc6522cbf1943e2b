"""How ingest is, told over HTTP on this machine: ``GET /health``."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from domain.errors import Unavailable

HOST = "127.0.0.1"
PATH = "/health"


@dataclass(frozen=True, slots=True)
class Health:
    """How ingest is at this moment.

    Parameters
    ----------
    waits_for
        What keeps it from storing, one sentence each; nothing when all is well.
    stands_by
        Another process has the turn of this client id.
    backlog, lag_s
        Messages that are received and not yet stored, and how long ago the oldest of them came. What waits in the
        broker is not among them.
    last_commit_at
        When the last batch was committed; None before the first.
    warnings
        What the broker was found to lose or refuse, one sentence each.
    """

    waits_for: tuple[str, ...] = ()
    stands_by: bool = False
    backlog: int = 0
    lag_s: float = 0.0
    last_commit_at: datetime | None = None
    stored: int = 0
    duplicates: int = 0
    rejected: int = 0
    unclaimed: int = 0
    warnings: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        """``waiting``, ``standing by`` or ``running``."""
        if self.stands_by:
            return "standing by"
        return "waiting" if self.waits_for else "running"

    def as_json(self) -> dict[str, object]:
        """The answer's object."""
        return {
            "status": self.status,
            "waitsFor": list(self.waits_for),
            "backlog": self.backlog,
            "lagS": round(self.lag_s, 3),
            "lastCommitAt": None if self.last_commit_at is None else self.last_commit_at.isoformat(),
            "stored": self.stored,
            "duplicates": self.duplicates,
            "rejected": self.rejected,
            "unclaimed": self.unclaimed,
            "warnings": list(self.warnings),
        }


@contextmanager
def health_endpoint(port: int, ask: Callable[[], Health]) -> Iterator[str]:
    """Answer at ``http://127.0.0.1:port/health`` as long as the block lasts; gives that address.

    The answer is 200, or 503 while ingest waits for something; the body is the same object either way.

    Parameters
    ----------
    port
        0 takes any free one.

    Raises
    ------
    Unavailable
        When the port is taken.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path != PATH:
                self._answer(HTTPStatus.NOT_FOUND, {"title": f"there is nothing but {PATH}"})
                return
            health = ask()
            status = HTTPStatus.SERVICE_UNAVAILABLE if health.status == "waiting" else HTTPStatus.OK
            self._answer(status, health.as_json())

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: a probe asks every few seconds."""

        def _answer(self, status: HTTPStatus, body: dict[str, object]) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(data)

    try:
        server = ThreadingHTTPServer((HOST, port), Handler)
    except OSError as error:
        raise Unavailable(
            f"the port {port} of {HOST} cannot be used ({error.strerror})", remedy="choose another HALFVOL_HEALTH_PORT"
        ) from error
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, name="health", daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_address[1]}{PATH}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
