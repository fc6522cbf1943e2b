from __future__ import annotations

from httpx import Client

from routing.roads.osm import read_graph
from simulators import extract
from storage import roads
from storage.database import Database
from tests.api.town_with_plan import TownWithPlan


def test_without_streets_the_answer_says_how_to_get_them(client: Client) -> None:
    response = client.get("/v1/streets")
    assert response.status_code == 404
    assert "halfvol roads" in response.json()["detail"]


def test_streets_are_geojson_that_may_be_kept(client: Client, database: Database, town: TownWithPlan) -> None:
    graph = read_graph(extract.helsinki_extract(), extract.NAME)
    with database.transaction() as connection:
        roads.save(connection, municipality_id=town.municipality.id, name=graph.name, graph=graph.to_bytes())
    response = client.get("/v1/streets")
    assert response.headers["content-type"] == "application/geo+json"
    assert response.headers["cache-control"] == "private, max-age=3600"
    features = response.json()["features"]
    assert "Mannerheimintie" in {each["properties"]["name"] for each in features}
    names_and_classes = [(each["properties"]["name"], each["properties"]["roadClass"]) for each in features]
    assert len(names_and_classes) == len(set(names_and_classes))
    lon, lat = features[0]["geometry"]["coordinates"][0][0]
    assert graph.bounds.west <= lon <= graph.bounds.east
    assert graph.bounds.south <= lat <= graph.bounds.north
    again = client.get("/v1/streets", headers={"If-None-Match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/v1/streets", headers={"If-None-Match": '"other"'}).status_code == 200
