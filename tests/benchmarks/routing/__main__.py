"""Halfvol's solver beside plain OR-Tools, PyVRP alone and VROOM, with the same time on the same cores.

``make bench-routing``. Engines run one after another, each alone on the machine in processes of its own; costs are
computed from the instance by a judge that shares nothing with them, and Halfvol's solutions must pass ``routing.check``
too. Results are kept in ``.bench/routing.jsonl``: broken off and started again it goes on where it was. Any instance of
the known formats below the folder is taken. ``--city``: 1,500 containers of The Hague, and how time and memory grow.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.routing import city, loaders
from tests.benchmarks.routing.engines import ENGINES, WASTE_ONLY, Limits, run_apart, today, version
from tests.benchmarks.routing.instance import Family, Instance
from tests.benchmarks.routing.judge import judge
from tests.benchmarks.routing.peers.vroom_alone import CAN
from tests.benchmarks.routing.results import Key, Result, Store
from tests.benchmarks.routing.table import tables

KEPT = loaders.PROJECT / ".bench" / "routing.jsonl"
QUICK_S = 5.0

OVERHEAD_S = 2.5
"""What a run takes beside its limit: starting, reading, building."""


def main(words: Sequence[str] | None = None) -> int:
    arguments = _arguments(words)
    if arguments.city:
        return city.main(arguments.seconds, arguments.cores, arguments.seeds)
    if not arguments.data.is_dir():
        print(f"{arguments.data} is no folder: name one with --data or HALFVOL_BENCH_DATA", file=sys.stderr)
        return 1
    instances, unread = loaders.find(arguments.data)
    for line in unread:
        print(f"not read: {line}", file=sys.stderr)
    instances = [each for each in instances if not arguments.only or any(word in each.key for word in arguments.only)]
    if arguments.quick:
        smallest = {each.family: each for each in reversed(instances)}
        instances = [each for each in instances if smallest[each.family] is each]
    if not instances:
        wanted = f" with {' or '.join(arguments.only)}" if arguments.only else ""
        print(f"no instance in {arguments.data}{wanted}", file=sys.stderr)
        return 1
    setting = Setting(
        tuple(arguments.engines),
        QUICK_S if arguments.quick else arguments.seconds or 60.0,
        arguments.cores,
        arguments.seeds,
    )
    results = run_all(instances, setting, Store(arguments.results))
    print()
    print(protocol(setting))
    print()
    print(tables(instances, results, setting.engines))
    return 0


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench-routing", description=__doc__.split("\n\n")[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=loaders.default_folder(), help="folder of instances")
    parser.add_argument("--seconds", type=float, help="time for each engine on each instance (default 60)")
    parser.add_argument("--cores", type=int, default=2, help="cores for each engine (default 2)")
    parser.add_argument("--seeds", type=int, default=1, help="runs from seeds 1, 2, ..; means are shown (default 1)")
    parser.add_argument("--only", type=_list, default=[], help="parts of names such as cvrp/ or X-n101, with commas")
    parser.add_argument("--engines", type=_engines, default=list(ENGINES), help=f"of {','.join(ENGINES)}")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_S:g} s on the smallest instance of each family")
    parser.add_argument("--city", action="store_true", help="the city of The Hague instead of the instances")
    parser.add_argument("--results", type=Path, default=KEPT, help="file of results (default .bench/routing.jsonl)")
    return parser.parse_args(words)


def _list(text: str) -> list[str]:
    return [word for word in text.split(",") if word]


def _engines(text: str) -> list[str]:
    names = _list(text)
    if unknown := [name for name in names if name not in ENGINES]:
        raise argparse.ArgumentTypeError(f"{unknown[0]!r} is none of {', '.join(ENGINES)}")
    return names


@dataclass(frozen=True, slots=True)
class Setting:
    """What is run, for how long, on how many cores, from how many seeds."""

    engines: tuple[str, ...]
    seconds: float
    cores: int
    seeds: int


def run_all(instances: Sequence[Instance], setting: Setting, store: Store) -> list[Result]:
    """Make what is not there yet, and return everything in order."""
    keys = [
        (instance, Key(instance.key, engine, setting.seconds, setting.cores, 1 + seed, version(engine)))
        for instance in instances
        for engine in setting.engines
        if instance.family is Family.WASTE or engine not in WASTE_ONLY
        for seed in range(setting.seeds)
    ]
    waiting = [(instance, key) for instance, key in keys if store.get(key) is None]
    long = sum(key.engine != "vroom" or instance.family in CAN for instance, key in waiting)
    minutes = long * (setting.seconds + OVERHEAD_S) / 60
    print(f"{len(keys)} runs, {len(keys) - len(waiting)} of them done before; about {minutes:.0f} minutes", flush=True)
    results: list[Result] = []
    for number, (instance, key) in enumerate(keys, start=1):
        result = store.get(key)
        if result is None:
            print(f"[{number}/{len(keys)}] {instance.key}, {ENGINES[key.engine]} ..", end=" ", flush=True)
            result = _run(instance, key)
            store.add(result)
            print(_said(instance, result), flush=True)
        results.append(result)
    return results


def _run(instance: Instance, key: Key) -> Result:
    run = run_apart(key.engine, instance.path, Limits(key.seconds, key.cores, key.seed))
    # PyVRP knows neither lunch nor caps of the day; it is shown as what it is: the easier problem.
    lunch = not (key.engine in {"pyvrp", "capped"} and instance.family is Family.WASTE)
    caps = not (key.engine == "pyvrp" and instance.family is Family.WASTE)
    verdict = None if run.problem else judge(instance, run.tours, with_lunch=lunch, with_day_caps=caps)
    return Result(
        *key,
        cost=None if verdict is None else verdict.cost,
        tours=0 if verdict is None else verdict.tours,
        faults=() if verdict is None else verdict.faults,
        remark=run.remark,
        problem=run.problem,
        took_s=round(run.seconds, 2),
        peak_mb=round(run.peak_mb),
        date=today(),
    )


def _said(instance: Instance, result: Result) -> str:
    if result.problem or result.cost is None:
        return result.problem
    cost = f"{result.cost / instance.scale:,.1f}"
    gap = "" if instance.best_known is None else f" ({100 * (result.cost / instance.best_known - 1):+.2f} %)"
    faults = "" if not result.faults else f", {len(result.faults)} faults: {result.faults[0]}"
    return f"{cost}{gap}, {result.tours} tours, {result.took_s:.1f} s, {result.peak_mb:.0f} MB{faults}"


def protocol(setting: Setting) -> str:
    """What the figures were made with."""
    named = ", ".join(f"{ENGINES[engine]} {version(engine)}" for engine in setting.engines if engine not in WASTE_ONLY)
    seeds = "seed 1" if setting.seeds == 1 else f"seeds 1 to {setting.seeds}, means"
    return (
        f"{today()}, {setting.seconds:g} s of wall time, {setting.cores} cores of {os.cpu_count()} ({_processor()}),"
        f" load {os.getloadavg()[0]:.1f} at the end, Python {platform.python_version()}; {seeds}. {named}."
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    sys.exit(main())
