"""Answers of road engines, recorded and played back."""

from __future__ import annotations

import json
import os
from pathlib import Path

import httpx

FOLDER = Path(__file__).parent / "recorded"
RECORD = os.environ.get("HALFVOL_TEST_RECORD") == "1"


def server_url(engine: str) -> str | None:
    """The address of a real server, if there is one."""
    return os.environ.get(f"HALFVOL_TEST_{engine.upper()}_URL")


def transport(engine: str) -> httpx.BaseTransport:
    """To the real server where its address is known, or else to what it answered once."""
    if server_url(engine) is None:
        return Recorded(engine)
    return Recorder(engine) if RECORD else httpx.HTTPTransport()


def _key(request: httpx.Request) -> str:
    return f"{request.method} {request.url.raw_path.decode()} {request.read().decode()}"


class Recorded(httpx.BaseTransport):
    """Answers as the server did; a request that was never made is an error."""

    def __init__(self, engine: str) -> None:
        self._answers = json.loads((FOLDER / f"{engine}.json").read_text(encoding="utf-8"))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        key = _key(request)
        assert key in self._answers, f"never recorded: {key}"
        status, answer = self._answers[key]
        return httpx.Response(status, json=answer)


class Recorder(httpx.BaseTransport):
    """Asks the server and keeps its answers."""

    def __init__(self, engine: str) -> None:
        self._file = FOLDER / f"{engine}.json"
        self._server = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        key = _key(request)
        response = self._server.handle_request(request)
        response.read()
        known = json.loads(self._file.read_text(encoding="utf-8")) if self._file.exists() else {}
        known[key] = [response.status_code, response.json()]
        self._file.write_text(json.dumps(known, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
        return response

    def close(self) -> None:
        self._server.close()
