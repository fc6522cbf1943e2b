"""The loads that PyVRP counts: kilograms or litres of a compartment, and caps, where they can bind at all."""

from __future__ import annotations

from collections.abc import Sequence

from domain.containers import Fraction
from routing.problem import Stop
from routing.solvers.pyvrp_engine.anchors import Anchor
from routing.solvers.pyvrp_engine.crews import UNBOUND, Crew


class Dimensions:
    """A dimension is "kg" or "l" with what a compartment loads, or a cap ("stops", "kg", "l") with None."""

    def __init__(self, crews: Sequence[Crew]) -> None:
        found: dict[tuple[str, frozenset[Fraction] | None], None] = {}
        for crew in crews:
            for number, load in enumerate(crew.loads):
                initial, capacity = crew.initial(number), crew.capacity(number)
                for place, (name, total) in enumerate(zip(("kg", "l"), crew.most(load), strict=True)):
                    if load and initial[place] + total > capacity[place]:
                        found[name, load] = None
        for crew in crews:
            found.update(dict.fromkeys((name, None) for name in crew.trip_caps))
        self._found = list(found)

    def __len__(self) -> int:
        return len(self._found)

    def demand(self, stop: Stop) -> list[int]:
        """What a stop adds to each."""
        demand: list[int] = []
        for name, load in self._found:
            if load is None:
                demand.append({"stops": 1, "kg": stop.kg, "l": stop.l}[name])
            else:
                amounts = [amount for amount in stop.amounts if amount.fraction in load]
                demand.append(sum(amount.kg if name == "kg" else amount.l for amount in amounts))
        return demand

    def aboard(self, crew: Crew, anchor: Anchor) -> list[int]:
        """What a vehicle that is out already holds of each."""
        amounts = {"kg": anchor.kg, "l": anchor.l}
        return [
            amounts[name][crew.loads.index(load)] if load is not None and load in crew.loads else 0
            for name, load in self._found
        ]

    def limits(self, crew: Crew) -> tuple[list[int], list[int]]:
        """Of each what a vehicle of the crew holds at its start, and what it holds at most."""
        initial: list[int] = []
        capacity: list[int] = []
        for name, load in self._found:
            if load is None:
                initial.append(crew.cap_begins.get(name, 0))
                capacity.append(crew.trip_caps.get(name, UNBOUND))
            elif load not in crew.loads:
                initial.append(0)
                capacity.append(UNBOUND)
            else:
                place = 0 if name == "kg" else 1
                initial.append(0 if crew.anchor else crew.initial(crew.loads.index(load))[place])
                capacity.append(crew.capacity(crew.loads.index(load))[place])
        return initial, capacity
