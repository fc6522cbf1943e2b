"""Show what collecting by need saves: a fixed schedule, a threshold, Halfvol and a planner who knows the future drive
the same simulated weeks of the same towns. docs/evaluation.md tells what is simulated and how to read the figures.

Runs that are done are kept; a broken-off evaluation goes on where it was with the same command."""

from __future__ import annotations

import argparse
import os
from dataclasses import fields
from pathlib import Path

from deploy.settings import Settings
from domain.factors import Factors
from simulators.evaluation.setting import Setting

FACTORS = {
    "cents_per_km": "euro cents a kilometre",
    "cents_per_hour": "euro cents an hour of a truck with its crew",
    "cents_per_vehicle": "euro cents for each truck that leaves on a day",
    "diesel_l_per_km": "litres of diesel a kilometre",
    "diesel_l_per_emptying": "litres of diesel an emptying",
    "co2_kg_per_l": "kg of CO2 a litre, well to wheel (co2emissiefactoren.nl)",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    runs = parser.add_argument_group("what is simulated")
    runs.add_argument("--seeds", default="1-5", metavar="LIST", help="towns: 1-5, or 1,3,8 (default %(default)s)")
    runs.add_argument(
        "--contenders",
        default="fixed_schedule,threshold,halfvol,clairvoyant",
        metavar="LIST",
        help="default: %(default)s",
    )
    runs.add_argument("--containers", type=int, default=150, help="size of the towns (default %(default)s)")
    runs.add_argument("--weeks", type=int, default=8, help="how many weeks count (default %(default)s)")
    usual = Setting(seed=0)
    warm_up, settling = usual.warm_up_days, usual.settling_days
    runs.add_argument(
        "--warm-up",
        type=int,
        default=warm_up,
        metavar="DAYS",
        help="on the fixed schedule first (default %(default)s)",
    )
    runs.add_argument(
        "--settling", type=int, default=settling, metavar="DAYS", help="between, not counted (default %(default)s)"
    )
    runs.add_argument("--start", default=str(usual.start), metavar="DATE", help="first day (default %(default)s)")
    runs.add_argument("--streets-km", type=float, metavar="KM", help="synthetic streets, a square of so many km")
    runs.add_argument("--extract", type=Path, metavar="FILE", help="streets, an .osm.pbf; default: Helsinki's centre")
    runs.add_argument("--bad-sensors", type=float, default=0, metavar="PERCENT", help="false echo or stuck (default 0)")
    runs.add_argument("--missing-sensors", type=float, default=0, metavar="PERCENT", help="not there (default 0)")
    runs.add_argument(
        "--forecast-error", type=float, default=0, metavar="PERCENT", help="make forecasts of growth so much worse"
    )
    runs.add_argument("--trucks", type=float, default=1, metavar="FACTOR", help="times the town's trucks (default 1)")
    runs.add_argument(
        "--iterations",
        type=int,
        default=usual.iterations,
        metavar="N",
        help="of each search after its best routes: fewer are quicker, and drive more (default %(default)s)",
    )
    runs.add_argument("--policy", type=Path, metavar="FILE", help="the municipality's policy; default: the default one")
    runs.add_argument(
        "--sensitivity",
        nargs="?",
        const="bad_sensors,forecast_error,vehicles,containers",
        metavar="LIST",
        help="vary these as well, one at a time (default if given: %(const)s)",
    )
    runs.add_argument("--sensitivity-seeds", type=int, default=2, metavar="N", help="towns for that (default 2)")
    how = parser.add_argument_group("how it is run")
    cores = min(2, os.cpu_count() or 1)
    how.add_argument("--cores", type=int, default=cores, help="runs at once (default %(default)s)")
    how.add_argument("--jobs", action="store_true", help="let halfvol workers on the same database do the runs")
    how.add_argument("--results", type=Path, metavar="FILE", help="where runs are kept (default: in the data folder)")
    how.add_argument("--no-runs", action="store_true", help="tell what the kept runs show, also those of other code")
    told = parser.add_argument_group("what is told")
    told.add_argument("--language", choices=("en", "nl"), default="en", help="of table and report (default en)")
    told.add_argument("--json", type=Path, metavar="FILE", help="write all figures as JSON; - is standard output")
    told.add_argument(
        "--report",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="one page with plots: .pdf, .png, .html",
    )
    for field in fields(Factors):
        option = f"--{field.name.replace('_', '-')}"
        meaning = f"{FACTORS[field.name]} (default %(default)s)"
        told.add_argument(option, type=float, default=field.default, metavar="X", help=meaning)


def run(arguments: argparse.Namespace, settings: Settings) -> None:
    """Simulate what is missing, and tell what all of it shows."""
    from deploy.evaluate.command import evaluate  # noqa: PLC0415  (its imports take a second: not for --help)

    evaluate(arguments, settings)
