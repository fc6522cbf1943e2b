"""All instances below a folder, by what the files say and not by where they lie."""

from __future__ import annotations

import os
from pathlib import Path

from tests.benchmarks.routing import kim_file, pvrpif_file, vrplib_file
from tests.benchmarks.routing.instance import Family, Instance, Unreadable

PROJECT = Path(__file__).parents[3]


def default_folder() -> Path:
    """``HALFVOL_BENCH_DATA``, or the folder beside the project."""
    return Path(os.environ.get("HALFVOL_BENCH_DATA") or PROJECT.parent / "shared" / "data" / "vrp")


def read(path: Path) -> Instance:
    """Read one file of any of the formats."""
    if path.suffix == ".vrp":
        return vrplib_file.read(path)
    if path.suffix == ".geojson":
        return pvrpif_file.read(path)
    return kim_file.read(path)


def find(folder: Path) -> tuple[list[Instance], list[str]]:
    """Instances, by family and size, and what could not be read."""
    found: list[Instance] = []
    unread: list[str] = []
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".vrp", ".geojson") or (path.suffix == ".txt" and kim_file.is_kim(path)):
            try:
                found.append(read(path))
            except (Unreadable, ValueError, KeyError, IndexError) as error:
                unread.append(f"{path}: {error}")
    families = list(Family)
    found.sort(key=lambda each: (families.index(each.family), len(each.customers), each.name))
    return found, unread
