"""Results so far, one JSON object a line, so that a run that was broken off goes on where it was."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple


class Key(NamedTuple):
    """What must be the same for a result not to be made again."""

    instance: str
    engine: str
    seconds: float
    cores: int
    seed: int
    version: str


@dataclass(frozen=True, slots=True)
class Result:
    """One engine on one instance. ``cost`` in the units of the instance, as the judge found it."""

    instance: str
    engine: str
    seconds: float
    cores: int
    seed: int
    version: str
    cost: int | None
    tours: int
    faults: tuple[str, ...]
    remark: str
    problem: str
    took_s: float
    peak_mb: float
    date: str

    @property
    def key(self) -> Key:
        """Its key."""
        return Key(self.instance, self.engine, self.seconds, self.cores, self.seed, self.version)


class Store:
    """A file of results."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._results: dict[Key, Result] = {}
        for line in path.read_text().splitlines() if path.is_file() else ():
            try:
                content = json.loads(line)
                result = Result(**content | {"faults": tuple(content["faults"])})
            except (json.JSONDecodeError, TypeError, KeyError):
                continue  # a line that was cut off, or is older than the present fields
            self._results[result.key] = result

    def get(self, key: Key) -> Result | None:
        """The result, if there is one already."""
        return self._results.get(key)

    def add(self, result: Result) -> None:
        """Keep a result."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a") as file:
            file.write(json.dumps(asdict(result)) + "\n")
        self._results[result.key] = result
