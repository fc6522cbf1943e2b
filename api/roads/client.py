"""JSON from a road engine over HTTP, with patience and clear errors."""

from __future__ import annotations

import time
from typing import Any, Self

import httpx

from domain.errors import InvalidInput, Unavailable

TIMEOUT = httpx.Timeout(60.0, connect=5.0)
"""Seconds: an answer with thousands of pairs takes a server some seconds."""

ATTEMPTS = 3
WAIT_S = 0.5
"""Before the second attempt, seconds; twice as long before the next."""

_REMEDY = "start the server, correct HALFVOL_ROADS_URL, or leave it empty to use the imported streets"
_BUSY = frozenset({429, 502, 503, 504})


class Refused(InvalidInput):
    """The road engine understood the request and refuses it."""

    def __init__(self, code: str, message: str, *, where: str) -> None:
        self.code = code
        super().__init__(f"the road engine refuses the request ({code}: {message})", where=where, remedy=_REMEDY)


class EngineClient:
    """Requests to one server, with connections open within ``with``; ``engine`` ("OSRM") is its name in errors."""

    def __init__(self, engine: str, url: str, transport: httpx.BaseTransport | None = None) -> None:
        self.engine = engine
        self.url = url.rstrip("/")
        self._transport = transport
        self._client: httpx.Client | None = None

    def __enter__(self) -> Self:
        self._client = httpx.Client(base_url=self.url, timeout=TIMEOUT, transport=self._transport)
        return self

    def __exit__(self, *_: object) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def get(self, path: str, parameters: dict[str, str]) -> dict[str, Any]:
        """The answer to a GET request."""
        return self._ask("GET", path, params=parameters)

    def post(self, path: str, content: dict[str, Any]) -> Any:
        """The answer to a POST request with JSON."""
        return self._ask("POST", path, json=content)

    def _ask(self, method: str, path: str, **content: Any) -> Any:
        if self._client is None:
            raise RuntimeError("ask within a with statement")
        problem = ""
        for attempt in range(ATTEMPTS):
            try:
                response = self._client.request(method, path, **content)
            except httpx.TransportError as error:
                problem = f"{self.engine} does not answer ({type(error).__name__}: {error})"
            else:
                if response.status_code not in _BUSY:
                    return self._content(response)
                problem = f"{self.engine} answers with status {response.status_code}"
            if attempt < ATTEMPTS - 1:
                time.sleep(WAIT_S * 2**attempt)
        raise Unavailable(f"{problem}, {ATTEMPTS} times", where=self.url, remedy=_REMEDY)

    def _content(self, response: httpx.Response) -> Any:
        try:
            content = response.json()
        except ValueError:
            what = f"the answer with status {response.status_code} is no JSON; is this {self.engine}?"
            raise InvalidInput(what, where=self.url, remedy=_REMEDY) from None
        if response.is_success:
            return content
        told = content if isinstance(content, dict) else {}
        code = str(told.get("code") or told.get("error_code") or response.status_code)
        raise Refused(code, str(told.get("message") or told.get("error") or "no reason given"), where=self.url)

    def unexpected(self, what: str) -> InvalidInput:
        """The error for an answer that is not as the engine's documentation has it."""
        return InvalidInput(f"{self.engine} answered without {what}", where=self.url, remedy=_REMEDY)
