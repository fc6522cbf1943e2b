"""The problem of a day: the candidates as stops, the trucks at work, and the hours that rules leave open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from domain.containers import Container
from domain.fleet import Depot, DisposalSite
from domain.geography import Position
from domain.plans import Urgency
from routing import problem
from routing.days import WorkingDays, WorkingVehicle
from routing.decide.night import Candidate
from routing.decide.nights import local_midnight
from routing.decide.policy import Policy, Rates
from routing.decide.rules import Rules, Span
from routing.matrix import Matrix


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """The measured ways between places: the row of each in the matrices, and which matrix each vehicle drives by.

    ``matrices`` by the name of a profile, ``profiles`` by vehicle id.
    """

    rows: Mapping[Position, int]
    matrices: Mapping[str, Matrix]
    profiles: Mapping[int, str]


def day_problem(
    candidates: Iterable[Candidate],
    date: date,
    *,
    containers: Sequence[Container],
    days: WorkingDays,
    depots: Sequence[Depot],
    disposal_sites: Sequence[DisposalSite],
    ways: Ways,
    policy: Policy,
    street_classes: Mapping[int, str] | None = None,
    all_required: bool = False,
) -> problem.Problem:
    """The problem of visiting the candidates, with seconds after local midnight; stop ids are container ids.

    A candidate that may be skipped and is not worth a visit is no stop. Where the rules of hours leave a container no
    time at all on that day its stop has no time windows: who asks for it all the same comes when it fits.

    Parameters
    ----------
    containers
        Those of the candidates, or more.
    street_classes
        By container id: OpenStreetMap's class of its street, for quiet hours.
    all_required
        Every candidate must be visited, as on a fixed schedule.
    """
    by_id = {container.id: container for container in containers}
    wanted = [each for each in candidates if all_required or each.urgency is not Urgency.SKIP]
    chosen = [by_id[each.container_id] for each in wanted]
    origin = local_midnight(date, days)
    rules = Rules.of(
        # Free days make no difference to the hours of a day that is driven.
        policy=replace(policy, public_holidays=False),
        containers=chosen,
        years=range(date.year, date.year + 1),
        street_classes=street_classes,
    )
    kinds, examples = rules.kinds()
    shut = [rules.shut(example, date, days.time_zone) for example in examples]
    where = {depot.id: ways.rows[depot.position] for depot in depots}
    return problem.Problem(
        matrices=ways.matrices,
        stops=tuple(
            problem.Stop(
                id=container.id,
                location=ways.rows[container.position],
                amounts=(problem.Amount(container.fraction, kg=candidate.kg, l=candidate.l),),
                service_s=container.service_s,
                prize=None if all_required else candidate.prize,
                priority=min(max(round(problem.HIGHEST_PRIORITY * candidate.overflow_risk), 0), 100),
                time_windows=_windows(shut[int(kinds[c])], date, origin, days, service_s=container.service_s),
            )
            for c, (container, candidate) in enumerate(zip(chosen, wanted, strict=True))
        ),
        vehicles=tuple(
            _vehicle(each, where[each.vehicle.depot_id], ways.profiles[each.vehicle.id], origin, policy.rates)
            for each in days.working(date)
        ),
        disposal_sites=tuple(
            problem.DisposalSite(
                id=site.id, location=ways.rows[site.position], fractions=site.fractions, service_s=site.service_s
            )
            for site in disposal_sites
        ),
    )


def _windows(
    shut: Sequence[Span], day: date, origin: datetime, days: WorkingDays, *, service_s: int
) -> tuple[tuple[int, int], ...]:
    """When service may begin, seconds after midnight, so that it ends before it is shut; empty: at any time."""
    if not shut:
        return ()
    found: list[tuple[int, int]] = []
    at = 0
    for start, end in shut:
        opens, closes = _seconds(start, origin), _seconds(end, origin)
        if opens - service_s >= at and opens > at:
            found.append((at, min(opens - service_s, opens - 1)))
        at = max(at, closes)
    ends = _seconds(local_midnight(day + timedelta(days=1), days), origin)
    if at < ends:
        found.append((at, ends - 1))
    return tuple(found)


def _seconds(moment: datetime, origin: datetime) -> int:
    # Of two aware moments of one zone Python takes the difference of the clocks, which is wrong when they change.
    return round(moment.timestamp() - origin.timestamp())


def _vehicle(working: WorkingVehicle, location: int, profile: str, origin: datetime, rates: Rates) -> problem.Vehicle:
    vehicle, window = working.vehicle, working.break_window
    breaks: tuple[problem.Break, ...] = ()
    if window is not None:
        breaks = (problem.Break(1, working.break_s, ((_seconds(window[0], origin), _seconds(window[1], origin)),)),)
    return problem.Vehicle(
        id=vehicle.id,
        start=location,
        end=location,
        compartments=problem.one_body(vehicle.fractions, vehicle.capacity_kg, vehicle.capacity_l),
        starts_s=_seconds(working.starts_at, origin),
        ends_s=_seconds(working.ends_at, origin),
        breaks=breaks,
        fixed_cost=rates.per_vehicle,
        cost_per_km=rates.per_km,
        cost_per_hour=rates.per_hour,
        profile=profile,
    )
