"""Puts the API and the pages together."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.middleware.gzip import GZipMiddleware

from api import errors
from api.headers import API_VERSION, StandardHeaders
from api.road_graphs import RoadGraphs
from api.routers import (
    completeness,
    containers,
    datastreams,
    devices,
    emptyings,
    health,
    judged_emptyings,
    observation_summaries,
    planning_jobs,
    plans,
    policies,
    routes,
    savings,
    sensors,
    streets,
    uplinks,
    visit_requests,
)
from api.settings import ApiSettings
from api.street_map import StreetMaps
from api.web import pages, static_files
from storage.database import Database

DESCRIPTION = (
    "Fill levels of waste containers, the plan of a day with a reason for every stop and every skip, its routes, and"
    " what drivers report. Times are UTC, distances metres, durations seconds, coordinates longitude and latitude."
)


def create_app(
    database: Database, settings: ApiSettings, *, accept_uplink: uplinks.AcceptUplink | None = None
) -> FastAPI:
    """The application for one municipality: the API under ``/v1``, the pages at ``/``, ``/routes/{id}``, ``/saving``,
    ``/devices``.

    Parameters
    ----------
    database
        The pool; stays the caller's to close.
    settings
        Whose data is served, and how.
    accept_uplink
        Stores an uplink that is handed over by HTTP; None: ``/v1/uplinks`` does not exist. It is given from outside
        because how uplinks are read is ingest's, which the API does not know.
    """
    app = FastAPI(
        title="Halfvol",
        summary="Collection routes that skip the half-empty containers.",
        description=DESCRIPTION,
        version=API_VERSION,
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        # FastAPI's own pages load their scripts from other people's servers.
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.state.database = database
    app.state.settings = settings
    app.state.street_maps = StreetMaps()
    app.state.road_graphs = RoadGraphs()
    resources = (containers, plans, planning_jobs, routes, emptyings, streets, devices, sensors, datastreams, health)
    judged = (savings, completeness, judged_emptyings, observation_summaries, policies, visit_requests)
    for module in (*resources, *judged):
        app.include_router(module.router, prefix="/v1")
    if accept_uplink is not None:
        app.state.accept_uplink = accept_uplink
        app.include_router(uplinks.router, prefix="/v1")
    app.include_router(pages.router)
    app.include_router(static_files.router)
    app.add_api_route("/v1/openapi.json", openapi_document, include_in_schema=False)
    errors.install(app)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    app.add_middleware(StandardHeaders)
    return app


def openapi_document(request: Request) -> Response:
    """The description of the API, for everybody on every origin."""
    app: FastAPI = request.app
    return JSONResponse(describe(app), headers={"Access-Control-Allow-Origin": "*", "Cache-Control": "no-cache"})


def describe(app: FastAPI) -> dict[str, Any]:
    """OpenAPI 3.1, with ``/v1`` in the server's address and errors as problems with status 400 instead of 422."""
    document = dict(app.openapi())
    settings: ApiSettings = app.state.settings
    # Not given to FastAPI: it wants a package more to validate the address.
    contact = {"name": settings.contact_name, "email": settings.contact_email, "url": settings.contact_url}
    document["info"] = {**document["info"], "contact": contact}
    document["servers"] = [{"url": "/v1"}]
    document["paths"] = {
        path.removeprefix("/v1"): {method: _with_problems(operation) for method, operation in operations.items()}
        for path, operations in document["paths"].items()
    }
    schemas = dict(document["components"]["schemas"])
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    schemas["Problem"] = {
        "type": "object",
        "required": ["status", "title", "detail"],
        "properties": {
            "status": {"type": "integer"},
            "title": {"type": "string"},
            "detail": {"type": "string"},
            "errors": {"type": "array", "items": {"type": "object"}, "description": "Every single thing that is wrong"},
        },
    }
    document["components"] = {**document["components"], "schemas": schemas}
    return document


def _with_problems(operation: dict[str, Any]) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    responses = {status: answer for status, answer in operation["responses"].items() if status != "422"}
    responses["400"] = {"description": "The request cannot be right", "content": content}
    responses["default"] = {"description": "Another problem", "content": content}
    return {**operation, "responses": responses}
