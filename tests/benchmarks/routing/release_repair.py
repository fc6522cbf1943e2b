"""Tours that break a release time made right: who breaks it is taken out, and put back where it costs least."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tests.benchmarks.routing.instance import Instance, Tour
from tests.benchmarks.routing.judge import judge


def repair(instance: Instance, tours: Sequence[Tour]) -> list[Tour]:
    """Tours without faults if that succeeds; whoever fits nowhere is left out."""
    kept: list[Tour] = []
    homeless = {each.node for each in instance.customers} - {node for tour in tours for node in tour.nodes}
    for tour in tours:
        allowed, removed = _without_faults(instance, tour)
        homeless |= removed
        kept.append(allowed)
    kept += [Tour(()) for _ in range(instance.vehicles - len(kept))]
    release = {each.node: each.release for each in instance.customers}
    for node in sorted(homeless, key=lambda node: (-release[node], node)):
        places = [
            (_cost(instance, longer) - _cost(instance, tour), number, longer)
            for number, tour in enumerate(kept)
            for longer in _with(instance, tour, node)
        ]
        for _, number, longer in sorted(places, key=lambda place: place[:2]):
            if not faults(instance, longer):
                kept[number] = longer
                break
    return [tour for tour in kept if tour.nodes]


def faults(instance: Instance, tour: Tour) -> tuple[str, ...]:
    """What is wrong with one tour, whoever else is visited or not."""
    own = tuple(each for each in instance.customers if each.node in tour.nodes)
    return judge(replace(instance, customers=own), [tour]).faults


def _without_faults(instance: Instance, tour: Tour) -> tuple[Tour, set[int]]:
    """The tour without as many customers as it takes, those first that save most."""
    removed: set[int] = set()
    while tour.nodes and faults(instance, tour):
        shorter = [
            (len(faults(instance, less)), _cost(instance, less), node, less)
            for node in tour.nodes
            if node != instance.depot
            for less in [_tidied(instance, [each for each in tour.nodes if each != node])]
        ]
        _, _, node, tour = min(shorter, key=lambda each: each[:3])
        removed.add(node)
    return tour, removed


def _with(instance: Instance, tour: Tour, node: int) -> Iterator[Tour]:
    """The tour with one more customer, in every place, and on a trip of its own before or after every trip."""
    nodes, depot = list(tour.nodes), instance.depot
    for place in range(len(nodes) + 1):
        yield _tidied(instance, [*nodes[:place], node, *nodes[place:]])
        if place in (0, len(nodes)) or depot in (nodes[place - 1], nodes[place]):
            yield _tidied(instance, [*nodes[:place], depot, node, depot, *nodes[place:]])


def _tidied(instance: Instance, nodes: Sequence[int]) -> Tour:
    """No trip without customers."""
    kept: list[int] = []
    for node in nodes:
        if node != instance.depot or (kept and kept[-1] != instance.depot):
            kept.append(node)
    return Tour(tuple(kept))


def _cost(instance: Instance, tour: Tour) -> int:
    way = [instance.depot, *tour.nodes, instance.depot]
    return sum(int(instance.distances[a, b]) for a, b in itertools.pairwise(way))
