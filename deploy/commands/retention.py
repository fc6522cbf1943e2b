"""How long everything is kept: show it, set how long a municipality keeps its observations, or let go now.

halfvol worker lets go each night by itself. Kept messages and the ledger of uplinks have settings of their own, see
halfvol settings."""

from __future__ import annotations

import argparse

from deploy.services import database_url, municipality, open_database
from deploy.settings import Settings
from storage import municipalities
from storage.retention import Limits, expire, observation_days, set_observation_days

FOREVER = "forever"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("show", help="how long everything is kept")
    setting = actions.add_parser("set", help="how long the municipality keeps its observations")
    setting.add_argument("days", type=_days, metavar="DAYS", help=f"a number of days, or {FOREVER}")
    actions.add_parser("run", help="let go of what is older, now")


def run(arguments: argparse.Namespace, settings: Settings) -> None:
    """Show, set or let go."""
    if arguments.action == "run":
        with database_url(settings) as url:
            expired = expire(url, limits(settings))
        print(
            f"let go: {expired.rejections} rejections, {expired.unclaimed} unclaimed messages,"
            f" {expired.uplinks} uplinks, {expired.observations} observations, and {expired.chunks} whole chunks of"
            " TimescaleDB"
        )
        return
    with open_database(settings) as database:
        if arguments.action == "set":
            owner = municipality(database, settings)
            with database.transaction() as connection:
                days = arguments.days or None
                set_observation_days(connection, municipality_id=owner.id, days=days)
            print(f"observations of {owner.name}: {_told(days)}")
            return
        with database.transaction() as connection:
            print(f"rejected messages: {settings.rejection_retention_days} days")
            print(f"messages of unclaimed devices: {settings.unclaimed_retention_days} days")
            print(f"ledger of uplinks: {settings.uplink_retention_days} days")
            for each in municipalities.list_all(connection):
                print(f"observations of {each.name}: {_told(observation_days(connection, each.id))}")


def limits(settings: Settings) -> Limits:
    """The limits that the settings state."""
    return Limits(
        rejections_days=settings.rejection_retention_days,
        unclaimed_days=settings.unclaimed_retention_days,
        uplinks_days=settings.uplink_retention_days,
    )


def _days(text: str) -> int:
    """Days, 0 for ever; for argparse."""
    if text == FOREVER:
        return 0
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 36_500:
        raise argparse.ArgumentTypeError(f"{text!r} is neither 1 to 36500 days nor {FOREVER}")
    return int(text)


def _told(days: int | None) -> str:
    return "kept for ever" if days is None else f"{days} days"
