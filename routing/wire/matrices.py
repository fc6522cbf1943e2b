"""Matrices: tables of metres and seconds for each profile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import numpy as np
from numpy.typing import NDArray

from domain.errors import InvalidInput
from routing.matrix import LARGEST, UNREACHABLE, Matrix
from routing.wire.fields import TABLES
from routing.wire.values import an_array, an_object, kind, take


def matrices(value: object) -> dict[str, Matrix]:
    """The matrices by profile."""
    profiles = an_object(value, "matrices")
    if not profiles:
        raise InvalidInput("there is none", where="matrices", remedy='give one for each profile, such as "truck"')
    found = {profile: _matrix(tables, f"matrices.{profile}") for profile, tables in profiles.items()}
    first = next(iter(found))
    for profile, matrix in found.items():
        if matrix.size != found[first].size:
            raise InvalidInput(
                f"covers {matrix.size} locations, but matrices.{first} {found[first].size}",
                where=f"matrices.{profile}",
                remedy="all profiles share their locations",
            )
    return found


def matrices_json(given: Mapping[str, Matrix]) -> dict[str, dict[str, list[list[int]]]]:
    """The matrices as JSON data."""
    return {
        profile: {"distances": matrix.distances_m.tolist(), "durations": matrix.durations_s.tolist()}
        for profile, matrix in given.items()
    }


def _matrix(value: object, path: str) -> Matrix:
    tables = take(value, path, TABLES)
    distances = _table(tables["distances"], f"{path}.distances")
    durations = _table(tables["durations"], f"{path}.durations")
    try:
        return Matrix(distances, durations)
    except InvalidInput as error:
        name, _, cell = (error.where or "").removeprefix("matrix").partition("[")
        table = {".distances_m": ".distances", ".durations_s": ".durations"}.get(name, "")
        where = f"{path}{table}" + (f"[{cell}" if cell else "")
        raise InvalidInput(error.what, where=where, remedy=error.remedy) from error


def _table(value: object, path: str) -> NDArray[np.int32]:
    rows = an_array(value, path)
    table = np.empty((len(rows), len(rows)), np.int32)
    for number, row in enumerate(rows):
        values = an_array(row, f"{path}[{number}]")
        if len(values) != len(rows):
            raise InvalidInput(
                f"has {len(values)} values, but the table has {len(rows)} rows",
                where=f"{path}[{number}]",
                remedy="a matrix must be square",
            )
        if set(map(type, values)) != {int}:
            raise _unfit(values, f"{path}[{number}]")
        numbers = cast(list[int], values)
        if min(numbers) < UNREACHABLE or max(numbers) > LARGEST:
            raise _unfit(values, f"{path}[{number}]")
        table[number] = numbers
    return table


def _unfit(values: list[object], path: str) -> InvalidInput:
    """The error for the first cell of a row that is no distance or duration."""
    for column, cell in enumerate(values):
        where = f"{path}[{column}]"
        if cell is None:
            return InvalidInput("must be a whole number, not null", where=where, remedy="write -1 where no way leads")
        if isinstance(cell, bool) or not isinstance(cell, int):
            return InvalidInput(f"must be a whole number, not {kind(cell)}", where=where)
        if not UNREACHABLE <= cell <= LARGEST:
            return InvalidInput(f"must lie between -1 (no way) and {LARGEST}", where=where)
    return InvalidInput("holds what is no distance or duration", where=path)
