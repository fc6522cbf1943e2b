"""An instance as Halfvol's problem, and Halfvol's solution as tours.

A metre stands for a unit of distance and costs one cent; a second stands for a unit of time and costs nothing; a
kilogram stands for a unit of load. So the cost in cents is exactly the instance's cost. Facilities are disposal sites,
also where a vehicle loads at them: a trip backwards is a trip. On several days every vehicle of every day is a vehicle
of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from domain.containers import Fraction
from domain.plans import StepKind
from routing.problem import Amount, Break, DisposalSite, Matrix, Problem, Stop, Vehicle, one_body
from routing.solution import Solution
from tests.benchmarks.routing.instance import Customer, Instance, Tour

WASTE = Fraction.RESIDUAL
ALL = frozenset({WASTE})
CENTS_PER_KM = 1000
CUSTOMERS_A_DAY = 1000
"""Ids of stops: node + this many for each day before."""

Days = Mapping[int, Sequence[int]]
"""The days on which each customer is visited, by node."""


def problem_of(instance: Instance, days: Days | None = None, *, only_days: Sequence[int] | None = None) -> Problem:
    """The problem; for an instance of several days with the days of each customer given, and perhaps only some days."""
    wanted = range(instance.days) if only_days is None else only_days
    stops = [
        _stop(instance, customer, day)
        for customer in instance.customers
        for day in (wanted if days is None else days[customer.node])
        if day in wanted
    ]
    return Problem(
        Matrix(instance.distances.astype(np.int32), instance.durations.astype(np.int32)),
        tuple(stops),
        tuple(_vehicle(instance, day, number) for day in wanted for number in range(instance.vehicles)),
        tuple(
            DisposalSite(
                facility.node,
                facility.node,
                ALL,
                facility.service,
                ()
                if facility.early <= instance.early and facility.late >= instance.late
                else ((facility.early, facility.late),),
            )
            for facility in instance.facilities
        ),
    )


def tours_of(instance: Instance, solution: Solution) -> list[Tour]:
    """The tours of a solution; every figure of it is left behind."""
    tours: list[Tour] = []
    for route in solution.routes:
        nodes = [step.location for step in route.steps if step.kind in (StepKind.EMPTYING, StepKind.DISPOSAL)]
        tours.append(Tour(tuple(nodes), route.vehicle_id // instance.vehicles))
    return tours


def _stop(instance: Instance, customer: Customer, day: int) -> Stop:
    everywhere = customer.early <= instance.early and customer.late >= instance.late
    first = day * instance.vehicles
    return Stop(
        day * CUSTOMERS_A_DAY + customer.node,
        customer.node,
        (Amount(WASTE, customer.demand, 0),),
        customer.service,
        prize=customer.prize,
        allowed_vehicles=None if instance.days == 1 else frozenset(range(first, first + instance.vehicles)),
        time_windows=() if everywhere else ((customer.early, customer.late),),
        release_s=customer.release,
    )


def _vehicle(instance: Instance, day: int, number: int) -> Vehicle:
    lunch = instance.lunch
    return Vehicle(
        day * instance.vehicles + number,
        instance.depot,
        instance.depot,
        one_body(ALL, instance.capacity, 0),
        starts_s=instance.early,
        ends_s=instance.late,
        breaks=() if lunch is None else (Break(1, lunch.duration, ((lunch.early, lunch.late),)),),
        cost_per_km=CENTS_PER_KM,
        cost_per_hour=0,
        max_trips=instance.trips,
        max_stops=instance.day_customers,
        max_kg=instance.day_demand,
    )
