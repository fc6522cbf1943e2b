"""Reads a policy from its file. What is wrong with it is told all at once."""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from typing import Any

from domain.containers import Fraction
from domain.errors import InvalidInput
from routing.decide.contradictions import contradictions
from routing.decide.policy import (
    MOST_CENTS,
    MOST_DAYS,
    MOST_LOOK_AHEAD_DAYS,
    WEEKDAYS,
    Area,
    FixedDays,
    Interval,
    Market,
    Policy,
    QuietHours,
    Rates,
    Service,
)
from routing.decide.policy_file.shapes import read_areas
from routing.decide.policy_file.values import Table, Values, words
from routing.decide.policy_problem import InvalidPolicy
from routing.roads.truck import ROAD_CLASSES

KEYS = ("service", "costs", "planning", "days_off", "intervals", "fixed_days", "quiet_hours", "markets", "areas")
DEFAULT = Policy()


def read_policy(text: bytes, *, where: str) -> Policy:
    """The policy that a file holds; what it leaves out is as in ``Policy()``.

    Parameters
    ----------
    text
        The file, TOML in UTF-8.
    where
        Its name, for errors.

    Raises
    ------
    InvalidPolicy
        When settings cannot be right or contradict each other; all that could be found is told at once.
    InvalidInput
        When it is no TOML.
    """
    document = _parse(text, where)
    values = Values()
    values.only(document, "", KEYS)
    policy = _policy(document, values)
    problems = [*values.problems, *contradictions(policy)]
    if problems:
        raise InvalidPolicy(problems, where=where)
    return policy


def _parse(text: bytes, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        what = f"is not UTF-8 text (byte {error.start})"
        raise InvalidInput(what, where=where, remedy="save it as plain text in UTF-8") from None
    except (ValueError, RecursionError) as error:
        remedy = "mend it there; docs/policy.md has examples"
        raise InvalidInput(f"is no TOML: {error}", where=where, remedy=remedy) from None


def _policy(document: Table, values: Values) -> Policy:
    planning = values.table(document, "planning", "planning", ("capacity_quantile", "look_ahead_days", "shadow_only"))
    off = values.table(document, "days_off", "days_off", ("public_holidays", "dates"))
    areas = read_areas(document, values)
    capacity_quantile = values.number(
        planning,
        "capacity_quantile",
        "planning",
        unit="a share: 80 % is 0.8",
        default=DEFAULT.capacity_quantile,
        above=0,
        below=1,
    )
    return Policy(
        service=_service(document, values),
        rates=_rates(document, values),
        intervals=_intervals(document, values),
        fixed_days=_fixed_days(document, areas, values),
        quiet_hours=_quiet_hours(document, areas, values),
        markets=_markets(document, areas, values),
        days_off=values.dates(off, "dates", "days_off"),
        public_holidays=values.flag(off, "public_holidays", "days_off", default=DEFAULT.public_holidays),
        capacity_quantile=DEFAULT.capacity_quantile if capacity_quantile is None else capacity_quantile,
        look_ahead_days=values.whole(
            planning,
            "look_ahead_days",
            "planning",
            unit="days",
            default=DEFAULT.look_ahead_days,
            at_least=1,
            at_most=MOST_LOOK_AHEAD_DAYS,
        ),
        shadow_only=values.flag(planning, "shadow_only", "planning", default=DEFAULT.shadow_only),
    )


def _service(document: Table, values: Values) -> Service:
    table = values.table(document, "service", "service", ("overflows_per_1000", "overflow_cost_eur"))
    level = values.number(
        table,
        "overflows_per_1000",
        "service",
        unit="container-days out of 1,000 (none at all can be promised: 0.1 is very strict)",
        default=DEFAULT.service.overflows_per_1000,
        above=0,
        at_most=1000,
    )
    cost = values.cents(
        table, "overflow_cost_eur", "service", default=DEFAULT.service.overflow_cost, at_most=MOST_CENTS
    )
    return Service(DEFAULT.service.overflows_per_1000 if level is None else level, cost)


def _rates(document: Table, values: Values) -> Rates:
    table = values.table(document, "costs", "costs", ("per_km_eur", "per_hour_eur", "per_vehicle_eur"))
    return Rates(
        per_km=values.cents(table, "per_km_eur", "costs", default=DEFAULT.rates.per_km, at_most=MOST_CENTS),
        per_hour=values.cents(table, "per_hour_eur", "costs", default=DEFAULT.rates.per_hour, at_most=MOST_CENTS),
        per_vehicle=values.cents(
            table, "per_vehicle_eur", "costs", default=DEFAULT.rates.per_vehicle, at_most=MOST_CENTS
        ),
    )


def _intervals(document: Table, values: Values) -> dict[Fraction, Interval]:
    table = document.get("intervals", {})
    if not isinstance(table, dict):
        values.complain("intervals", f"is {words(table)}, not a table", "write [intervals.organic] on a line")
        return {}
    found: dict[Fraction, Interval] = {}
    for name in table:
        where = f"intervals.{name}"
        fraction = values.fraction(name, where)
        limits = values.table(table, name, where, ("least_days", "most_days"))
        if fraction is None:
            continue
        least, most = (
            values.number(limits, key, where, unit="days", default=None, above=0, at_most=MOST_DAYS)
            for key in ("least_days", "most_days")
        )
        found[fraction] = Interval(least, most)
    return found


def _fixed_days(document: Table, areas: dict[str, Area], values: Values) -> tuple[FixedDays, ...]:
    found: list[FixedDays] = []
    for where, table in values.tables(document, "fixed_days", ("days", "fraction", "area")):
        complaints = len(values.problems)
        weekdays = values.weekdays(table, where)
        fraction = values.fraction(table["fraction"], f"{where}.fraction") if "fraction" in table else None
        area = _area(table, where, areas, values)
        # One that is wrong says nothing, but keeps its place: the others are told by their number.
        if weekdays is not None and len(values.problems) == complaints:
            found.append(FixedDays(weekdays, fraction, area))
        else:
            found.append(FixedDays(WEEKDAYS))
    return tuple(found)


def _quiet_hours(document: Table, areas: dict[str, Area], values: Values) -> tuple[QuietHours, ...]:
    found: list[QuietHours] = []
    for where, table in values.tables(document, "quiet_hours", ("not_before", "road_classes", "area")):
        complaints = len(values.problems)
        not_before = values.local_time(table, "not_before", where)
        classes = _road_classes(table, where, values)
        area = _area(table, where, areas, values)
        if not_before is not None and len(values.problems) == complaints:
            found.append(
                QuietHours(not_before, area=area) if classes is None else QuietHours(not_before, classes, area)
            )
    return tuple(found)


def _road_classes(table: Table, where: str, values: Values) -> frozenset[str] | None:
    """None where the file does not say."""
    if "road_classes" not in table:
        return None
    value, setting = table["road_classes"], f"{where}.road_classes"
    if not isinstance(value, list):
        values.complain(setting, f"is {words(value)}", 'put the classes in square brackets, such as ["residential"]')
        return None
    for each in value:
        if each not in ROAD_CLASSES:
            close = get_close_matches(each, ROAD_CLASSES, n=1) if isinstance(each, str) else []
            known = f"those of OpenStreetMap are {', '.join(ROAD_CLASSES)}; leave the list empty for every street"
            values.complain(
                setting, f"{words(each)} is no class of road", f'did you mean "{close[0]}"?' if close else known
            )
    return frozenset(each for each in value if isinstance(each, str))


def _markets(document: Table, areas: dict[str, Area], values: Values) -> tuple[Market, ...]:
    found: list[Market] = []
    for where, table in values.tables(document, "markets", ("name", "area", "days", "from", "until")):
        complaints = len(values.problems)
        name = values.text(table, "name", where)
        weekdays = values.weekdays(table, where)
        starts, ends = values.local_time(table, "from", where), values.local_time(table, "until", where)
        area = _area(table, where, areas, values)
        if "area" not in table:
            values.complain(where, '"area" is missing', 'add area = ".." with the name of one of the [[areas]]')
        if starts is not None and ends is not None and starts >= ends:
            what = f"it ends at {ends:%H:%M}, which is not after its start at {starts:%H:%M}"
            values.complain(where, what, 'a market ends on the day on which it starts, at "23:59" at the latest')
        if len(values.problems) > complaints:
            continue
        if name is not None and weekdays is not None and starts is not None and ends is not None and area is not None:
            found.append(Market(name, area, weekdays, starts, ends))
    return tuple(found)


def _area(table: Table, where: str, areas: dict[str, Area], values: Values) -> Area | None:
    """The area that a rule names; None where it names none, or one that is not there, which is told."""
    name = table.get("area")
    if name is None:
        return None
    if not isinstance(name, str):
        values.complain(f"{where}.area", f"is {words(name)}", "write the name of one of the [[areas]], in quotes")
        return None
    if name not in areas:
        close = get_close_matches(name, areas, n=1)
        known = f"known are {', '.join(areas)}" if areas else "describe it under [[areas]]"
        remedy = f'did you mean "{close[0]}"?' if close else known
        values.complain(f"{where}.area", f'there is no area "{name}"', remedy)
        return None
    return areas[name]
