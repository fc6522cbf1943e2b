"""Send the messages of a simulated town to the broker: some days of history, live ones, or both.

A broker hands messages to those who have subscribed: let ingest run once before. With --register the town is entered
in the database too, so that its messages become observations instead of messages of unclaimed devices."""

from __future__ import annotations

import argparse
import json
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.files import read_bytes
from deploy.services import mqtt_url, open_database
from deploy.settings import Settings
from domain.errors import InvalidInput

if TYPE_CHECKING:
    from simulators.publish import Published


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("--days", type=float, default=0, help="days of history to send first (default 0)")
    parser.add_argument("--live", action="store_true", help="then go on in real time until stopped")
    parser.add_argument("--api", metavar="URL", help="where drivers report emptyings; live containers then empty too")
    parser.add_argument("--register", action="store_true", help="enter the town in the database first")
    parser.add_argument("--containers", type=int, default=160, help="size of the town (default 160)")
    parser.add_argument("--seed", type=int, default=1, help="another seed is another town (default 1)")
    parser.add_argument("--extract", type=Path, help="streets, an .osm.pbf; default: the centre of Helsinki")
    parser.add_argument("--json", action="store_true", help="print the counts as one line of JSON a second")


def run(arguments: argparse.Namespace, settings: Settings) -> None:
    """Build the town, send, and say how many messages the broker acknowledged."""
    from routing.roads.osm import read_graph  # noqa: PLC0415  (these take a second to import: not for --help)
    from simulators import extract  # noqa: PLC0415
    from simulators.history import messages  # noqa: PLC0415
    from simulators.live import run_live  # noqa: PLC0415
    from simulators.publish import publish_all  # noqa: PLC0415
    from simulators.town import build_town  # noqa: PLC0415

    if not (arguments.live or arguments.days > 0):
        raise InvalidInput("nothing to send", remedy="ask for --days 1, or for --live")
    path = arguments.extract or extract.helsinki_path()
    graph = read_graph(read_bytes(path), str(arguments.extract) if arguments.extract else extract.NAME)
    town = build_town(graph, seed=arguments.seed, containers=arguments.containers)
    now = datetime.now(UTC)
    begin = now - timedelta(days=arguments.days)
    if arguments.register:
        from deploy.town import register_town  # noqa: PLC0415

        with open_database(settings) as database:
            register_town(database, town, graph, sensors_since=begin - timedelta(days=1))

    def tell(published: Published) -> None:
        if arguments.json:
            counts = {"sent": published.sent, "acknowledged": published.acknowledged}
            print(json.dumps(counts), flush=True)

    with mqtt_url(settings) as broker:
        if arguments.days > 0:
            done = publish_all(broker, messages(town, begin, now), on_progress=tell)
            print(f"{done.acknowledged} messages of {arguments.days:g} days acknowledged", file=sys.stderr)
        if arguments.live:
            run_live(town, broker, stop=threading.Event(), api_url=arguments.api, begin=now, on_progress=tell)
