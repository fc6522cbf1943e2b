"""Settings of a policy that the town's containers and trucks cannot follow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import time

from domain.containers import Container, Fraction
from domain.geography import Position
from routing.days import WorkingDays
from routing.decide.areas import inside
from routing.decide.contradictions import areas_of, fixed_days_setting, longest_gap
from routing.decide.policy import WEEKDAYS, Area, Policy
from routing.decide.policy_problem import Problem
from routing.decide.weekdays import day_names

Hours = Sequence[tuple[time, time]]


def town_contradictions(
    policy: Policy,
    *,
    containers: Sequence[Container],
    days: WorkingDays,
    street_classes: Mapping[int, str] | None = None,
    country: str | None = None,
) -> list[Problem]:
    """Everything in the policy that these containers and trucks contradict; empty: nothing does.

    Parameters
    ----------
    policy
        One without ``contradictions`` of its own.
    containers
        All of the town; without any nothing is found that concerns them.
    days
        The trucks and their shifts.
    street_classes
        By container id: the class of its street (OpenStreetMap's ``highway``). Quiet hours of certain streets are
        judged for the containers named here; those of all streets for all.
    country
        ISO 3166 code of the country whose public holidays are kept; None: not known.
    """
    found: list[Problem] = []
    if policy.public_holidays and country is None:
        what = "nobody knows the public holidays here: the time zone names no country"
        found.append(Problem("days_off.public_holidays", what, "set it to false and name the holidays as dates"))
    if not containers:
        return found
    too_late = _too_late(policy, days)
    found += [*_empty_areas(policy, containers), *(problem for _, problem in too_late)]
    groups = _groups(policy, containers, street_classes or {}, without={number for number, _ in too_late})
    told: defaultdict[Problem, list[Container]] = defaultdict(list)
    for group, members in groups.items():
        problem = _of_group(policy, group, days)
        if problem is not None:
            told[problem].extend(members)
    for problem, members in told.items():
        some = "1 container" if len(members) == 1 else f"{len(members)} containers"
        what = f"{problem.what} ({some}, such as {members[0].code})"
        found.append(Problem(problem.setting, what, problem.remedy))
    return found


@dataclass(frozen=True, slots=True)
class _Group:
    """Containers that the policy treats alike: the rules that speak of them, by place."""

    fraction: Fraction
    fixed_days: tuple[int, ...]
    quiet_hours: tuple[int, ...]
    markets: tuple[int, ...]


def _groups(
    policy: Policy, containers: Sequence[Container], street_classes: Mapping[int, str], *, without: set[int]
) -> dict[_Group, list[Container]]:
    positions = [container.position for container in containers]
    within = {area: inside(area, positions) for area in areas_of(policy)}

    def holds(area: Area | None, place: int) -> bool:
        return area is None or bool(within[area][place])

    found: defaultdict[_Group, list[Container]] = defaultdict(list)
    for place, container in enumerate(containers):
        street = street_classes.get(container.id)
        group = _Group(
            container.fraction,
            tuple(
                number
                for number, rule in enumerate(policy.fixed_days)
                if rule.fraction in (None, container.fraction) and holds(rule.area, place)
            ),
            tuple(
                number
                for number, rule in enumerate(policy.quiet_hours)
                if number not in without
                and (not rule.road_classes or street in rule.road_classes)
                and holds(rule.area, place)
            ),
            tuple(number for number, market in enumerate(policy.markets) if holds(market.area, place)),
        )
        found[group].append(container)
    return dict(found)


def _of_group(policy: Policy, group: _Group, days: WorkingDays) -> Problem | None:
    shifts = _shifts(days, group.fraction)
    if not shifts:
        return None  # no truck ever takes this fraction: the fleet's lack, not the policy's
    fixed = WEEKDAYS.intersection(*(policy.fixed_days[number].weekdays for number in group.fixed_days))
    working = fixed & shifts.keys()
    if not working:
        return _without_trucks(group, fixed, shifts)
    starts = max((policy.quiet_hours[number].not_before for number in group.quiet_hours), default=time.min)
    awake = {day for day in working if any(starts < ends for _, ends in shifts[day])}
    if not awake:
        return _asleep(policy, group, working, starts)
    reached = {day for day in awake if _is_reached(policy, group, day, starts, shifts[day])}
    if not reached:
        return _closed(policy, group, awake)
    interval = policy.intervals.get(group.fraction)
    most = None if interval is None else interval.most_days
    return None if most is None or longest_gap(reached) <= most else _too_seldom(group, reached, most)


def _without_trucks(group: _Group, fixed: AbstractSet[int], shifts: Mapping[int, Hours]) -> Problem:
    setting = fixed_days_setting(group.fixed_days)
    if not fixed:
        return Problem(setting, "no day is left where these rules hold together", "let them name a day in common")
    what = f"{group.fraction} is collected on {day_names(fixed)} only, when no truck that takes it works"
    return Problem(setting, what, f"choose among {day_names(shifts)}, or give such a truck a shift")


def _asleep(policy: Policy, group: _Group, working: AbstractSet[int], starts: time) -> Problem:
    latest = max(group.quiet_hours, key=lambda number: policy.quiet_hours[number].not_before)
    what = (
        f"nothing is emptied before {starts:%H:%M}, when the trucks for {group.fraction} have gone home"
        f" on {day_names(working)}"
    )
    return Problem(f"quiet_hours {latest + 1}", what, "let the quiet hours end earlier, or the shifts later")


def _closed(policy: Policy, group: _Group, awake: AbstractSet[int]) -> Problem:
    blocking = next(number for number in group.markets if policy.markets[number].weekdays & awake)
    only = "the only day" if len(awake) == 1 else "the only days"
    what = f"leaves no way in on {day_names(awake)}, {only} on which {group.fraction} can be collected"
    remedy = "let a truck in before or after the market, or collect on another day"
    return Problem(f'markets {blocking + 1} ("{policy.markets[blocking].name}")', what, remedy)


def _too_seldom(group: _Group, reached: AbstractSet[int], most: float) -> Problem:
    what = (
        f"{group.fraction} may wait {most:g} days at most, but trucks come on {day_names(reached)} only,"
        f" up to {longest_gap(reached)} days apart"
    )
    remedy = "raise most_days, or let trucks work or come on more days"
    return Problem(f"intervals.{group.fraction}.most_days", what, remedy)


def _shifts(days: WorkingDays, fraction: Fraction) -> dict[int, list[tuple[time, time]]]:
    """When trucks that take the fraction work, by ISO weekday."""
    taking = {vehicle.id for vehicle in days.vehicles if fraction in vehicle.fractions}
    found: defaultdict[int, list[tuple[time, time]]] = defaultdict(list)
    for shift in days.shifts:
        if shift.vehicle_id in taking:
            found[shift.weekday].append((shift.starts, shift.ends))
    return dict(found)


def _is_reached(policy: Policy, group: _Group, weekday: int, not_before: time, shifts: Hours) -> bool:
    """Whether some truck's shift has a moment after the quiet hours and outside the markets."""
    markets = [policy.markets[number] for number in group.markets]
    closed = sorted((market.starts, market.ends) for market in markets if weekday in market.weekdays)
    return any(_is_open(max(starts, not_before), ends, closed) for starts, ends in shifts)


def _is_open(starts: time, ends: time, closed: Hours) -> bool:
    for closes, opens in closed:
        if closes > starts:
            break
        starts = max(starts, opens)
    return starts < ends


def _too_late(policy: Policy, days: WorkingDays) -> list[tuple[int, Problem]]:
    """Quiet hours that end after every truck has gone home, each with its place."""
    last = max((shift.ends for shift in days.shifts), default=None)
    if last is None:
        return []
    remedy = "let them end earlier, or the shifts later"
    return [
        (number, Problem(f"quiet_hours {number + 1}", _ends_late(rule.not_before, last), remedy))
        for number, rule in enumerate(policy.quiet_hours)
        if rule.not_before >= last
    ]


def _ends_late(not_before: time, last: time) -> str:
    return f"nothing is emptied before {not_before:%H:%M}, but the last shift of the week ends at {last:%H:%M}"


def _empty_areas(policy: Policy, containers: Sequence[Container]) -> Iterable[Problem]:
    positions = [container.position for container in containers]
    turned = [Position(each.lat, each.lon) for each in positions if abs(each.lon) <= 90]
    for area in areas_of(policy):
        if inside(area, positions).any():
            continue
        swapped = inside(area, turned).any()
        remedy = (
            "longitude and latitude are swapped: write [longitude, latitude]"
            if swapped
            else "correct its corners, or leave it and its rules out"
        )
        yield Problem("areas", f'no container stands in "{area.name}"', remedy)
