"""The road graph of a municipality, as the bytes that ``routing.roads`` made of it."""

from __future__ import annotations

from domain.errors import NotFound
from storage.database import Connection


def save(connection: Connection, *, municipality_id: int, name: str, graph: bytes) -> None:
    """Keep the graph, in place of an earlier one; ``name`` says where it comes from."""
    connection.execute(
        """
        INSERT INTO road_graph (municipality_id, name, graph) VALUES (%s, %s, %b)
        ON CONFLICT (municipality_id) DO UPDATE SET name = excluded.name, graph = excluded.graph, saved_at = now()""",
        [municipality_id, name, graph],
    )


def load(connection: Connection, municipality_id: int) -> tuple[str, bytes]:
    """The name of the graph, and the graph.

    Raises
    ------
    NotFound
        When the municipality has none yet.
    """
    query = "SELECT name, graph FROM road_graph WHERE municipality_id = %s"
    # Binary: as text, a graph of many megabytes would come in hexadecimal digits.
    found = connection.execute(query, [municipality_id], binary=True).fetchone()
    if found is None:
        raise NotFound("the municipality has no roads yet", remedy="import them with: halfvol roads")
    return found[0], bytes(found[1])
