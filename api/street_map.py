"""The streets as one GeoJSON document, made once per road graph."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass
from threading import Lock

from shapely import LineString, MultiLineString, line_merge

from routing.roads.graph import RoadGraph
from routing.roads.streets import streets


@dataclass(frozen=True, slots=True)
class StreetMap:
    """The document as bytes, and the entity tag that changes whenever it does."""

    content: bytes
    etag: str


class StreetMaps:
    """Remembers the newest document, since making it takes a second and the streets hardly ever change."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._digest = ""
        self._newest: StreetMap | None = None

    def of(self, graph: bytes) -> StreetMap:
        """The document of a stored road graph."""
        digest = hashlib.sha256(graph).hexdigest()
        with self._lock:
            if self._newest is None or self._digest != digest:
                content = document(RoadGraph.from_bytes(graph))
                self._newest = StreetMap(content, f'"{hashlib.sha256(content).hexdigest()[:32]}"')
                self._digest = digest
            return self._newest


def document(graph: RoadGraph) -> bytes:
    """GeoJSON with one feature for all pieces of a street of one class, joined where they meet.

    Joined lines are fewer, and long enough for a map to write the street's name along them.
    """
    pieces: defaultdict[tuple[str, str], list[LineString]] = defaultdict(list)
    for feature in streets(graph):
        properties = feature["properties"]
        line = LineString(feature["geometry"]["coordinates"])
        pieces[properties["name"], properties["roadClass"]].append(line)
    features = [
        {
            "type": "Feature",
            "geometry": _geometry(lines),
            "properties": {"name": name, "roadClass": road_class},
        }
        for (name, road_class), lines in sorted(pieces.items())
    ]
    collection = {"type": "FeatureCollection", "features": features}
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode()


def _geometry(lines: list[LineString]) -> dict[str, object]:
    joined = line_merge(MultiLineString(lines))
    parts = joined.geoms if isinstance(joined, MultiLineString) else [joined]
    return {"type": "MultiLineString", "coordinates": [[list(point) for point in part.coords] for part in parts]}
