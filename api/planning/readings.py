"""The fill levels that a night rests on, read over several connections at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from storage.database import Database
from storage.observations import FillSeries, fill_history

CONNECTIONS = 2
"""PostgreSQL packs the readings of one connection on one processor, and most of the time goes into that."""


def read_levels(database: Database, *, municipality_id: int, since: datetime) -> dict[int, FillSeries]:
    """The fill levels since a moment, by container id, as :func:`storage.fill_history.fill_history` gives them."""

    def one(part: int) -> dict[int, FillSeries]:
        with database.transaction() as connection:
            return fill_history(connection, municipality_id=municipality_id, since=since, part=(part, CONNECTIONS))

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        parts = list(pool.map(one, range(CONNECTIONS)))
    return {container_id: series for part in parts for container_id, series in part.items()}
