"""VRPLIB files (``.vrp``) and their solutions (``.sol``): capacity, time windows, prizes, release times, reloading.

The format is described at http://vrp.galgos.inf.puc-rio.br and, for the later sections, in PyVRP's documentation. Costs
follow the usual conventions: CVRP rounds distances to the nearest integer, everything with time windows takes distances
of one decimal, truncated (DIMACS), here as whole tenths.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.routing.instance import Customer, Facility, Family, Instance, Unreadable

FAMILIES = {
    "CVRP": Family.CVRP,
    "VRPTW": Family.VRPTW,
    "PCVRPTW": Family.PRIZES,
    "MTVRPTWR": Family.MULTI_TRIP,
}
TENTHS = 10
NO_LIMIT = 10**7


def read(path: Path) -> Instance:
    """Read an instance, and the best known cost from the ``.sol`` beside it if there is one."""
    fields, sections = _parse(path)
    kind = fields.get("TYPE", "")
    if kind not in FAMILIES:
        raise Unreadable(f"{path.name}: TYPE {kind!r} is none of {', '.join(FAMILIES)}")
    if fields.get("EDGE_WEIGHT_TYPE") != "EUC_2D":
        raise Unreadable(f"{path.name}: EDGE_WEIGHT_TYPE {fields.get('EDGE_WEIGHT_TYPE')!r} is not EUC_2D")
    family = FAMILIES[kind]
    size, tenths = int(fields["DIMENSION"]), 1 if family is Family.CVRP else TENTHS
    distances = _distances(_column(path, sections, "NODE_COORD_SECTION", size, 2), family)
    demands = _column(path, sections, "DEMAND_SECTION", size, 1)[:, 0]
    windows = np.array([[0, NO_LIMIT / tenths]] * size)
    if family is not Family.CVRP:
        windows = _column(path, sections, "TIME_WINDOW_SECTION", size, 2)
    prizes = _column(path, sections, "PRIZE_SECTION", size, 1)[:, 0] if family is Family.PRIZES else None
    releases = np.zeros(size)
    if family is Family.MULTI_TRIP:
        releases = _column(path, sections, "RELEASE_TIME_SECTION", size, 1)[:, 0]
    service = tenths * int(float(fields.get("SERVICE_TIME", "0")))
    depots = [int(row[0]) for row in sections.get("DEPOT_SECTION", []) if row and float(row[0]) > 0]
    if depots != [1]:
        raise Unreadable(f"{path.name}: the depot must be node 1, not {depots}")
    capacity = int(float(fields["CAPACITY"]))
    customers = tuple(
        Customer(
            node,
            int(demands[node]),
            service,
            round(tenths * windows[node, 0]),
            round(tenths * windows[node, 1]),
            None if prizes is None else round(tenths * prizes[node]),
            round(tenths * releases[node]),
        )
        for node in range(1, size)
    )
    notes: tuple[str, ...] = ()
    if "VEHICLES" in fields:
        vehicles = int(fields["VEHICLES"])
    else:
        # Their number is free; a tenth and five more than the load needs is more than any best known solution uses.
        vehicles = min(size - 1, int(1.1 * -(-int(demands.sum()) // capacity)) + 5)
        notes = (f"fleet of {vehicles} given to engines that want a number",)
    early, late = round(tenths * windows[0, 0]), round(tenths * windows[0, 1])
    return Instance(
        family,
        path.stem,
        path,
        distances,
        distances,
        customers,
        (Facility(0, 0, early, late),),
        vehicles,
        capacity,
        early,
        late,
        trips=None if family is Family.MULTI_TRIP else 1,
        scale=TENTHS if family is Family.VRPTW else 1,
        best_known=best_known(path.with_suffix(".sol"), TENTHS if family is Family.VRPTW else 1),
        best_known_source=f"{path.stem}.sol",
        notes=notes,
    )


def best_known(path: Path, scale: int) -> float | None:
    """The cost that a ``.sol`` file states, times ``scale``; None where there is none."""
    if not path.is_file():
        return None
    for line in path.read_text().splitlines():
        words = line.replace(":", " ").split()
        if len(words) == 2 and words[0].lower() == "cost":
            return round(scale * float(words[1]), 6)
    return None


def routes(path: Path) -> list[tuple[int, ...]]:
    """The routes of a ``.sol`` file; 0 is the depot in the middle of a route with several trips."""
    lines = [line for line in path.read_text().splitlines() if line.lower().startswith("route")]
    return [tuple(int(word) for word in line.split(":", 1)[1].split()) for line in lines]


def _parse(path: Path) -> tuple[dict[str, str], dict[str, list[list[str]]]]:
    fields: dict[str, str] = {}
    sections: dict[str, list[list[str]]] = {}
    section: list[list[str]] | None = None
    for line in path.read_text().splitlines():
        words = line.split()
        if not words or words[0] == "EOF":
            continue
        if words[0].endswith("_SECTION"):
            section = sections.setdefault(words[0], [])
        elif section is not None and _is_number(words[0]):
            section.append(words)
        elif ":" in line:
            name, value = line.split(":", 1)
            fields[name.strip()] = value.strip()
            section = None
        else:
            raise Unreadable(f"{path.name}: {line!r} belongs to no section")
    if missing := [name for name in ("DIMENSION", "CAPACITY") if name not in fields]:
        raise Unreadable(f"{path.name}: no {' and no '.join(missing)}")
    return fields, sections


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _column(path: Path, sections: dict[str, list[list[str]]], name: str, size: int, width: int) -> NDArray[np.float64]:
    rows = sections.get(name, [])
    if len(rows) != size or any(len(row) < width + 1 for row in rows):
        raise Unreadable(f"{path.name}: {name} has {len(rows)} rows, not {size} of {width} values")
    if [int(float(row[0])) for row in rows] != list(range(1, size + 1)):
        raise Unreadable(f"{path.name}: {name} does not number its rows from 1 to {size}")
    return np.array([[float(value) for value in row[1 : width + 1]] for row in rows])


def _distances(points: NDArray[np.float64], family: Family) -> NDArray[np.int64]:
    exact = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    if family is Family.CVRP:
        return np.floor(exact + 0.5).astype(np.int64)
    return np.floor(TENTHS * exact).astype(np.int64)
