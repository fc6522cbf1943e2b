"""A simulated town on this machine: sensors, broker, ingest, database, forecast, plan, routes and the pages.

Four weeks of history go through MQTT and ingest like the real thing. Then live sensors go on, the next collection day
is planned, and the pages are served until Ctrl-C. Run again, it continues where it stopped; the town lives in
HALFVOL_DATA_DIR. With --once it ends after the summary."""

from __future__ import annotations

import argparse
from pathlib import Path

from deploy.settings import Settings
from domain.errors import InvalidInput


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("--once", action="store_true", help="end after the summary; serve nothing")
    parser.add_argument("--json", action="store_true", help="print the summary as one JSON object (with --once)")
    parser.add_argument("--days", type=int, default=28, help="days of history (default 28)")
    parser.add_argument("--containers", type=int, default=160, help="size of the town (default 160)")
    parser.add_argument("--seed", type=int, default=1, help="another seed is another town (default 1)")
    parser.add_argument("--extract", type=Path, help="streets, an .osm.pbf; default: the centre of Helsinki")


def run(arguments: argparse.Namespace, settings: Settings) -> None:
    """Run the demo."""
    from deploy.demo.run import DemoOptions, run_demo  # noqa: PLC0415  (the solvers take a second to import)

    if not 1 <= arguments.days <= 366:
        raise InvalidInput(f"--days {arguments.days}: choose from 1 to 366 days of history")
    if arguments.json and not arguments.once:
        raise InvalidInput("--json goes with --once")
    options = DemoOptions(
        once=arguments.once,
        json=arguments.json,
        days=arguments.days,
        containers=arguments.containers,
        seed=arguments.seed,
        extract=arguments.extract,
    )
    run_demo(options, settings)
