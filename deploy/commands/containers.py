"""Import containers from a GeoJSON file; docs/containers-geojson.md describes it.

All or nothing: when something is wrong with the file, every problem is named and nothing is stored."""

from __future__ import annotations

import argparse
from pathlib import Path

from api.containers_geojson import add_containers, containers_from_geojson
from deploy.files import read_json
from deploy.services import municipality, open_database
from deploy.settings import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    importer = actions.add_parser("import", help="add the containers of a GeoJSON FeatureCollection")
    importer.add_argument("file", type=Path, help="the GeoJSON file")


def run(arguments: argparse.Namespace, settings: Settings) -> None:
    """Read, check, store."""
    data = read_json(arguments.file)
    with open_database(settings) as database:
        owner = municipality(database, settings)
        new = containers_from_geojson(data, owner.bounds)
        with database.transaction() as connection:
            added = add_containers(connection, municipality_id=owner.id, new=new)
    print(f"{owner.name}: {added.containers} containers added, at {added.sites} new sites")
