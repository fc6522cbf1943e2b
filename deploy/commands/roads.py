"""Import the streets of a municipality from an OpenStreetMap extract (.osm.pbf).

The graph is kept in the database; plans, and the background of the map, use it from then on."""

from __future__ import annotations

import argparse
from pathlib import Path

from deploy.files import read_bytes
from deploy.services import municipality, open_database
from deploy.settings import Settings
from domain.errors import InvalidInput


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    importer = actions.add_parser("import", help="read an extract and replace the streets of the municipality")
    importer.add_argument("file", nargs="?", type=Path, help="the extract, for example from download.geofabrik.de")
    importer.add_argument(
        "--region",
        help='download the extract of a region instead, such as "netherlands/utrecht", from Geofabrik or BBBike'
        " into HALFVOL_DATA_DIR",
    )
    importer.add_argument("--name", help="what the streets are called in plans; default: the file's name")


def run(arguments: argparse.Namespace, settings: Settings) -> None:
    """Read the extract, build the graph, store it."""
    from rich.console import Console  # noqa: PLC0415  (these take a second to import: not for --help)

    from routing.roads.osm import read_graph  # noqa: PLC0415
    from storage import roads  # noqa: PLC0415

    if (arguments.file is None) == (arguments.region is None):
        raise InvalidInput(
            "nothing to import" if arguments.file is None else "two things to import",
            remedy="give either an extract's file or --region NAME",
        )
    console = Console(stderr=True, highlight=False)
    file = arguments.file or _downloaded(arguments.region, settings.data_dir / "extracts", console)
    pbf = read_bytes(file)
    name = arguments.name or file.name.removesuffix(".osm.pbf")
    with console.status("Reading the extract") as status:
        graph = read_graph(pbf, name, progress=lambda what: status.update(what.capitalize()))
    with open_database(settings) as database:
        owner = municipality(database, settings)
        with database.transaction() as connection:
            roads.save(connection, municipality_id=owner.id, name=name, graph=graph.to_bytes())
    print(f"{owner.name}: streets of {name} imported ({graph.describe()})")


def _downloaded(region: str, folder: Path, console: object) -> Path:
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    from deploy.extracts import download, region_url  # noqa: PLC0415

    assert isinstance(console, Console)
    url = region_url(region)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(f"Downloading {url}", total=None)
        return download(url, folder, progress=lambda done, total: progress.update(task, completed=done, total=total))
