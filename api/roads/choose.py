"""From a setting to a road engine."""

from __future__ import annotations

from api.roads.built_in import BuiltInRoads, StraightLines
from api.roads.osrm import Osrm
from api.roads.source import RoadSource
from api.roads.valhalla import Valhalla
from domain.errors import InvalidInput
from routing.roads.graph import RoadGraph
from routing.roads.profile import STANDARD_TRUCK, TruckProfile

STRAIGHT_LINES = "straight-lines"
FORMS = "osrm+http://host:5000, valhalla+http://host:8002 (or https), or straight-lines"


def check_roads_url(text: str) -> str:
    """Return a setting that names a road engine, unchanged; "" = the imported streets.

    Raises
    ------
    ValueError
        When it names none.
    """
    engine, plus, url = text.partition("+")
    if text in {"", STRAIGHT_LINES}:
        return text
    if not (
        plus and engine in {"osrm", "valhalla"} and url.startswith(("http://", "https://")) and url.count("/") >= 2
    ):
        raise ValueError(f"must look like {FORMS}")
    return text


def choose(setting: str, graph: RoadGraph, truck: TruckProfile = STANDARD_TRUCK) -> RoadSource:
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
            return Valhalla(url, truck)
        case "osrm":
            return Osrm(url)
        case "straight-lines":
            return StraightLines()
        case _:
            return BuiltInRoads(graph, truck)
