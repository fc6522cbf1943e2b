"""Plans that were made beside the fixed schedule: kept and measured, never offered for driving."""

from __future__ import annotations

from api.policies import load_policy
from domain.containers import Municipality
from domain.plans import Plan, PlanStatus
from domain.saving import World
from storage import shadow
from storage.database import Connection
from storage.errors import Conflict


def is_shadow(connection: Connection, municipality: Municipality, plan: Plan) -> bool:
    """Whether a plan is not for driving: it was made for a world in which Halfvol's plans had been driven.

    So is every plan that waits for approval while the policy says so, and one made then stays so when it changes.
    """
    days = shadow.days(connection, municipality_id=municipality.id, first=plan.date, last=plan.date)
    if any(day.driven is World.FIXED_SCHEDULE for day in days):
        return True
    return plan.status is not PlanStatus.APPROVED and load_policy(connection, municipality).shadow_only


def refuse_shadow(connection: Connection, municipality: Municipality, plan: Plan) -> None:
    """See to it that a plan may be driven.

    Raises
    ------
    Conflict
        When it is not for driving.
    """
    if is_shadow(connection, municipality, plan):
        raise Conflict(
            "Halfvol runs beside the fixed schedule here (shadow_only), so this plan is not for driving",
            where=f"plan {plan.id} of {plan.date.isoformat()}",
            remedy="to drive Halfvol's plans, set shadow_only = false in the policy, and plan the date anew",
        )
