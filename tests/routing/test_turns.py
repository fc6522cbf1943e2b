"""The engine whose searches pay has most turns, and the other is not forgotten."""

from __future__ import annotations

from routing.solvers.search.lanes import EngineName
from routing.solvers.search.turns import OTHER_EVERY, Turns


def shares(turns: Turns, count: int = 40) -> float:
    return sum(turns.next_one() == "PyVRP" for _ in range(count)) / count


def booked(pyvrp: int, ortools: int) -> Turns:
    """After one search of a second each, that made a plan of 1,000 cheaper by so much."""
    turns = Turns()
    gains: dict[EngineName, int] = {"PyVRP": pyvrp, "OR-Tools": ortools}
    for engine, gained in gains.items():
        turns.book(engine, 1.0, (0, 1000), (0, 1000 - gained))
    return turns


def test_both_are_tried() -> None:
    turns = Turns()
    assert {turns.next_one(), turns.next_one()} == {"PyVRP", "OR-Tools"}


def test_the_one_that_gains_more_a_second_has_most_turns() -> None:
    assert shares(booked(5, 1)) == 1 - 1 / OTHER_EVERY
    assert shares(booked(1, 5)) == 1 / OTHER_EVERY


def test_by_turns_where_neither_gains() -> None:
    assert shares(booked(0, 0)) == 0.5


def test_a_stop_more_is_worth_more_than_any_cost() -> None:
    turns = booked(90, 0)
    turns.book("OR-Tools", 1.0, (1, 1000), (0, 5000))
    assert shares(turns) < 0.5


def test_what_is_long_past_counts_less() -> None:
    turns = booked(100, 10)
    for _ in range(8):
        turns.book("PyVRP", 1.0, (0, 900), (0, 900))
    assert shares(turns) == 1 / OTHER_EVERY
