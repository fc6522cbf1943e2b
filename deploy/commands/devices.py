"""List the devices whose messages arrive though nobody registered them, and claim one for a container.

Claiming registers the device, binds it to the container, and reads its kept messages again, so its history is there."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime

from deploy.services import municipality, open_database
from deploy.settings import Settings
from domain.errors import InvalidInput
from ingest.replay import claim
from storage import containers, unclaimed
from storage.database import Connection

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""Before any message: a claimed device is taken to hang in its container since its first one."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="the unclaimed devices, the one heard most recently first")
    listing.add_argument("--json", action="store_true", help="as a JSON array")
    claiming = actions.add_parser("claim", help="register a device and bind it to a container")
    claiming.add_argument("device", help="the device's id as the list shows it")
    claiming.add_argument("--model", required=True, help="model of the sensor, for example EM310-UDL")
    place = claiming.add_mutually_exclusive_group(required=True)
    place.add_argument("--container", metavar="CODE", help="code of the container that it hangs in")
    place.add_argument("--site", metavar="CODE", help="code of the site where it is, if it measures no container")
    place.add_argument("--no-place", action="store_true", help="it belongs to the municipality only")
    claiming.add_argument(
        "--since", type=_moment, default=BEGINNING, help="when it was hung there, RFC 3339; default: its first message"
    )


def run(arguments: argparse.Namespace, settings: Settings) -> None:
    """List or claim."""
    with open_database(settings) as database:
        if arguments.action == "list":
            with database.transaction() as connection:
                _list(connection, as_json=arguments.json)
            return
        owner = municipality(database, settings)
        with database.transaction() as connection:
            stored = claim(
                connection,
                device_id=arguments.device,
                model=arguments.model,
                container_id=_container_id(connection, owner.id, arguments.container),
                site_id=_site_id(connection, owner.id, arguments.site),
                municipality_id=owner.id,
                bound_from=arguments.since,
            )
    place = arguments.container or arguments.site or owner.name
    print(
        f"{arguments.device} is claimed for {place}: {stored.inserted} readings stored,"
        f" {stored.rejected} messages rejected"
    )


def _list(connection: Connection, *, as_json: bool) -> None:
    devices = unclaimed.devices(connection)
    if as_json:
        listed = [
            {
                "device_id": device.device_id,
                "model": device.model,
                "source": device.source.value,
                "messages": device.messages,
                "first_received_at": device.first_received_at.isoformat(),
                "last_received_at": device.last_received_at.isoformat(),
            }
            for device in devices
        ]
        print(json.dumps(listed, indent=2))
        return
    for device in devices:
        print(
            f"{device.device_id}  {device.model or 'model unknown'}  {device.source.value}  {device.messages} messages,"
            f" last {device.last_received_at:%Y-%m-%d %H:%M} UTC"
        )
    if not devices:
        print("every device that sends is registered")


def _container_id(connection: Connection, municipality_id: int, code: str | None) -> int | None:
    if code is None:
        return None
    for container in containers.list_for(connection, municipality_id):
        if container.code == code:
            return container.id
    raise InvalidInput(f"there is no container {code!r}", where="--container", remedy="take a code from the map")


def _site_id(connection: Connection, municipality_id: int, code: str | None) -> int | None:
    if code is None:
        return None
    for site in containers.list_sites(connection, municipality_id):
        if site.code == code:
            return site.id
    raise InvalidInput(f"there is no site {code!r}", where="--site", remedy="take a code from your list of sites")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no moment with a time zone, such as 2026-11-22T10:00:00Z")
    return moment
