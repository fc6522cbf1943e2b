"""Where things stand in the simulated town: sites along its streets, the depot and the disposal site at its edges."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from domain.containers import Fraction, Site
from domain.errors import InvalidInput
from domain.fleet import Depot, DisposalSite
from domain.geography import Position
from routing.roads.graph import RoadGraph

SITE_STREETS = frozenset({"residential", "living_street", "unclassified", "tertiary", "secondary", "primary"})
SPACING_M = 30.0
"""Sites stand at least this far apart, metres, as long as there is room."""
KERB_M = 5.0
"""A site stands so far beside the middle of the street, metres."""
_ATTEMPTS_A_SITE = 200


def sites(
    graph: RoadGraph, chance: np.random.Generator, municipality_id: int, *, count: int
) -> tuple[tuple[Site, ...], tuple[str, ...]]:
    """Spread sites along named streets, in proportion to the streets' length.

    Returns
    -------
    tuple[tuple[Site, ...], tuple[str, ...]]
        The sites, numbered from 1, and for each its address: street and number.

    Raises
    ------
    InvalidInput
        When the graph has no such street, or not enough of them.
    """
    usable = _usable(graph)
    segments = np.array([i for i in usable if graph.street_name(i) and graph.class_name(i) in SITE_STREETS])
    if not len(segments):
        raise InvalidInput("no named street to put containers at", where=graph.name, remedy="use another extract")
    weights = graph.length_m[segments] / graph.length_m[segments].sum()
    metres = np.empty((0, 2))
    names: list[str] = []
    for attempt in range(count * _ATTEMPTS_A_SITE):
        if len(names) == count:
            break
        segment = int(chance.choice(segments, p=weights))
        place = _beside(graph, segment, float(chance.uniform(0.05, 0.95)), 1 if chance.random() < 0.5 else -1)
        # Where it becomes crowded, sites move closer together.
        spacing = SPACING_M * (1 - attempt / (count * _ATTEMPTS_A_SITE))
        if len(metres) and np.hypot(*(metres - place).T).min() < spacing:
            continue
        metres = np.vstack([metres, place])
        names.append(graph.street_name(segment))
    if len(names) < count:
        raise InvalidInput(f"its streets have room for {len(names)} sites, not for {count}", where=graph.name)
    addresses = _numbered(names, metres)
    positions = [Position(round(float(lon), 6), round(float(lat), 6)) for lon, lat in graph.unproject(metres)]
    return (
        tuple(
            Site(id=i, municipality_id=municipality_id, code=f"S-{i:04d}", name=address, position=position)
            for i, (address, position) in enumerate(zip(addresses, positions, strict=True), 1)
        ),
        tuple(addresses),
    )


def yards(graph: RoadGraph, chance: np.random.Generator, municipality_id: int) -> tuple[Depot, DisposalSite]:
    """The depot near one edge of the graph and the disposal site near another, on streets a truck can drive."""
    usable = _usable(graph)
    usable = usable[graph.length_m[usable] > 20] if (graph.length_m[usable] > 20).any() else usable
    middles = [graph.position_at(int(i), 0.5) for i in usable]
    metres = graph.project(np.array([(position.lon, position.lat) for position in middles]))
    angle = chance.uniform(0, 2 * np.pi)
    depot = int(np.argmax(metres @ _direction(angle)))
    disposal_site = int(np.argmax(metres @ _direction(angle + chance.uniform(0.6, 1.4) * np.pi)))
    return (
        Depot(id=1, municipality_id=municipality_id, name="Depot", position=middles[depot]),
        DisposalSite(
            id=1,
            municipality_id=municipality_id,
            name="Transfer station",
            position=middles[disposal_site],
            fractions=frozenset({Fraction.RESIDUAL, Fraction.PAPER, Fraction.GLASS, Fraction.PLASTICS}),
            service_s=900,
        ),
    )


def _usable(graph: RoadGraph) -> NDArray[np.int64]:
    """The segments at which a truck may stop and from which it gets away again."""
    found = np.flatnonzero(graph.connected & graph.stoppable)
    if not len(found):
        raise InvalidInput("no street on which a truck may stop", where=graph.name, remedy="use another extract")
    return found


def _direction(angle: float) -> NDArray[np.float64]:
    return np.array([np.cos(angle), np.sin(angle)])


def _beside(graph: RoadGraph, segment: int, share: float, side: int) -> NDArray[np.float64]:
    """A place at the kerb, on the graph's plane in metres, (2,)."""
    near = graph.project(np.vstack([graph.piece(segment, share, min(1.0, share + 0.02))[[0, -1]]]))
    along = near[1] - near[0]
    across = np.array([-along[1], along[0]]) / max(1e-9, float(np.hypot(*along)))
    return near[0] + side * KERB_M * across


def _numbered(names: list[str], metres: NDArray[np.float64]) -> list[str]:
    """Addresses: along each street the numbers grow from one end of it to the other, two by two."""
    by_street: dict[str, list[int]] = {}
    for i, name in enumerate(names):
        by_street.setdefault(name, []).append(i)
    addresses = list(names)
    used: Counter[str] = Counter()
    for name, members in by_street.items():
        spread = metres[members] - metres[members].mean(axis=0)
        axis = np.linalg.svd(spread, full_matrices=False)[2][0] if len(members) > 1 else np.array([1.0, 0.0])
        # The sign of a singular vector is arbitrary; numbers grow eastwards.
        axis = axis if axis[0] >= 0 else -axis
        for i in np.argsort(spread @ axis, kind="stable"):
            used[name] += 2
            addresses[members[int(i)]] = f"{name} {used[name]}"
    return addresses
