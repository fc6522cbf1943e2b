"""How long it takes from the database to a forecast of every container: learning everything, and the night after.

``make bench-forecast``; ``--help`` names the sizes. A real PostgreSQL holds hourly readings of containers that fill and
are emptied; loading, judging, learning and forecasting are those of the nightly job.
"""

from __future__ import annotations

import argparse
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from api.planning.country import country_of
from domain.containers import ContainerGeometry, Fraction
from domain.geography import Bounds, Position
from routing.forecast import FillHistory, Place, outlook
from routing.forecast.learning import calibrate
from routing.forecast.many import FRACTIONS
from routing.forecast.state import CONTEXT_DAYS, LAG_DAYS, from_bytes, to_bytes
from storage import containers, municipalities, sensors
from storage.database import Database
from storage.observations import FillSeries, fill_history
from storage.sensors import NewSensor
from tests.servers.folders import open_folder
from tests.servers.postgres import DatabaseServer, forgetful_postgres

END = datetime(2026, 11, 22, tzinfo=UTC)
ZONE = "Europe/Amsterdam"


def main() -> None:
    """Fill a database and time the way from it to the forecasts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--containers", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=90)
    arguments = parser.parse_args()
    with open_folder() as folder, forgetful_postgres(folder) as url:
        server = DatabaseServer(url)
        with server.new_database() as address, Database(address) as database:
            began = time.perf_counter()
            municipality_id, ids = _town(database, arguments.containers)
            rows = _fill(database, arguments.days)
            print(f"{len(ids):,} containers, {rows:,} readings (written in {time.perf_counter() - began:.0f} s)")
            _time(database, municipality_id, ids, days=arguments.days)
        server.close()


def _town(database: Database, count: int) -> tuple[int, list[int]]:
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
    return municipality.id, [container.id for container in made]


def _fill(database: Database, days: int) -> int:
    """Each container fills by 2 to 20 % a day, is emptied at about 80 %, reads with 1.2 points of noise; every fifth
    message is lost, and 2 in 1,000 see something else."""
    with database.transaction() as connection:
        written = connection.execute(
            """
            INSERT INTO observation (datastream_id, phenomenon_time, received_at, result, quality, server_timed)
            SELECT
                stream.id, %(end)s - hour * interval '1 hour', %(end)s,
                CASE WHEN random() < 0.002 THEN 0.9
                ELSE mod(((hour * -0.0008 * (1 + stream.id %% 10)) + 1000)::numeric, 0.8)::float8
                    + 0.012 * (random() + random() + random() - 1.5) * 2 END,
                'good', false
            FROM generate_series(1, %(hours)s) AS hour, datastream AS stream
            WHERE random() < 0.8""",
            {"end": END, "hours": 24 * days},
        ).rowcount
    with database.transaction() as connection:
        connection.execute("ANALYZE observation")
    return written


def _time(database: Database, municipality_id: int, ids: list[int], *, days: int) -> None:
    fractions = {each: list(Fraction)[n % 4] for n, each in enumerate(ids)}
    groups = np.array([FRACTIONS.index(fractions[each]) for each in ids])
    place = Place(ZoneInfo(ZONE), country_of(ZONE))
    yesterday, at = END - timedelta(days=1), END

    began = time.perf_counter()
    histories = _load(database, municipality_id, END - timedelta(days=days))
    loaded = time.perf_counter()
    calibration = calibrate(
        [histories.get(each, FillHistory()) for each in ids], groups, place=place, at_s=yesterday.timestamp()
    )
    calibrated = time.perf_counter()
    seen = outlook(histories, fractions=fractions, at_s=yesterday.timestamp(), place=place, calibration=calibration)
    forecast = time.perf_counter()
    stored = to_bytes(seen.learned)
    print(
        f"everything anew: {forecast - began:.1f} s (load {loaded - began:.1f}, learn from past forecasts"
        f" {calibrated - loaded:.1f}, judge and forecast {forecast - calibrated:.1f}); state {len(stored) / 1e6:.1f} MB"
    )
    del histories
    began = time.perf_counter()
    short = _load(database, municipality_id, yesterday - timedelta(days=CONTEXT_DAYS + LAG_DAYS))
    loaded = time.perf_counter()
    outlook(short, fractions=fractions, at_s=at.timestamp(), place=place, learned=from_bytes(stored))
    forecast = time.perf_counter()
    print(
        f"the night after: {forecast - began:.1f} s (load {loaded - began:.1f},"
        f" judge and forecast {forecast - loaded:.1f})"
    )


def _load(database: Database, municipality_id: int, since: datetime) -> dict[int, FillHistory]:
    with database.transaction() as connection:
        series: dict[int, FillSeries] = fill_history(connection, municipality_id=municipality_id, since=since)
    return {
        container_id: FillHistory(
            times_s=each.times_s, levels=each.levels, good=each.good, quality=each.quality, sources=each.sensor_ids
        )
        for container_id, each in series.items()
    }


if __name__ == "__main__":
    main()
