"""Readings and emptyings from CSV files."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path

import numpy as np

from domain.containers import ContainerGeometry, Fraction
from domain.errors import InvalidInput, NotFound
from routing.trust.readings import Readings

DELIMITERS = (",", ";", "\t", "|")

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "container": ("container", "container_id", "containerid", "bin", "bin_id", "device", "sensor", "id"),
    "time": ("time", "timestamp", "datetime", "phenomenon_time", "phenomenontime", "measured_at", "date"),
    "fill_level": ("fill_level", "filllevel", "fill", "level", "fullness", "fillinglevel"),
    "distance": ("distance", "distance_m", "height", "echo"),
    "fraction": ("fraction", "waste", "storedwastekind"),
    "empty_distance": ("empty_distance", "empty_distance_m"),
    "full_distance": ("full_distance", "full_distance_m"),
}
"""The names by which each column is found, in lower case with spaces as underscores."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read a file.

    Parameters
    ----------
    time_zone
        Of times without an offset.
    columns
        Name in the file of each of ``COLUMNS`` that goes by another name.
    delimiter
        None: the one of ``DELIMITERS`` that the first line holds most of.
    time_format
        As ``datetime.strptime`` takes it; None: RFC 3339, or seconds since 1970.
    full
        The value of the fill level that means full: 1, 100 (percent), 10.
    distance_unit_m
        Metres of one unit of the distance: 0.01 for centimetres.
    geometry
        Of containers without columns of their own.
    """

    time_zone: tzinfo = UTC
    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    delimiter: str | None = None
    time_format: str | None = None
    full: float = 1.0
    distance_unit_m: float = 1.0
    geometry: ContainerGeometry | None = None


@dataclass(frozen=True, slots=True)
class ReadFile:
    """``names`` of the containers in the order of ``readings``; ``fractions`` of those that told one."""

    names: tuple[str, ...]
    readings: Readings
    fractions: Mapping[str, Fraction]


def read_files(readings: Path, emptyings: Path | None, reading: Reading) -> ReadFile:
    """Read a file of readings, and perhaps one of emptyings (columns container and time, perhaps fill_level).

    Raises
    ------
    NotFound
        When there is no such file.
    InvalidInput
        When a column is missing or a line cannot be read; the sentence tells the line.
    """
    rows: list[tuple[str, float, float]] = []
    fractions: dict[str, Fraction] = {}
    table = _table(readings, reading)
    level_of = _level_reader(table, reading)
    for line, cells in table:
        name, time_s = _cell(table, line, cells, "container"), _time(table, line, cells, reading)
        rows.append((name, time_s, level_of(line, cells)))
        if "fraction" in table.places and name not in fractions:
            fractions[name] = _fraction(table, line, cells)
    told: list[tuple[str, float, float]] = []
    if emptyings is not None:
        table = _table(emptyings, reading)
        for line, cells in table:
            seen = math.nan
            if "fill_level" in table.places and _cell(table, line, cells, "fill_level", empty=True):
                seen = _number(table, line, cells, "fill_level") / reading.full
            told.append((_cell(table, line, cells, "container"), _time(table, line, cells, reading), seen))
    names = sorted({name for name, _, _ in rows})
    number = {name: n for n, name in enumerate(names)}
    ordered = np.array(sorted({(number[name], at_s): level for name, at_s, level in rows}.items()), dtype=object)
    keys = np.array([list(key) for key in ordered[:, 0]], dtype=float).reshape(-1, 2)
    emptied = np.array(sorted((number[n], s, level) for n, s, level in told if n in number)).reshape(-1, 3)
    return ReadFile(
        names=tuple(names),
        readings=Readings(
            starts=np.searchsorted(keys[:, 0], np.arange(len(names) + 1)).astype(np.int64),
            times_s=keys[:, 1],
            levels=ordered[:, 1].astype(float),
            quality=np.zeros(len(keys), dtype=np.uint8),
            sources=np.zeros(len(keys), dtype=np.int32),
            sighting_rows=emptied[:, 0].astype(np.int64),
            sightings_s=emptied[:, 1],
            sighting_levels=emptied[:, 2],
        ),
        fractions=fractions,
    )


@dataclass(frozen=True, slots=True)
class _Table:
    """An opened file: ``places`` of the columns that were found, its lines with their numbers."""

    path: Path
    header: tuple[str, ...]
    places: Mapping[str, int]
    lines: Iterable[tuple[int, list[str]]]
    decimal_comma: bool

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        return iter(self.lines)


def _table(path: Path, reading: Reading) -> _Table:
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise NotFound("there is no such file", where=str(path)) from None
    except (UnicodeDecodeError, OSError) as error:
        raise InvalidInput(f"cannot be read as UTF-8 text: {error}", where=str(path)) from error
    first = text.partition("\n")[0]
    delimiter = reading.delimiter or max(DELIMITERS, key=first.count)
    lines = csv.reader(io.StringIO(text), delimiter=delimiter)
    header = tuple(cell.strip() for cell in next(lines, []))
    if not any(header):
        raise InvalidInput("the file is empty", where=str(path), remedy="the first line names the columns")
    places: dict[str, int] = {}
    for column, usual in COLUMNS.items():
        if (named := reading.columns.get(column)) is not None:
            if named not in header:
                raise InvalidInput(
                    f"there is no column {named!r}", where=f"{path}, line 1", remedy=f"it has {', '.join(header)}"
                )
            places[column] = header.index(named)
            continue
        found = [n for n, cell in enumerate(header) if cell.lower().replace(" ", "_") in usual]
        if found:
            places[column] = found[0]
    for column in ("container", "time"):
        if column not in places:
            raise InvalidInput(
                f"no column is the {column}; it has {', '.join(header)}",
                where=f"{path}, line 1",
                remedy=f"name it with --column {column}=NAME",
            )
    numbered = ((n, cells) for n, cells in enumerate(lines, start=2) if any(cell.strip() for cell in cells))
    return _Table(path, header, places, numbered, decimal_comma=delimiter != ",")


def _level_reader(table: _Table, reading: Reading) -> Callable[[int, list[str]], float]:
    if "fill_level" in table.places:
        return lambda line, cells: _number(table, line, cells, "fill_level", missing=math.nan) / reading.full
    if "distance" not in table.places:
        raise InvalidInput(
            f"no column is the fill level or the distance; it has {', '.join(table.header)}",
            where=f"{table.path}, line 1",
            remedy="name one with --column fill_level=NAME or --column distance=NAME",
        )
    own = "empty_distance" in table.places and "full_distance" in table.places
    if not own and reading.geometry is None:
        raise InvalidInput(
            "distances need to be told what is empty and what is full",
            where=f"{table.path}, line 1",
            remedy="give --empty-distance and --full-distance, or columns of these names",
        )
    unit = reading.distance_unit_m

    def level(line: int, cells: list[str]) -> float:
        geometry = reading.geometry
        if own:
            empty, full = (_number(table, line, cells, name) for name in ("empty_distance", "full_distance"))
            try:
                geometry = ContainerGeometry(empty * unit, full * unit)
            except InvalidInput as error:
                raise InvalidInput(error.what, where=f"{table.path}, line {line}") from error
        assert geometry is not None
        distance_m = _number(table, line, cells, "distance", missing=math.nan) * unit
        return geometry.fill_level(distance_m) if distance_m >= 0 else math.nan

    return level


def _cell(table: _Table, line: int, cells: list[str], column: str, *, empty: bool = False) -> str:
    place = table.places[column]
    found = cells[place].strip() if place < len(cells) else ""
    if not found and not empty:
        raise InvalidInput(f"the column {table.header[place]!r} is empty", where=f"{table.path}, line {line}")
    return found


def _number(table: _Table, line: int, cells: list[str], column: str, *, missing: float | None = None) -> float:
    text = _cell(table, line, cells, column, empty=missing is not None)
    if not text and missing is not None:
        return missing
    try:
        return float(text.replace(",", ".") if table.decimal_comma else text)
    except ValueError:
        raise InvalidInput(
            f"{text!r} in the column {table.header[table.places[column]]!r} is no number",
            where=f"{table.path}, line {line}",
        ) from None


def _time(table: _Table, line: int, cells: list[str], reading: Reading) -> float:
    text = _cell(table, line, cells, "time")
    try:
        if reading.time_format is not None:
            moment = datetime.strptime(text, reading.time_format)  # noqa: DTZ007 - the zone follows
        elif text.replace(".", "", 1).isdigit() and len(text) >= 9 and "-" not in text:
            return float(text)
        else:
            moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            f"{text!r} is no time",
            where=f"{table.path}, line {line}",
            remedy="write 2026-03-29T01:00:00Z, or give the way it is written with --time-format",
        ) from None
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=reading.time_zone)).timestamp()


def _fraction(table: _Table, line: int, cells: list[str]) -> Fraction:
    text = _cell(table, line, cells, "fraction").lower()
    try:
        return Fraction(text)
    except ValueError:
        raise InvalidInput(
            f"{text!r} is no fraction", where=f"{table.path}, line {line}", remedy=f"use {', '.join(Fraction)}"
        ) from None
