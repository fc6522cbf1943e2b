"""Plan the routes of a date now, and store the plan as a proposal that an operator approves on the map.

Prints what it decided; the reason for every container is in the API and on the pages."""

from __future__ import annotations

import argparse
import json
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from deploy.services import municipality, open_database
from deploy.settings import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument(
        "--date", type=_date, help="YYYY-MM-DD; default: the next day from tomorrow on that has a collection round"
    )
    parser.add_argument("--time-limit-s", type=float, help="seconds to search; default: HALFVOL_PLAN_TIME_LIMIT_S")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")


def run(arguments: argparse.Namespace, settings: Settings) -> None:
    """Plan, and print the figures."""
    from rich.console import Console  # noqa: PLC0415  (these take a second to import: not for --help)

    from api.planning import next_round_date, run_planning  # noqa: PLC0415
    from deploy.plan_summary import plan_panel, summarise_plan  # noqa: PLC0415
    from storage import fleet  # noqa: PLC0415

    console = Console(stderr=arguments.json, highlight=False)
    with open_database(settings) as database:
        owner = municipality(database, settings)
        with database.transaction() as connection:
            known_fleet = fleet.load(connection, owner.id)
        tomorrow = datetime.now(ZoneInfo(owner.time_zone)).date() + timedelta(days=1)
        with console.status("Planning ..") as status:
            planning = run_planning(
                database,
                municipality_code=owner.code,
                date=arguments.date or next_round_date(known_fleet, tomorrow),
                time_limit_s=arguments.time_limit_s or settings.plan_time_limit_s,
                roads_url=settings.roads_url,
                on_progress=lambda stage, share: status.update(f"Planning: {stage} ({share:.0%})"),
            )
    summary = summarise_plan(planning)
    if arguments.json:
        print(json.dumps(summary.as_json()))
    else:
        console.print(plan_panel(summary))


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date; write it as YYYY-MM-DD") from None
