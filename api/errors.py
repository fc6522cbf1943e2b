"""From errors to problems (RFC 9457): one table of statuses, and the handlers that use it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from api.web import error_page
from domain.errors import HalfvolError, InvalidInput, NotFound, Unavailable
from storage.errors import Conflict, SchemaMissing

_log = logging.getLogger(__name__)


class Forbidden(HalfvolError):
    """Whoever asks has shown who they are, but may not do this."""


STATUSES: tuple[tuple[type[HalfvolError], int], ...] = (
    (Forbidden, 403),
    (NotFound, 404),
    (Conflict, 409),
    (InvalidInput, 400),
    (Unavailable, 503),
    (SchemaMissing, 503),
    (HalfvolError, 500),
)
"""The first class that an error is an instance of decides."""

TITLES: Mapping[int, str] = {
    400: "The request cannot be right",
    401: "A key is needed",
    403: "That is not allowed",
    404: "There is no such thing here",
    405: "That cannot be done with this resource",
    409: "It contradicts what is stored",
    413: "The request is too large",
    500: "The server made a mistake",
    503: "The service cannot answer now",
}

RETRY_AFTER_S = 5

_FIELD_PLACES = {"body": "body", "query": "query", "path": "path", "header": "header"}


class InvalidFields(InvalidInput):
    """Several things in one request are wrong. ``errors`` holds a sentence for each."""

    def __init__(self, errors: Sequence[str]) -> None:
        self.errors = tuple(errors)
        super().__init__("; ".join(errors))


def install(app: FastAPI) -> None:
    """Make the app answer every error with a problem, or on a page's address with a page."""
    app.add_exception_handler(HalfvolError, _halfvol_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected)


def problem(request: Request, status: int, detail: str, **more: Any) -> Response:
    """A response that tells what is wrong."""
    headers = {"Retry-After": str(RETRY_AFTER_S)} if status == 503 else {}
    if not request.url.path.startswith("/v1"):
        return error_page.respond(request, status=status, detail=detail, headers=headers)
    body = {"status": status, "title": TITLES.get(status, "Error"), "detail": detail, **more}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def status_of(error: HalfvolError) -> int:
    """The HTTP status that says what kind of error it is."""
    return next(status for kind, status in STATUSES if isinstance(error, kind))


def _halfvol_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HalfvolError)
    status = status_of(error)
    if status >= 500:
        _log.error("%s %s: %s", request.method, request.url.path, error)
    more: dict[str, Any] = {}
    if isinstance(error, InvalidFields):
        more["errors"] = [{"detail": each} for each in error.errors]
    return problem(request, status, str(error), **more)


def _validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors: list[dict[str, str]] = []
    for each in error.errors():
        place, *path = [str(part) for part in each["loc"]]
        where = ".".join(path)
        reason = str(each["msg"])
        told = f"{where}: {reason}" if where else reason
        errors.append({"in": _FIELD_PLACES.get(place, place), "location": where, "detail": told})
    return problem(request, 400, "; ".join(each["detail"] for each in errors), errors=errors)


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail = error.detail
    if error.status_code == 404:
        detail = f"there is nothing at {request.url.path}"
        if request.url.path.endswith("/"):
            detail += "; addresses here do not end with a slash"
    response = problem(request, error.status_code, detail)
    response.headers.update(error.headers or {})
    return response


def _unexpected(request: Request, _error: Exception) -> Response:
    # Starlette raises the error again after answering, so that the server logs it with its traceback.
    return problem(request, 500, "something went wrong that should not; it has been logged")
