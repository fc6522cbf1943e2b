"""The pages: the operator's map, a route for its driver, the saving, and the devices."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse, RedirectResponse

from api import saving_report
from api.dependencies import LanguageOf, MunicipalityOf, Transaction
from api.identifiers import RouteId
from api.language import COOKIE, LANGUAGES
from api.routers.devices import list_rejections, list_unclaimed_devices
from api.routers.routes import load_route
from api.shadow_plans import refuse_shadow
from api.web.render import STATIC, page
from api.web.saving_page import HEADLINES
from api.web.saving_page import saving_page as written_out
from routing.shadow.comparison import Measure
from storage import plans

router = APIRouter(include_in_schema=False)

YEAR_S = int(timedelta(days=365).total_seconds())

SHOWN_REJECTIONS = 100


@router.get("/")
def operator_page(
    request: Request,
    connection: Transaction,
    municipality: MunicipalityOf,
    wanted: Annotated[date | None, Query(alias="date")] = None,
) -> Response:
    """The map with fill levels and the plan of a date: the one asked for, else that of the newest plan."""
    if (switched := _switch_language(request)) is not None:
        return switched
    dates = plans.dates(connection, municipality.id)
    shown = wanted or (dates[-1] if dates else None)
    return page(request, "operator.html", municipality=municipality, date=shown)


@router.get("/routes/{routeId}")
def driver_page(
    request: Request,
    route_id: RouteId,
    connection: Transaction,
    municipality: MunicipalityOf,
    language: LanguageOf,
) -> Response:
    """One route for its driver."""
    if (switched := _switch_language(request)) is not None:
        return switched
    route = load_route(connection, municipality, route_id, language)
    refuse_shadow(
        connection, municipality, plans.get(connection, municipality_id=municipality.id, plan_id=route.plan_id)
    )
    return page(
        request,
        "driver.html",
        municipality=municipality,
        route=route,
        route_data=route.model_dump(mode="json", by_alias=True),
    )


@router.get("/saving")
def saving_page(
    request: Request,
    *,
    connection: Transaction,
    municipality: MunicipalityOf,
    language: LanguageOf,
    first: Annotated[date | None, Query(alias="firstDate")] = None,
    last: Annotated[date | None, Query(alias="lastDate")] = None,
    measure: Measure = Measure.DISTANCE_KM,
) -> Response:
    """What was saved against the fixed schedule, week by week."""
    if (switched := _switch_language(request)) is not None:
        return switched
    report = saving_report.load(connection, municipality, first=first, last=last)
    chosen = measure if measure in HEADLINES else Measure.DISTANCE_KM
    shown = written_out(report, language, chosen=chosen)
    return page(request, "saving.html", municipality=municipality, saving=shown)


@router.get("/devices")
def devices_page(request: Request, connection: Transaction, municipality: MunicipalityOf) -> Response:
    """Devices that nobody has claimed, and messages that could not be read."""
    if (switched := _switch_language(request)) is not None:
        return switched
    return page(
        request,
        "devices.html",
        municipality=municipality,
        devices=list_unclaimed_devices(connection).devices,
        rejections=list_rejections(connection, limit=SHOWN_REJECTIONS),
    )


@router.get("/service-worker.js")
def service_worker() -> Response:
    """At the root, since a service worker serves only what lies below its own address."""
    headers = {"Cache-Control": "no-cache"}
    return FileResponse(STATIC / "build" / "service-worker.js", media_type="text/javascript", headers=headers)


def _switch_language(request: Request) -> Response | None:
    """Where ``?lang=`` asks for a language: remember it, and go to the same address without it."""
    wanted = request.query_params.get("lang")
    if wanted not in LANGUAGES:
        return None
    response = RedirectResponse(str(request.url.remove_query_params("lang")), status_code=303)
    response.set_cookie(COOKIE, wanted, max_age=YEAR_S, samesite="lax")
    return response
