"""From a setting to a road engine."""

from __future__ import annotations

from api.roads.built_in import BuiltInRoads, StraightLines
from api.roads.osrm import Osrm
from api.roads.setting import check_roads_url
from api.roads.source import RoadSource
from api.roads.valhalla import Valhalla
from domain.errors import InvalidInput
from routing.roads.graph import RoadGraph


def choose(setting: str, graph: RoadGraph) -> RoadSource:
    """The road engine that a setting names.

    Raises
    ------
    InvalidInput
        When it names none.
    """
    try:
        engine, _, url = check_roads_url(setting).partition("+")
    except ValueError as error:
        raise InvalidInput(str(error), where="road engine") from None
    match engine:
        case "valhalla":
            return Valhalla(url)
        case "osrm":
            return Osrm(url)
        case "straight-lines":
            return StraightLines()
        case _:
            return BuiltInRoads(graph)
