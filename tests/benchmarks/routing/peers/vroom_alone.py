"""VROOM (the wheel ``pyvroom``), at its highest exploration level. It has no trips, facilities, prizes or days."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from tests.benchmarks.routing.instance import Family, Instance, Tour

CAN = (Family.CVRP, Family.VRPTW)


class Cannot(Exception):
    """The engine cannot express this kind of problem."""


def run(instance: Instance, seconds: float, cores: int, seed: int) -> tuple[list[Tour], str]:
    """Tours, and a remark."""
    import vroom  # noqa: PLC0415 - installed by make bench-routing alone

    if instance.family not in CAN:
        raise Cannot(f"VROOM has no words for {instance.family.value}")
    problem = vroom.Input()
    problem.set_durations_matrix("car", instance.durations.astype(np.uint32))
    problem.set_distances_matrix("car", instance.distances.astype(np.uint32))
    problem.set_costs_matrix("car", instance.distances.astype(np.uint32))
    bounded = instance.family is Family.VRPTW
    for number in range(instance.vehicles):
        problem.add_vehicle(
            vroom.Vehicle(
                number,
                start=instance.depot,
                end=instance.depot,
                capacity=[instance.capacity],
                time_window=vroom.TimeWindow(instance.early, instance.late) if bounded else None,
            )
        )
    for each in instance.customers:
        problem.add_job(
            vroom.Job(
                each.node,
                location=each.node,
                default_service=each.service,
                pickup=vroom.Amount([each.demand]),
                time_windows=[vroom.TimeWindow(each.early, each.late)] if bounded else [],
            )
        )
    solution = problem.solve(exploration_level=5, nb_threads=cores, timeout=timedelta(seconds=seconds))
    ways: dict[int, list[int]] = {}
    for _, row in solution.routes.iterrows():
        if row["type"] == "job":
            ways.setdefault(int(row["vehicle_id"]), []).append(int(row["id"]))
    return [Tour(tuple(nodes)) for nodes in ways.values()], ""
