"""What ``halfvol roads import`` refuses before it touches a database."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from deploy.commands import roads
from deploy.settings import read_settings
from domain.errors import HalfvolError
from tests.routing.roads.towns import Town


def refused(tmp_path: Path, *arguments: str) -> str:
    parser = argparse.ArgumentParser()
    roads.add_arguments(parser)
    # An address that nobody answers: whatever reaches the database fails otherwise.
    settings = read_settings({"HALFVOL_DATA_DIR": str(tmp_path), "HALFVOL_DATABASE_URL": "postgresql://127.0.0.1:1/no"})
    with pytest.raises(HalfvolError) as caught:
        roads.run(parser.parse_args(["import", *arguments]), settings)
    return str(caught.value)


def test_a_file_or_a_region_and_not_both(tmp_path: Path) -> None:
    assert refused(tmp_path) == "nothing to import; give either an extract's file or --region NAME"
    assert "two things to import" in refused(tmp_path, "town.osm.pbf", "--region", "utrecht")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "the extract is empty"),
        (b"PK\x03\x04 a zip file", "no readable OpenStreetMap extract"),
        (Town({1: (0, 0), 2: (9, 9)}, [([1, 2], {"highway": "steps"})]).xml(), "no street that a truck may drive"),
    ],
)
def test_what_is_no_extract_of_streets(tmp_path: Path, content: bytes, sentence: str) -> None:
    file = tmp_path / "town.osm.pbf"
    file.write_bytes(content)
    told = refused(tmp_path, str(file))
    assert sentence in told
    assert "town.osm.pbf" in told or "town:" in told


def test_a_missing_file(tmp_path: Path) -> None:
    assert "there is no such file" in refused(tmp_path, str(tmp_path / "nowhere.osm.pbf"))
