"""Kill and freeze parts of the chain under load, then account for every message.

Servers, databases and processes are its own, in a temporary folder, and gone afterwards. Publishers keep each message
until the broker acknowledged it; whatever was acknowledged must then be in the database, once. Exit code 1 when
something is missing or there twice."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

from deploy.settings import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("--broker", choices=("nats", "mosquitto"), default="nats", help="default nats")
    parser.add_argument("--kills", type=int, default=20, help="processes to kill with -9; freezes come on top (20)")
    parser.add_argument(
        "--victims", default="ingest,postgres", help="any of ingest,postgres,broker (default ingest,postgres)"
    )
    parser.add_argument("--publishers", type=int, default=8, help="sensors that send, each on its own (default 8)")
    parser.add_argument("--rate", type=float, default=400, help="messages a second of all together (default 400)")
    parser.add_argument("--ingests", type=int, default=1, help="ingest processes that share the topics (default 1)")
    parser.add_argument("--standby", action="store_true", help="a stand-by for each ingest process")
    parser.add_argument("--seed", type=int, default=1, help="another seed is another order of attacks (default 1)")
    parser.add_argument("--json", action="store_true", help="print the ledger as JSON")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Run, print the ledger, and tell by the exit code whether it balances."""
    from rich.console import Console  # noqa: PLC0415  (these take a second to import: not for --help)
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    from deploy.chaos.run import Options  # noqa: PLC0415
    from deploy.chaos.run import run as torture  # noqa: PLC0415

    options = Options(
        broker=arguments.broker,
        kills=arguments.kills,
        victims=tuple(name.strip() for name in arguments.victims.split(",")),
        publishers=arguments.publishers,
        rate=arguments.rate,
        ingests=arguments.ingests,
        standby=arguments.standby,
        seed=arguments.seed,
    )
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("starting", total=options.kills)
        report = torture(options, lambda phase, killed: progress.update(task, description=phase, completed=killed))
    ledger = report.ledger
    if arguments.json:
        print(json.dumps(asdict(report) | {"options": asdict(options)}))
    else:
        for name, value in asdict(ledger).items():
            print(f"{name.replace('_', ' '):<16}{value:>10}")
        for name, counted in (("killed", report.kills), ("frozen", report.freezes)):
            print(f"{name:<16}{', '.join(f'{victim} {times}' for victim, times in sorted(counted.items())):>10}")
        print(f"{'seconds':<16}{report.duration_s:>10.0f}")
    if not ledger.balances:
        print("the ledger does not balance: something is missing or there twice", file=sys.stderr)
    return 0 if ledger.balances else 1
