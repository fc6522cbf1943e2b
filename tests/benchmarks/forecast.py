"""How long a night takes from the database to a forecast of every container, and until it is written down.

``make bench-forecast``; ``--help`` names the sizes. A real PostgreSQL holds hourly readings of containers that fill and
are emptied, in the order of their arrival; loading, judging, learning, forecasting and writing are the nightly job's
own functions: once learning everything anew, and once the night after.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import psutil

from api.planning.inputs import HISTORY_DAYS, load
from api.planning.night import look, remember
from domain.containers import ContainerGeometry, Fraction
from domain.geography import Bounds, Position
from routing.forecast.state import to_bytes
from routing.roads.osm import read_graph
from simulators import extract
from storage import containers, fleet, municipalities, roads, sensors
from storage.database import Database
from storage.sensors import NewSensor
from tests.servers.folders import open_folder
from tests.servers.postgres import DatabaseServer, forgetful_postgres

END = datetime(2026, 11, 22, tzinfo=UTC)
ZONE = "Europe/Amsterdam"
SLICE_DAYS = 5


def main() -> None:
    """Fill a database and time the way from it to the forecasts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--containers", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=HISTORY_DAYS)
    arguments = parser.parse_args()
    with open_folder() as folder, forgetful_postgres(folder) as url:
        server = DatabaseServer(url)
        with server.new_database() as address, Database(address) as database:
            began = time.perf_counter()
            _town(database, arguments.containers)
            rows = _fill(database, arguments.days)
            took_s = time.perf_counter() - began
            print(f"{arguments.containers:,} containers, {rows:,} readings (written in {took_s:.0f} s)")
            for name, known_at in (("everything anew", END - timedelta(days=1)), ("the night after", END)):
                _night(database, name, known_at)
        server.close()


def _town(database: Database, count: int) -> None:
    geometry = ContainerGeometry(2.0, 0.4)
    with database.transaction() as connection:
        municipality = municipalities.create(
            connection, code="bench", name="Bench", time_zone=ZONE, bounds=Bounds(4.0, 52.0, 5.0, 53.0)
        )
        site = containers.create_site(
            connection, municipality_id=municipality.id, code="s", name="S", position=Position(4.5, 52.5)
        )
        made = containers.create_many(
            connection,
            municipality_id=municipality.id,
            containers=[
                containers.NewContainer(site.id, f"c-{n}", list(Fraction)[n % 4], 4000, "Street 1", geometry)
                for n in range(count)
            ],
        )
        sensors.register_many(
            connection,
            municipality_id=municipality.id,
            sensors=[
                NewSensor(f"d-{n}", "EM310-UDL", container.id, END - timedelta(days=900), {"fill_level": "1"})
                for n, container in enumerate(made)
            ],
        )
        graph = read_graph(extract.helsinki_extract(), extract.NAME)
        roads.save(connection, municipality_id=municipality.id, name=graph.name, graph=graph.to_bytes())
        fleet.create_depot(connection, municipality_id=municipality.id, name="Yard", position=Position(4.5, 52.5))


def _fill(database: Database, days: int) -> int:
    """Each container fills by 2 to 20 % a day, is emptied at about 80 %, reads with 1.2 points of noise; every fifth
    message is lost, and 2 in 1,000 see something else."""
    written = 0
    for oldest in range(days, 0, -SLICE_DAYS):
        with database.transaction() as connection:
            written += connection.execute(
                """
                INSERT INTO observation (datastream_id, phenomenon_time, received_at, result, quality, server_timed)
                SELECT
                    stream.id, %(end)s - hour * interval '1 hour', %(end)s,
                    CASE WHEN random() < 0.002 THEN 0.9
                    ELSE mod(((hour * -0.0008 * (1 + stream.id %% 10)) + 1000)::numeric, 0.8)::float8
                        + 0.012 * (random() + random() + random() - 1.5) * 2 END,
                    'good', false
                FROM generate_series(%(first)s, %(last)s, -1) AS hour, datastream AS stream
                WHERE random() < 0.8""",
                {"end": END, "first": 24 * oldest, "last": 24 * max(0, oldest - SLICE_DAYS) + 1},
            ).rowcount
        print(f"  {written:,} readings", end="\r", flush=True)
    with database.transaction() as connection:
        connection.execute("ANALYZE observation")
    return written


def _night(database: Database, name: str, known_at: datetime) -> None:
    print(f"{name}:")
    began = time.perf_counter()
    with _stage("load"):
        inputs = load(database, "bench", known_at=known_at)
    with _stage("judge, learn and forecast"):
        seen = look(inputs, known_at=known_at)
    print(f"  {time.perf_counter() - began:6.1f} s from the database to {len(seen.forecasts):,} forecasts")
    with _stage("write judgements, emptyings, health and what was learned"):
        remember(database, inputs, seen, known_at=known_at)
    state_mb = len(to_bytes(seen.learned)) / 1e6
    counts = f"{len(seen.corrections):,} readings judged otherwise, {len(seen.emptyings):,} emptyings"
    print(f"  {counts}, {state_mb:.1f} MB kept")
    print(f"  at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB of memory", flush=True)


@contextmanager
def _stage(name: str) -> Iterator[None]:
    """Print how long it took, and the processor time of both sides: others may share the machine."""
    began, ours, theirs = time.perf_counter(), time.process_time(), _postgres_cpu_s()
    yield
    print(
        f"  {time.perf_counter() - began:6.1f} s  {name}  (processor: {time.process_time() - ours:.1f} s here,"
        f" {_postgres_cpu_s() - theirs:.1f} s PostgreSQL)",
        flush=True,
    )


def _postgres_cpu_s() -> float:
    """Of all processes of the server that live: the pool keeps its connections."""
    total = 0.0
    for process in psutil.Process().children(recursive=True):
        times = process.cpu_times()
        total += times.user + times.system
    return total


if __name__ == "__main__":
    main()
