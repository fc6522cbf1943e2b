"""What was saved against the fixed schedule, measured on the town's own days: per week and in total, with an interval
of 95 %, the service beside it, and the days that do not count and why.

Every night both are planned for the next day, with the same waste, trucks and streets; one is driven, the other is
worked out. Costs follow the rates of the municipality's policy; the factors of CO2 are stated at the end."""

from __future__ import annotations

import argparse
import json
from dataclasses import fields, replace
from datetime import date

from deploy.services import municipality, open_database
from deploy.settings import Settings

FACTORS = {
    "cents_per_km": "euro cents for a kilometre; default: the policy's",
    "cents_per_hour": "euro cents for an hour of a truck with its crew; default: the policy's",
    "cents_per_vehicle": "euro cents for each truck that goes out on a day; default: the policy's",
    "diesel_l_per_km": "litres of diesel for a kilometre; default: 0.5",
    "diesel_l_per_emptying": "litres of diesel for emptying one container; default: 0.1",
    "co2_kg_per_l": "kilograms of CO2 for a litre, from well to wheel; default: 3.262",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("--municipality", metavar="CODE", help="default: HALFVOL_MUNICIPALITY, or the only one")
    parser.add_argument("--from", dest="first", type=_date, metavar="DATE", help="default: 13 weeks back")
    parser.add_argument("--to", dest="last", type=_date, metavar="DATE", help="included; default: the newest date")
    parser.add_argument("--fill", action="store_true", help="first work out the nights of the period that are missing")
    parser.add_argument("--json", action="store_true", help="print one JSON object, as /v1/savings has it")
    parser.add_argument("--language", choices=("en", "nl"), default="en", help="of sentences and labels; default: en")
    parser.add_argument(
        "--least-trusted",
        type=float,
        metavar="SHARE",
        help="share of the containers that must have a trusted reading for a day to count; default: 0.5",
    )
    for name, meaning in FACTORS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=float, metavar="X", help=meaning)


def run(arguments: argparse.Namespace, settings: Settings) -> None:
    """Print the report."""
    from rich.console import Console  # noqa: PLC0415  (these take a second to import: not for --help)

    from api import saving_report  # noqa: PLC0415
    from api.representations.savings import savings_of  # noqa: PLC0415
    from deploy.saving_table import saving_table  # noqa: PLC0415
    from routing.shadow.exclusions import LEAST_TRUSTED  # noqa: PLC0415

    if arguments.municipality:
        settings = replace(settings, municipality=arguments.municipality)
    chosen = saving_report.ChosenFactors(
        **{field.name: getattr(arguments, field.name) for field in fields(saving_report.ChosenFactors)}
    )
    with open_database(settings) as database:
        owner = municipality(database, settings)
        if arguments.fill:
            _fill(arguments, settings, database, owner.code)
        with database.transaction() as connection:
            report = saving_report.load(
                connection,
                owner,
                first=arguments.first,
                last=arguments.last,
                chosen=chosen,
                least_trusted=LEAST_TRUSTED if arguments.least_trusted is None else arguments.least_trusted,
            )
    if arguments.json:
        found = savings_of(report, arguments.language)
        print(json.dumps(found.model_dump(mode="json", by_alias=True), ensure_ascii=False))
    else:
        Console(highlight=False).print(saving_table(report, owner.name, arguments.language))


def _fill(arguments: argparse.Namespace, settings: Settings, database: object, code: str) -> None:
    """Work out what is missing, and say on standard error what could not be."""
    from rich.console import Console  # noqa: PLC0415

    from api.planning.fill_in import fill_in  # noqa: PLC0415
    from domain.errors import InvalidInput  # noqa: PLC0415
    from storage.database import Database  # noqa: PLC0415

    assert isinstance(database, Database)
    if arguments.first is None or arguments.last is None:
        raise InvalidInput("which nights are to be filled in is not said", remedy="give --from and --to")
    console = Console(stderr=True, highlight=False)
    with console.status("Filling in ..") as status:
        filled = fill_in(
            database,
            code,
            first=arguments.first,
            last=arguments.last,
            time_limit_s=settings.plan_time_limit_s,
            roads_url=settings.roads_url,
            on_progress=lambda day: status.update(f"Filling in {day.isoformat()}"),
        )
    console.print(f"{len(filled.dates)} night(s) filled in")
    for day, why in filled.failed:
        console.print(f"{day.isoformat()} could not be: {why}")


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date; write it as YYYY-MM-DD") from None
