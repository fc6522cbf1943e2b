"""Plans of a date: figures, decisions, routes, an operator's approval, and the making of a new one."""

from __future__ import annotations

import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api import route_details
from api.dependencies import LanguageOf, MunicipalityOf, Transaction
from api.identifiers import PlanId
from api.language import Language
from api.representations import routes as route_shapes
from api.representations.containers import decisions_of
from api.representations.plans import (
    PlanDecision,
    PlanDecisions,
    Plans,
    PlanSummary,
    StatusChange,
    summary,
)
from api.shadow_plans import is_shadow, refuse_shadow
from domain.containers import Municipality
from domain.plans import Plan, PlanStatus
from storage import plans
from storage.database import Connection
from storage.errors import Conflict

router = APIRouter(tags=["plans"])

NEWEST_DATES = 14
"""How many dates are listed when none is asked for."""


@router.get("/plans")
def list_plans(
    connection: Transaction,
    municipality: MunicipalityOf,
    language: LanguageOf,
    date: Annotated[datetime.date | None, Query(description="Only the plan of this date")] = None,
) -> Plans:
    """The plan that counts of a date, or of each of the newest dates; superseded plans are left out."""
    dates = [date] if date else plans.dates(connection, municipality.id)[: -NEWEST_DATES - 1 : -1]
    found = (plans.latest(connection, municipality_id=municipality.id, date=each) for each in dates)
    return Plans(plans=[_summary(connection, municipality, plan, language) for plan in found if plan is not None])


@router.get("/plans/{planId}")
def get_plan(
    plan_id: PlanId, connection: Transaction, municipality: MunicipalityOf, language: LanguageOf
) -> PlanSummary:
    """One plan in figures, also when a newer one took its place."""
    plan = plans.get(connection, municipality_id=municipality.id, plan_id=plan_id)
    return _summary(connection, municipality, plan, language)


@router.get("/plans/{planId}/decisions")
def list_decisions(
    plan_id: PlanId, connection: Transaction, municipality: MunicipalityOf, language: LanguageOf
) -> PlanDecisions:
    """What the plan does with every container, and why."""
    plan = plans.get(connection, municipality_id=municipality.id, plan_id=plan_id)
    decisions = decisions_of(plan, language)
    return PlanDecisions(
        decisions=[PlanDecision(**dict(each), container_id=container_id) for container_id, each in decisions.items()]
    )


@router.get("/plans/{planId}/routes")
def list_routes(plan_id: PlanId, connection: Transaction, municipality: MunicipalityOf) -> route_shapes.Routes:
    """The plan's routes with the lines that they follow."""
    plan = plans.get(connection, municipality_id=municipality.id, plan_id=plan_id)
    surroundings = route_details.surroundings(connection, municipality, plan)
    return route_shapes.Routes(routes=[route_shapes.summary(route, surroundings) for route in plan.routes])


@router.put("/plans/{planId}/status")
def set_status(
    plan_id: PlanId,
    change: StatusChange,
    connection: Transaction,
    municipality: MunicipalityOf,
    response: Response,
) -> StatusChange:
    """Approve a plan, reject it, or think again. Only the plan that counts of its date can be decided about.

    Where Halfvol runs beside the fixed schedule, which the trucks drive, its plans cannot be approved.
    """
    plan = plans.get(connection, municipality_id=municipality.id, plan_id=plan_id)
    _refuse_superseded(connection, plan)
    if change.status is PlanStatus.APPROVED:
        refuse_shadow(connection, municipality, plan)
    plans.set_status(connection, plan_id=plan_id, status=change.status)
    return change


def _summary(connection: Connection, municipality: Municipality, plan: Plan, language: Language) -> PlanSummary:
    return summary(plan, language, shadow=is_shadow(connection, municipality, plan))


def _refuse_superseded(connection: Connection, plan: Plan) -> None:
    if route_details.is_superseded(connection, plan):
        what = f"plan {plan.id} of {plan.date.isoformat()} was replaced by a newer one"
        raise Conflict(what, remedy="look at the newer plan and decide about that one")
