"""Reads the areas of a policy's file: rings of [lon, lat], or polygons of GeoJSON, each with a name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from domain.errors import InvalidInput
from domain.geography import Position
from routing.decide.policy import Area
from routing.decide.policy_file.values import Table, Values, words

KEYS = ("name", "ring", "geojson")


def read_areas(document: Table, values: Values) -> dict[str, Area]:
    """The areas of a file by name. One that is wrong is told and left out."""
    found: dict[str, Area] = {}
    for where, table in values.tables(document, "areas", KEYS):
        for name, corners in _shapes(table, where, values):
            area = _area(name, corners, where, values)
            if area is None:
                continue
            if area.name in found:
                values.complain(where, f'there is another area "{area.name}"', "give each a name of its own")
            found[area.name] = area
    return found


def _shapes(table: Table, where: str, values: Values) -> list[tuple[str, Any]]:
    """Names and corners, as the file has them."""
    if ("ring" in table) == ("geojson" in table):
        what = "has both a ring and a geojson" if "ring" in table else "has no shape"
        values.complain(where, what, "give ring = [[lon, lat], ..] or geojson = '''..''', one of both")
        return []
    if "ring" in table:
        name = values.text(table, "name", where)
        return [] if name is None else [(name, table["ring"])]
    setting = f"{where}.geojson"
    try:
        shape = json.loads(table["geojson"])
    except (TypeError, ValueError, RecursionError):
        values.complain(setting, "is not GeoJSON", "paste the whole of it between ''' and '''")
        return []
    features = shape.get("features") if isinstance(shape, dict) and "features" in shape else [shape]
    if not isinstance(features, list) or not features:
        values.complain(setting, "holds no area", 'draw at least one, as a "Polygon"')
        return []
    if len(features) > 1 and "name" in table:
        values.complain(f"{where}.name", f"names {len(features)} areas at once", 'leave it out: each has its "name"')
    return [
        pair
        for number, feature in enumerate(features, start=1)
        if (pair := _polygon(feature, table, f"{setting}, number {number}", values))
    ]


def _polygon(feature: Any, table: Table, setting: str, values: Values) -> tuple[str, Any] | None:
    if not isinstance(feature, Mapping):
        values.complain(setting, f"is {words(feature)}, no area", 'draw it as a "Polygon"')
        return None
    geometry = feature.get("geometry") if feature.get("type") == "Feature" else feature
    properties = feature.get("properties")
    own = properties.get("name") if isinstance(properties, Mapping) else None
    name = table.get("name") or own
    kind = geometry.get("type") if isinstance(geometry, Mapping) else None
    rings = geometry.get("coordinates") if isinstance(geometry, Mapping) else None
    if kind != "Polygon" or not isinstance(rings, list) or not rings:
        told = "has no shape" if kind is None else f"is {words(kind)}"
        values.complain(setting, told, 'draw it as a "Polygon"; one of several parts as several areas')
    elif len(rings) > 1:
        values.complain(setting, "has holes", "draw the parts around the hole as areas of their own")
    elif not isinstance(name, str) or not name.strip():
        values.complain(setting, "has no name", 'add name = ".." above it, or a property "name" in it')
    else:
        return name, rings[0]
    return None


def _area(name: str, corners: Any, where: str, values: Values) -> Area | None:
    try:
        return Area(name, tuple(_position(each) for each in corners))
    except InvalidInput as error:
        values.complain(f'{where} ("{name}")', error.what, error.remedy or "correct that corner")
    except (TypeError, ValueError):
        what = "a corner is not a pair of numbers"
        values.complain(f'{where} ("{name}")', what, "write each corner as [longitude, latitude], in degrees")
    return None


def _position(corner: Any) -> Position:
    lon, lat, *_ = corner  # GeoJSON may give a height too
    if any(isinstance(each, bool) or not isinstance(each, int | float) for each in (lon, lat)):
        raise TypeError
    try:
        return Position(float(lon), float(lat))
    except OverflowError:
        raise ValueError from None
