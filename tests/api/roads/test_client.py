"""What happens when a road engine is large, slow, broken, away, or something else."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable

import httpx
import numpy as np
import pytest

from api.roads import client
from api.roads.built_in import BuiltInRoads, StraightLines
from api.roads.choose import choose
from api.roads.osrm import Osrm
from api.roads.source import RoadSource, Waypoint
from api.roads.valhalla import Valhalla, decode
from domain.errors import InvalidInput, Unavailable
from domain.geography import Position, great_circle_m
from routing.roads.osm import read_graph
from routing.roads.profile import TruckProfile
from routing.straight_line import DETOUR
from tests.routing.roads.towns import BLOCK, at

Answer = Callable[[httpx.Request], httpx.Response]
MANY = [Waypoint(Position(8.6 + i / 1000, 49.4)) for i in range(120)]


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "WAIT_S", 0.0)


def osrm(answer: Answer) -> Osrm:
    return Osrm("http://osrm.test:5000/", httpx.MockTransport(answer))


def valhalla(answer: Answer) -> Valhalla:
    return Valhalla("http://valhalla.test:8002", transport=httpx.MockTransport(answer))


def numbered(lons: list[float], others: list[float]) -> list[list[float]]:
    """A number for each pair that tells which pair it is."""
    return [[round(1000 * (a - 8.6)) * 1000 + round(1000 * (b - 8.6)) for b in others] for a in lons]


def test_a_large_matrix_is_asked_in_blocks_that_osrm_accepts() -> None:
    sizes: list[int] = []

    def answer(request: httpx.Request) -> httpx.Response:
        lons = [float(pair.split(",")[0]) for pair in request.url.path.rpartition("/")[2].split(";")]
        sizes.append(len(lons))
        assert request.url.params["approaches"].count(";") == len(lons) - 1
        sources, targets = (
            [lons[int(i)] for i in request.url.params[key].split(";")] for key in ("sources", "destinations")
        )
        table = numbered(sources, targets)
        return httpx.Response(
            200,
            json={"code": "Ok", "durations": table, "distances": table, "sources": [{"distance": 1.0}] * len(sources)},
        )

    matrix = osrm(answer).measure(MANY).matrix
    assert max(sizes) <= 100
    assert len(sizes) == 9
    assert_every_pair_in_its_place(matrix.distances_m)


def assert_every_pair_in_its_place(values: np.ndarray[tuple[int, int], np.dtype[np.int32]]) -> None:
    expected = np.arange(120)[:, None] * 1000 + np.arange(120)
    np.fill_diagonal(expected, 0)
    np.testing.assert_array_equal(values, expected)


def valhalla_answers(request: httpx.Request) -> httpx.Response:
    content = json.loads(request.content)
    if request.url.path == "/locate":
        return httpx.Response(200, json=[{"edges": [{}]} for _ in content["locations"]])
    lons, others = ([place["lon"] for place in content[key]] for key in ("sources", "targets"))
    assert len(lons) * len(others) <= 2500
    assert content["costing_options"]["truck"] == {
        "height": 3.6,
        "width": 2.55,
        "length": 10.0,
        "weight": 18.0,
        "axle_load": 11.5,
    }
    table = numbered(lons, others)
    kilometres = [[value / 1000 for value in row] for row in table]
    return httpx.Response(200, json={"sources_to_targets": {"durations": table, "distances": kilometres}})


def test_a_large_matrix_is_asked_in_blocks_that_valhalla_accepts() -> None:
    assert_every_pair_in_its_place(valhalla(valhalla_answers).measure(MANY).matrix.distances_m)


def test_valhalla_is_told_the_size_of_each_truck() -> None:
    told: list[dict[str, float]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        content = json.loads(request.content)
        told.append(content["costing_options"]["truck"])
        if request.url.path == "/route":
            return httpx.Response(200, json={"trip": {"legs": []}})
        if request.url.path == "/locate":
            return httpx.Response(200, json=[{"edges": [{}]} for _ in content["locations"]])
        table = [[0.0] * len(content["targets"])] * len(content["sources"])
        return httpx.Response(200, json={"sources_to_targets": {"durations": table, "distances": table}})

    truck = TruckProfile(height_m=3.9, mass_t=26.0, width_m=2.5, length_m=9.5, axle_load_t=10.0)
    source = valhalla(answer)
    source.measure(MANY[:2], truck)
    source.path(MANY[:2], truck)
    assert told == [{"height": 3.9, "width": 2.5, "length": 9.5, "weight": 26.0, "axle_load": 10.0}] * 3


def test_an_island_does_not_make_valhalla_refuse_everything() -> None:
    """With any two unconnected locations among them it answers 400, error 170."""
    island = {MANY[3].position.lon, MANY[7].position.lon}

    def answer(request: httpx.Request) -> httpx.Response:
        content = json.loads(request.content)
        if request.url.path == "/sources_to_targets":
            lons = {place["lon"] in island for key in ("sources", "targets") for place in content[key]}
            if len(lons) == 2:
                return httpx.Response(400, json={"error_code": 170, "error": "Locations are in unconnected regions"})
        return valhalla_answers(request)

    matrix = valhalla(answer).measure(MANY[:10]).matrix
    on_island = np.isin(np.arange(10), [3, 7])
    np.testing.assert_array_equal(matrix.distances_m < 0, on_island[:, None] != on_island)
    assert matrix.distances_m[3, 7] == 3007


def test_nulls_are_unreachable_pairs() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        table = [[0, None], [5.4, 0]]
        return httpx.Response(200, json={"durations": table, "distances": table, "sources": [{"distance": 0}] * 2})

    assert osrm(answer).measure(MANY[:2]).matrix.distances_m.tolist() == [[0, -1], [5, 0]]


def test_a_server_that_was_busy_is_asked_again() -> None:
    asked: list[int] = []

    def answer(_: httpx.Request) -> httpx.Response:
        asked.append(1)
        if len(asked) < 3:
            return httpx.Response(503, text="starting")
        return httpx.Response(200, json={"routes": [{"geometry": {"coordinates": [[8.6, 49.4], [8.7, 49.4]]}}]})

    assert len(osrm(answer).path(MANY[:2])) == 2
    assert len(asked) == 3


def test_a_server_that_stays_busy_or_silent_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="OSRM answers with status 503, 3 times; start the server, correct HALFVOL"):
        osrm(lambda _: httpx.Response(503)).measure(MANY[:2])

    def silent(_: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("timed out")

    with pytest.raises(Unavailable, match=r"Valhalla does not answer \(ReadTimeout: timed out\), 3 times"):
        valhalla(silent).measure(MANY[:2])


def test_no_server_at_all() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(Unavailable, match=rf"127.0.0.1:{port}: OSRM does not answer \(ConnectError"):
        Osrm(f"http://127.0.0.1:{port}").measure(MANY[:2])


@pytest.mark.parametrize(
    ("response", "sentence"),
    [
        (httpx.Response(200, text="<html>Welcome</html>"), "the answer with status 200 is no JSON; is this OSRM?"),
        (httpx.Response(200, json={"hello": "world"}), "OSRM answered without durations and distances of 2 x 2"),
        (httpx.Response(200, json={"durations": [[0]], "distances": [[0]]}), "answered without durations and"),
        (httpx.Response(200, json={"durations": [["a", 0]] * 2, "distances": [[0, 0]] * 2}), "answered without dur"),
        (httpx.Response(200, json={"durations": [[0, 1]] * 2, "distances": [[0, 1]] * 2}), "without sources[].dist"),
        (httpx.Response(400, json={"code": "TooBig", "message": "Too many"}), "refuses the request (TooBig: Too many)"),
        (httpx.Response(404, json={"detail": "Not found"}), "refuses the request (404: no reason given)"),
    ],
)
def test_answers_of_something_else(response: httpx.Response, sentence: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        osrm(lambda _: response).measure(MANY[:2])
    assert sentence in str(caught.value)


@pytest.mark.parametrize("content", [[], {"x": 1}, [{"edges": []}]])
def test_valhalla_answering_something_else(content: object) -> None:
    with pytest.raises(InvalidInput, match="Valhalla answered without one entry for each location"):
        valhalla(lambda _: httpx.Response(200, json=content)).measure(MANY[:2])


def test_encoded_lines() -> None:
    # Google's example has five decimals: the same text means a tenth of its degrees here.
    line = decode("_p~iF~ps|U_ulLnnqC_mqNvxq`@")
    assert [(round(p.lon, 5), round(p.lat, 5)) for p in line] == [
        (-12.02, 3.85),
        (-12.095, 4.07),
        (-12.6453, 4.3252),
    ]
    with pytest.raises(InvalidInput, match="ends within a number"):
        decode("_p~iF~ps")


def test_the_setting_chooses_the_engine() -> None:
    graph = read_graph(BLOCK.xml(), "block")
    assert isinstance(choose("", graph), BuiltInRoads)
    assert isinstance(choose("straight-lines", graph), StraightLines)
    assert choose("osrm+http://roads:5000/", graph).name == "OSRM at http://roads:5000"
    assert choose("valhalla+https://roads", graph).name == "Valhalla at https://roads"
    for wrong in ("http://roads:5000", "osrm", "osrm+roads:5000", "graphhopper+http://roads"):
        with pytest.raises(InvalidInput, match=r"road engine: must look like osrm\+http"):
            choose(wrong, graph)


def test_the_built_in_roads_measure_and_draw() -> None:
    roads: RoadSource = BuiltInRoads(read_graph(BLOCK.xml(), "block"))
    measured = roads.measure([Waypoint(at(100, 0)), Waypoint(at(200, 0), "curb"), Waypoint(at(0, 9000))])
    assert measured.matrix.distances_m.tolist() == [[0, 100, -1], [700, 0, -1], [-1, -1, 0]]
    assert not measured.estimated
    assert len(roads.path([Waypoint(at(100, 0)), Waypoint(at(200, 0)), Waypoint(at(0, 9000))])) == 2
    assert roads.name == "block"


def test_straight_lines_are_estimates_and_say_so() -> None:
    roads = StraightLines()
    measured = roads.measure(MANY[:3])
    straight = great_circle_m(MANY[0].position, MANY[2].position)
    assert measured.estimated
    assert "estimated" in roads.name
    assert measured.matrix.distances_m[0, 2] == round(DETOUR * straight)
    assert measured.matrix.durations_s[0, 2] > 0
    assert roads.measure([]).matrix.size == 0
