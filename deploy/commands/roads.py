"""Import the streets of a municipality from an OpenStreetMap extract (.osm.pbf).

The graph is kept in the database; plans, and the background of the map, use it from then on."""

from __future__ import annotations

import argparse
from pathlib import Path

from deploy.files import read_bytes
from deploy.services import municipality, open_database
from deploy.settings import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    importer = actions.add_parser("import", help="read an extract and replace the streets of the municipality")
    importer.add_argument("file", type=Path, help="the extract, for example from a regional download server")
    importer.add_argument("--name", help="what the streets are called in plans; default: the file's name")


def run(arguments: argparse.Namespace, settings: Settings) -> None:
    """Read the extract, build the graph, store it."""
    from routing.roads.osm import read_graph  # noqa: PLC0415  (slow to import: not for --help)
    from storage import roads  # noqa: PLC0415

    pbf = read_bytes(arguments.file)
    name = arguments.name or arguments.file.name.removesuffix(".osm.pbf")
    graph = read_graph(pbf, name)
    with open_database(settings) as database:
        owner = municipality(database, settings)
        with database.transaction() as connection:
            roads.save(connection, municipality_id=owner.id, name=name, graph=graph.to_bytes())
    print(f"{owner.name}: streets of {name} imported ({graph.describe()})")
