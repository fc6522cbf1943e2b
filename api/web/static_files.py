"""Scripts, styles and pictures. Addresses with a digest of the sources may be kept for ever."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response
from starlette.exceptions import HTTPException

from api.web.render import STATIC

router = APIRouter(include_in_schema=False)

MEDIA_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".map": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}

FOR_EVER = "public, max-age=31536000, immutable"


@router.get("/static/{digest}/{name}")
def built_file(digest: str, name: str) -> Response:
    """A built script or style. The digest only makes the address change with the content."""
    return _file("build", name, FOR_EVER)


@router.get("/static/{name}")
def plain_file(name: str) -> Response:
    """The logo, the web manifest."""
    return _file(".", name, "public, max-age=3600")


def _file(folder: str, name: str, cache_control: str) -> Response:
    path = STATIC / folder / name
    media_type = MEDIA_TYPES.get(path.suffix)
    # Names have no slash, as they are one part of the address; the media types leave out whatever else lies there.
    if media_type is None or not path.is_file():
        raise HTTPException(404)
    return FileResponse(path, media_type=media_type, headers={"Cache-Control": cache_control})
