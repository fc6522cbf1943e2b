"""The streets of the municipality: the ground of the pages' maps."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from api.dependencies import MunicipalityOf, Transaction
from api.representations.base import CRS84, GEOJSON
from api.street_map import StreetMaps
from storage import roads

router = APIRouter(tags=["streets"])


@router.get("/streets", response_class=Response, responses={200: {"content": {GEOJSON: {}}}, 304: {}})
def list_streets(
    connection: Transaction,
    municipality: MunicipalityOf,
    request: Request,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """All streets that trucks may drive, as GeoJSON lines with ``name`` and OpenStreetMap's ``roadClass``.

    © OpenStreetMap contributors, Open Database License. The answer has an ETag and may be kept for an hour.
    """
    maps: StreetMaps = request.app.state.street_maps
    _, graph = roads.load(connection, municipality.id)
    streets = maps.of(graph)
    # GZipMiddleware weakens nothing: compare without the mark of a weak tag, as RFC 9110, 13.1.2 says.
    known = {tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")}
    headers = {"ETag": streets.etag, "Cache-Control": "private, max-age=3600", "Content-Crs": f"<{CRS84}>"}
    if streets.etag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(streets.content, headers=headers, media_type=GEOJSON)
