"""What a person sees where a page could not be shown."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import Request
from fastapi.responses import PlainTextResponse, Response

from api.web.render import page
from domain.errors import Unavailable


def respond(request: Request, *, status: int, detail: str, headers: Mapping[str, str]) -> Response:
    """A page that says what is wrong; plain text where not even the pages' styles are there."""
    try:
        return page(
            request, "error.html", municipality=None, status=status, headers=headers, code=status, detail=detail
        )
    except Unavailable:
        return PlainTextResponse(detail, status, dict(headers))
