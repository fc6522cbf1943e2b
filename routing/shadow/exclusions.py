"""Which days count in the saving, and why the others do not."""

from __future__ import annotations

from domain.saving import ComparedDay, Exclusion, World

LEAST_DRIVEN = 0.8
"""Share of the planned stops that must have been made, of those that something is known of."""

MOST_EXTRA = 0.1
"""Containers emptied beside the plan, as a share of its stops: more is a plan of somebody else's."""

LEAST_TRUSTED = 0.5
"""Share of the containers with a fresh reading that can be trusted."""

SETTLED = 0.8
"""Share of the containers emptied in Halfvol's world since the worlds parted, from which on a day counts."""

SETTLING_DAYS = 28
"""After so many days it counts all the same: some containers hardly fill."""


def exclusions(day: ComparedDay, *, least_trusted: float = LEAST_TRUSTED) -> tuple[Exclusion, ...]:
    """All reasons why a day does not count; none: it does."""
    found: list[Exclusion] = []
    if day.problem is not None:
        found.append(day.problem)
    elif day.halfvol is None or day.fixed_schedule is None:
        found.append(Exclusion.NO_OTHER_SIDE)
    if day.driven is World.HALFVOL and day.plan_id is not None and not day.approved:
        found.append(Exclusion.NOT_APPROVED)
    found += _driving(day)
    if day.estimated:
        found.append(Exclusion.ESTIMATED)
    if day.trusted_share < least_trusted:
        found.append(Exclusion.FEW_TRUSTED)
    if day.settled_share < SETTLED and (day.date - day.began_on).days < SETTLING_DAYS:
        found.append(Exclusion.SETTLING)
    return tuple(dict.fromkeys(found))


def _driving(day: ComparedDay) -> list[Exclusion]:
    """Whether the routes of the real world were driven as planned."""
    back, real = day.looked_back, day.real
    if back is None:
        return [Exclusion.NOT_OVER]
    if real is None:
        return []
    found: list[Exclusion] = []
    if real.stops and back.emptied_share is None:
        found.append(Exclusion.DRIVING_UNKNOWN)
    elif real.stops and back.emptied_share is not None and back.emptied_share < LEAST_DRIVEN:
        found.append(Exclusion.NOT_DRIVEN)
    if back.extra_emptyings > max(1.0, MOST_EXTRA * real.stops):
        found.append(Exclusion.CHANGED_BY_HAND)
    return found
