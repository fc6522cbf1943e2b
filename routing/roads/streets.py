"""The streets as features for the background of a map."""

from __future__ import annotations

from typing import Literal, TypedDict

import numpy as np

from routing.roads.graph import RoadGraph

DECIMALS = 6
"""Of the coordinates: a tenth of a metre, enough for a map."""


class LineString(TypedDict):
    """GeoJSON geometry (RFC 7946), longitude before latitude in degrees."""

    type: Literal["LineString"]
    coordinates: list[list[float]]


class StreetProperties(TypedDict):
    """``roadClass`` is OpenStreetMap's; ``oneway`` means that the line's direction is the only one."""

    name: str
    roadClass: str
    oneway: bool


class StreetFeature(TypedDict):
    """A GeoJSON feature of one street segment."""

    type: Literal["Feature"]
    geometry: LineString
    properties: StreetProperties


def streets(graph: RoadGraph) -> list[StreetFeature]:
    """Every street that a truck may drive, also where the extract's edge cuts it off from the rest."""
    return [_feature(graph, segment) for segment in range(graph.segments)]


def _feature(graph: RoadGraph, segment: int) -> StreetFeature:
    forward, backward = np.isfinite(graph.forward_s[segment]), np.isfinite(graph.backward_s[segment])
    shape = graph.shape_of(segment)
    coordinates = np.round(shape if forward else shape[::-1], DECIMALS).tolist()
    return {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": coordinates},
        "properties": {
            "name": graph.street_name(segment),
            "roadClass": graph.class_name(segment),
            "oneway": not (forward and backward),
        },
    }
