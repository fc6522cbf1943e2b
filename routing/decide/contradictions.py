"""Settings of a policy that contradict each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

import shapely

from domain.containers import Fraction
from routing.decide.areas import overlap, polygon
from routing.decide.policy import WEEKDAYS, Area, FixedDays, Policy
from routing.decide.policy_problem import Problem
from routing.decide.weekdays import day_names


def contradictions(policy: Policy) -> list[Problem]:
    """Everything in the policy that contradicts something else in it; empty: nothing does.

    What also needs the trucks and containers is in ``town_contradictions``.
    """
    found = [*_costs(policy), *_intervals(policy), *_areas(policy)]
    shapes_are_sound = not any(each.setting == "areas" for each in found)
    return [*found, *_fixed_days(policy, shapes_are_sound=shapes_are_sound)]


def areas_of(policy: Policy) -> list[Area]:
    """Every area that a rule speaks of, once, in the order of the rules."""
    rules = (*policy.fixed_days, *policy.quiet_hours, *policy.markets)
    return list(dict.fromkeys(rule.area for rule in rules if rule.area is not None))


def longest_gap(weekdays: Iterable[int]) -> int:
    """The most days between one of these ISO weekdays and the next of them; at least one must be given."""
    ordered = sorted(weekdays)
    return max(after - before for before, after in zip(ordered, [*ordered[1:], ordered[0] + 7], strict=True))


def _costs(policy: Policy) -> Iterable[Problem]:
    if policy.rates.per_km == policy.rates.per_hour == 0:
        what = "neither kilometres nor hours cost anything, so no detour would ever be avoided"
        yield Problem("costs", what, "give per_km_eur or per_hour_eur what it really costs")


def _intervals(policy: Policy) -> Iterable[Problem]:
    for fraction, interval in policy.intervals.items():
        least, most = interval.least_days, interval.most_days
        if least is not None and most is not None and least > most:
            what = f"the shortest interval ({least:g} days) is above the longest ({most:g} days)"
            yield Problem(f"intervals.{fraction}", what, "lower least_days or raise most_days")


def _areas(policy: Policy) -> Iterable[Problem]:
    areas = areas_of(policy)
    for area in areas:
        if not shapely.is_valid(polygon(area)):
            what = f'the border of "{area.name}" crosses itself'
            yield Problem("areas", what, "give the corners in the order in which one walks along them")
    for name in sorted({area.name for area in areas}):
        if sum(area.name == name for area in areas) > 1:
            yield Problem("areas", f'there are several areas "{name}"', "give each a name of its own")


def _fixed_days(policy: Policy, *, shapes_are_sound: bool) -> Iterable[Problem]:
    told: set[tuple[str, str]] = set()
    for fraction in Fraction:
        for rules in _together(policy.fixed_days, fraction, shapes_are_sound=shapes_are_sound):
            problem = _days_of(policy, fraction, rules)
            # A rule for all fractions is told once, not for each of them.
            if problem is not None and (problem.setting, problem.what) not in told:
                told.add((problem.setting, problem.what))
                yield problem


def _days_of(policy: Policy, fraction: Fraction, rules: Sequence[int]) -> Problem | None:
    """What is wrong where these rules (by place) hold together."""
    all_rules = policy.fixed_days
    days = WEEKDAYS.intersection(*(all_rules[number].weekdays for number in rules))
    if not days:
        named = "; ".join(f"rule {number + 1} names {day_names(all_rules[number].weekdays)}" for number in rules)
        what = f"no day is left where these rules hold together: {named}"
        return Problem(fixed_days_setting(rules), what, "let them name a day in common")
    interval = policy.intervals.get(fraction)
    most = None if interval is None else interval.most_days
    if most is not None and longest_gap(days) > most:
        what = (
            f"{fraction} is collected on {day_names(days)} only, up to {longest_gap(days)} days apart, but may wait"
            f" {most:g} days at most (intervals.{fraction}.most_days)"
        )
        return Problem(fixed_days_setting(rules), what, "add a day, or raise most_days")
    return None


def fixed_days_setting(rules: Sequence[int]) -> str:
    """What to call rules of fixed days, given their places from 0."""
    return "fixed_days " + " and ".join(str(number + 1) for number in rules)


def _together(rules: Sequence[FixedDays], fraction: Fraction, *, shapes_are_sound: bool) -> Iterable[list[int]]:
    """Which rules, by place, may hold together for a container of the fraction. Areas are taken by two at most."""
    ours = [
        number for number, rule in enumerate(rules) if rule.fraction in (None, fraction) and rule.weekdays != WEEKDAYS
    ]
    everywhere = [number for number in ours if rules[number].area is None]
    in_areas = [number for number in ours if rules[number].area is not None]
    if everywhere:
        yield everywhere
    for number in in_areas:
        yield sorted([*everywhere, number])
    if shapes_are_sound:
        for one, other in combinations(in_areas, 2):
            if _meet(rules[one], rules[other]):
                yield sorted([*everywhere, one, other])


def _meet(one: FixedDays, other: FixedDays) -> bool:
    return one.area is not None and other.area is not None and overlap(one.area, other.area)
