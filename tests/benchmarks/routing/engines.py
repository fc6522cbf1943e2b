"""The engines by name, their versions, and one run of one of them in a process of its own."""

from __future__ import annotations

import argparse
import hashlib
import importlib
import importlib.metadata
import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

import psutil

from tests.benchmarks.routing import loaders
from tests.benchmarks.routing.instance import Instance, Tour
from tests.benchmarks.routing.peers.vroom_alone import Cannot

ENGINES = {
    "halfvol": "Halfvol",
    "pyvrp": "PyVRP",
    "capped": "PyVRP with caps, no lunch",
    "ortools": "OR-Tools",
    "vroom": "VROOM",
}
MODULES = {
    "halfvol": "halfvol",
    "pyvrp": "pyvrp_alone",
    "capped": "pyvrp_capped",
    "ortools": "ortools_alone",
    "vroom": "vroom_alone",
}
WASTE_ONLY = frozenset({"capped"})
PACKAGES = {"pyvrp": "pyvrp", "ortools": "ortools", "vroom": "pyvroom"}

GRACE_S = 60.0
"""How much longer than its limit a run may take, set-up included, before it is ended."""


class Limits(NamedTuple):
    """What a run may use."""

    seconds: float
    cores: int
    seed: int


@dataclass(frozen=True, slots=True)
class Run:
    """What came of one run. ``problem``: why there is nothing (an error, or that the engine cannot)."""

    tours: list[Tour] = field(default_factory=list)
    remark: str = ""
    problem: str = ""
    seconds: float = 0.0
    peak_mb: float = 0.0


def today() -> str:
    """The date, as results carry it."""
    return datetime.now(UTC).date().isoformat()


@cache
def version(engine: str) -> str:
    """What is installed; for Halfvol a digest of its solvers' sources, and what they stand on."""
    if engine not in {"halfvol", "capped"}:
        try:
            return importlib.metadata.version(PACKAGES[engine])
        except importlib.metadata.PackageNotFoundError:
            return "not installed"
    digest = hashlib.sha256()
    for path in sorted((loaders.PROJECT / "routing").rglob("*.py")):
        if "roads" not in path.parts and "pictures" not in path.parts:
            digest.update(path.read_bytes())
    return f"{digest.hexdigest()[:8]} on PyVRP {version('pyvrp')}, OR-Tools {version('ortools')}"


def run_apart(engine: str, path: Path, limits: Limits) -> Run:
    """Run an engine on a file in its own process, bound to so many cores, and watch its memory."""
    command = [sys.executable, "-m", "tests.benchmarks.routing.engines", engine, str(path)]
    command += ["--seconds", str(limits.seconds), "--cores", str(limits.cores), "--seed", str(limits.seed)]
    began_at = time.monotonic()
    process = subprocess.Popen(
        command,
        cwd=loaders.PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    with Memory(process.pid) as memory:
        try:
            output, errors = process.communicate(timeout=limits.seconds + GRACE_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.communicate()
            return Run(problem=f"not done {GRACE_S:.0f} s after its limit", seconds=time.monotonic() - began_at)
    if process.returncode:
        why = errors.strip().splitlines()[-1] if errors.strip() else f"exit {process.returncode}"
        return Run(problem=why, seconds=time.monotonic() - began_at, peak_mb=memory.peak_mb)
    answer = json.loads(output.splitlines()[-1])
    tours = [Tour(tuple(each["nodes"]), each["day"]) for each in answer["tours"]]
    return Run(tours, answer["remark"], answer["problem"], answer["seconds"], memory.peak_mb)


def run_here(engine: str, instance: Instance, limits: Limits) -> Run:
    """Run an engine in this process."""
    module = importlib.import_module(f"tests.benchmarks.routing.peers.{MODULES[engine]}")
    began_at = time.monotonic()
    try:
        tours, remark = module.run(instance, limits.seconds, limits.cores, limits.seed)
    except Cannot as cannot:
        return Run(problem=f"cannot: {cannot}")
    except ModuleNotFoundError as missing:
        return Run(problem=f"{missing.name} is not installed")
    return Run(tours, remark, seconds=round(time.monotonic() - began_at, 2))


class Memory:
    """The most memory that a process and its children have together, shared pages counted once."""

    def __init__(self, pid: int) -> None:
        self.peak_mb = 0.0
        self._process = psutil.Process(pid)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(0.5):
            total = 0
            try:
                for process in (self._process, *self._process.children(recursive=True)):
                    with_share = process.memory_full_info()
                    total += getattr(with_share, "pss", with_share.rss)
            except psutil.Error:
                continue
            self.peak_mb = max(self.peak_mb, total / 1e6)


def main() -> None:
    """One run, its tours as JSON on the last line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("engine", choices=sorted(ENGINES))
    parser.add_argument("path", type=Path)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--cores", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    arguments = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: arguments.cores])
    limits = Limits(arguments.seconds, arguments.cores, arguments.seed)
    print(json.dumps(asdict(run_here(arguments.engine, loaders.read(arguments.path), limits))))


if __name__ == "__main__":
    main()
