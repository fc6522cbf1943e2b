"""Running a query and building one thing from each of its rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, LiteralString, TypeVar

from psycopg.rows import kwargs_row

from storage.database import Connection

T = TypeVar("T")
Parameters = Sequence[Any] | Mapping[str, Any]


def fetch_all(
    connection: Connection, build: Callable[..., T], query: LiteralString, parameters: Parameters = ()
) -> list[T]:
    """Run the query and call ``build`` with each row's columns as keyword arguments."""
    with connection.cursor(row_factory=kwargs_row(build)) as cursor:
        return cursor.execute(query, parameters).fetchall()


def fetch_one(
    connection: Connection, build: Callable[..., T], query: LiteralString, parameters: Parameters = ()
) -> T | None:
    """Like :func:`fetch_all`, for the first row; None when there is none."""
    with connection.cursor(row_factory=kwargs_row(build)) as cursor:
        return cursor.execute(query, parameters).fetchone()


def fetch_new(connection: Connection, build: Callable[..., T], query: LiteralString, parameters: Parameters = ()) -> T:
    """Like :func:`fetch_one`, for an ``INSERT .. RETURNING`` or an aggregate, which always give a row."""
    row = fetch_one(connection, build, query, parameters)
    if row is None:
        raise AssertionError("the query gave no row")
    return row


def fetch_value(connection: Connection, query: LiteralString, parameters: Parameters = ()) -> Any:
    """The first column of the first row; None when there is none."""
    row = connection.execute(query, parameters).fetchone()
    return None if row is None else row[0]
