"""Make, list and revoke the keys with which devices and network servers hand over uplinks by HTTP (POST /v1/uplinks).

A key is shown once, when it is made; the database holds only its digest."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime

from deploy.services import municipality, open_database
from deploy.settings import Settings
from domain.containers import Municipality
from ingest.sources.device_id import device_id
from storage import uplink_keys
from storage.database import Connection


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    creating = actions.add_parser("create", help="make a key and print it, this once")
    creating.add_argument("name", help="what to call it, for example the network server's name")
    creating.add_argument(
        "--device", metavar="ID", help="the only device it speaks for; default: a network server's key"
    )
    listing = actions.add_parser("list", help="the keys, without their text")
    listing.add_argument("--json", action="store_true", help="as a JSON array")
    revoking = actions.add_parser("revoke", help="let a key count no longer")
    revoking.add_argument("name", help="what it is called")


def run(arguments: argparse.Namespace, settings: Settings) -> None:
    """Create, list or revoke."""
    with open_database(settings) as database:
        owner = municipality(database, settings)
        with database.transaction() as connection:
            if arguments.action == "list":
                _list(connection, owner, as_json=arguments.json)
                return
            now = datetime.now(UTC)
            if arguments.action == "revoke":
                uplink_keys.revoke(connection, municipality_id=owner.id, name=arguments.name, revoked_at=now)
                text = f"{arguments.name} is revoked"
            else:
                device = None if arguments.device is None else device_id(arguments.device)
                _, text = uplink_keys.create(
                    connection, municipality_id=owner.id, name=arguments.name, device_id=device, created_at=now
                )
    # Only after the commit, so that nobody writes down a key that does not exist.
    print(text)


def _list(connection: Connection, owner: Municipality, *, as_json: bool) -> None:
    keys = uplink_keys.list_for(connection, owner.id)
    if as_json:
        listed = [
            {
                "name": key.name,
                "device_id": key.device_id,
                "created_at": key.created_at.isoformat(),
                "revoked_at": None if key.revoked_at is None else key.revoked_at.isoformat(),
            }
            for key in keys
        ]
        print(json.dumps(listed, indent=2))
        return
    for key in keys:
        speaks_for = "network server" if key.device_id is None else f"device {key.device_id}"
        state = "" if key.revoked_at is None else f"  revoked {key.revoked_at:%Y-%m-%d}"
        print(f"{key.name}  {speaks_for}  made {key.created_at:%Y-%m-%d}{state}")
    if not keys:
        print("there is no key; make one with: halfvol keys create NAME")
