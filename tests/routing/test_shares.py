"""Caps of the day, shared out over trips for an engine that knows caps of a trip only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.plans import StepKind
from routing.problem import Problem, Visit
from routing.solvers.plan.index import index_of
from routing.solvers.pyvrp_engine.model import PyvrpModel
from routing.solvers.pyvrp_engine.shares import WHOLE, Share, amounts_of, even, share_out, shares_for
from tests.routing.problems import line, stop, tip, truck


def capped(*kg: int, trucks: int = 4, cap: int = 1000) -> Problem:
    """Stops of so many kilograms for trucks of 600 kg with a cap of a day."""
    return Problem(
        line(*range(0, 1000 * (len(kg) + 2), 1000)),
        tuple(stop(number, 1 + number, kg=each) for number, each in enumerate(kg, start=1)),
        tuple(truck(number, kg=600, max_kg=cap) for number in range(1, trucks + 1)),
        (tip(),),
    )


def trips(*stops: int) -> list[Visit]:
    """A trip to each of these stops."""
    return [x for each in stops for x in (Visit(StepKind.EMPTYING, each), Visit(StepKind.DISPOSAL, 1))]


@pytest.mark.parametrize(
    ("full", "most_trips", "shares"),
    [
        (1.0, None, [WHOLE]),
        (0.6, None, [WHOLE, even(2), Share(2, 0.6)]),
        (0.6, 1, [WHOLE]),
        (0.5, None, [WHOLE, even(2)]),
        (0.4, None, [WHOLE, even(2), even(3), Share(3, 0.4)]),
    ],
)
def test_shares_are_even_or_leave_the_first_trip_the_rest(
    full: float, most_trips: int | None, shares: list[Share]
) -> None:
    assert shares_for(full, most_trips) == shares


@given(st.floats(0.05, 1), st.integers(1, 10**6))
def test_no_share_allows_more_than_the_cap(full: float, cap: int) -> None:
    for share in shares_for(full, None):
        assert share.of_first(cap) + (share.trips - 1) * share.of_later(cap) <= cap


def test_vehicles_of_the_yard_have_each_kind_by_turns() -> None:
    problem = capped(400, 400, 400, 400)
    assert list(share_out(index_of(problem), None, 0).values()) == [WHOLE, even(2), Share(2, 0.6), WHOLE]


@pytest.mark.parametrize(("order", "kept"), [((1, 2), True), ((3, 4), True), ((4, 3), False)])
def test_a_vehicle_in_use_keeps_what_it_does(order: tuple[int, ...], *, kept: bool) -> None:
    """Only with the smaller trip first: PyVRP can be told that something is aboard at the start, not at the end."""
    problem = capped(480, 490, 350, 590)
    index = index_of(problem)
    for seed in range(5):
        share = share_out(index, {1: trips(*order)}, seed)[1]
        first, later = (each["kg"] for each in amounts_of(index, trips(*order)))
        assert (first <= share.of_first(1000) and later <= share.of_later(1000)) is kept


def test_caps_that_cannot_be_reached_are_not_shared() -> None:
    assert share_out(index_of(capped(100, 100)), None, 0) == {}


def test_pyvrp_is_told_the_share_of_each_trip() -> None:
    problem = capped(400, 400, 400, 400)
    index = index_of(problem)
    data = PyvrpModel(index, all_required=True, shares=share_out(index, None, 0)).data
    told = [(kind.num_available, kind.capacity[-1], kind.initial_load[-1]) for kind in data.vehicle_types()]
    assert sorted(told) == [(1, 500, 0), (1, 600, 200), (2, 1000, 0)]
    assert sorted(bool(kind.reload_depots) for kind in data.vehicle_types()) == [False, True, True]
