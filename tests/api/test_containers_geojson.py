from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from api.container_feature import KNOWN_PROPERTIES
from api.containers_geojson import MOST_ERRORS, containers_from_geojson
from api.errors import InvalidFields
from domain.containers import Fraction
from domain.geography import Bounds, Position

BOUNDS = Bounds(west=24.9, south=60.1, east=25.0, north=60.2)
DOCUMENT = Path(__file__).parents[2] / "docs" / "containers-geojson.md"


def collection(*features: Any, **more: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features), **more}


def feature(*coordinates: float, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": list(coordinates or (24.95, 60.15))},
        "properties": {"code": "A-1", "fraction": "glass", "capacityL": 3000, **properties},
    }


def problems(data: dict[str, Any]) -> tuple[str, ...]:
    with pytest.raises(InvalidFields) as caught:
        containers_from_geojson(data, BOUNDS)
    return caught.value.errors


def test_the_smallest_feature() -> None:
    (container,) = containers_from_geojson(collection(feature()), BOUNDS)
    assert container.position == Position(24.95, 60.15)
    assert container.fraction is Fraction.GLASS
    assert (container.site_code, container.fullness_threshold, container.service_s) == ("A-1", 0.7, 120)
    assert container.geometry is None


def test_the_documented_example_can_be_read_and_every_property_is_documented() -> None:
    text = DOCUMENT.read_text()
    example = json.loads(text.partition("```json")[2].partition("```")[0])
    (container,) = containers_from_geojson(example, BOUNDS)
    assert container.geometry is not None
    assert all(f"`{name}`" in text for name in KNOWN_PROPERTIES)


def test_swapped_coordinates_are_told_with_the_fix() -> None:
    expected = 'feature 1 ("A-1"): longitude and latitude are swapped; GeoJSON wants [longitude, latitude]'
    assert problems(collection(feature(60.15, 24.95))) == (expected,)


def test_a_file_with_all_coordinates_swapped_gives_one_sentence() -> None:
    features = [feature(60.15, 24.95, code=f"A-{number}") for number in range(300)]
    (sentence,) = problems(collection(*features))
    assert sentence.startswith('feature 1 ("A-0") and others (all features): longitude and latitude are swapped')


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        (feature(4.9, 52.37), "[4.9, 52.37] is outside the municipality (longitude 24.9 to 25, latitude 60.1 to 60.2)"),
        (feature(121_000.0, 487_000.0), "metres of a national grid, as RD? Convert them to WGS 84"),
        (feature(capacityL=-10), '"capacityL" is -10, but must be above 0'),
        (feature(capacityL=2.5), '"capacityL" is 2.5, but must be a whole number'),
        (feature(capacityL="3000"), 'the property "capacityL" must be a number, not "3000"'),
        (feature(capacityL=True), 'the property "capacityL" must be a number, not True'),
        (feature(fraction="glas"), 'the fraction "glas" is not known; did you mean "glass"?'),
        (feature(fraction="Restafval"), 'did you mean "residual"?'),
        (feature(fraction="plutonium"), "known are residual, paper, glass, plastics, organic, textile"),
        (feature(fraction=3), 'the property "fraction" must be a text, not 3'),
        (feature(code=None), 'feature 1: the property "code" is missing'),
        (feature(capacityl=3000), 'the property "capacityl" is not known; did you mean "capacityL"?'),
        (feature(fullnessThreshold=70), '"fullnessThreshold" is 70, but must be above 0 and at most 1'),
        (feature(emptyDistanceM=1.9), "emptyDistanceM and fullDistanceM belong together; give both or neither"),
        (feature(emptyDistanceM=0.2, fullDistanceM=1.9), "the sensor's distance when full (1.9 m)"),
        (feature(emptyDistanceM=-1, fullDistanceM=0.1), '"emptyDistanceM" is -1, but must be at least 0'),
        (feature(24.95), "the coordinates must be two numbers: [longitude, latitude]"),
        ({**feature(), "geometry": None}, 'needs a geometry of type "Point"'),
        ("nonsense", 'is not a GeoJSON Feature; it needs "type": "Feature"'),
    ],
)
def test_what_is_wrong_with_one_feature(broken: Any, sentence: str) -> None:
    found = problems(collection(broken))
    assert len(found) == 1
    assert sentence in found[0]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    found = problems(collection(feature(code="", fraction="gft", capacityL=0), feature(60.15, 24.95), "nonsense"))
    assert len(found) == 5


def test_long_lists_are_cut() -> None:
    found = problems(collection(*["nonsense"] * 200))
    assert len(found) == MOST_ERRORS + 1
    assert found[-1] == f"and {200 - MOST_ERRORS} more problems"


def test_codes_are_unique_and_sites_stand_still() -> None:
    assert problems(collection(feature(), feature())) == (
        'the code "A-1" stands at more than one feature; codes must be unique',
    )
    moved = collection(feature(siteCode="S"), feature(24.96, 60.16, code="A-2", siteCode="S"))
    assert problems(moved) == ('"A-2": the site "S" has another position at an earlier feature',)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"type": "Feature"}, "this is not a GeoJSON FeatureCollection"),
        ({"type": "FeatureCollection", "features": {}}, "this is not a GeoJSON FeatureCollection"),
        (collection(), "the FeatureCollection has no features"),
        (
            collection(feature(), crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::28992"}}),
            'the coordinates are in "urn:ogc:def:crs:EPSG::28992"; convert them',
        ),
    ],
)
def test_what_is_no_collection_of_ours(data: dict[str, Any], sentence: str) -> None:
    assert sentence in problems(data)[0]
