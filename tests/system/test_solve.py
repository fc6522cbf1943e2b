"""``halfvol solve`` along the streets of the database."""

from __future__ import annotations

import json
from pathlib import Path

from tests.routing.documents import examples
from tests.system.command import halfvol


def test_along_imported_streets(tmp_path: Path, registered_town: str) -> None:
    problem = tmp_path / "problem.json"
    problem.write_text(json.dumps(examples()[1]), encoding="utf-8")
    solved = halfvol(
        *("solve", str(problem), "--imported-roads", "--time-limit-s", "1"),
        data_dir=tmp_path,
        DATABASE_URL=registered_town,
    )
    assert solved.returncode == 0, solved.stderr
    answer = json.loads(solved.stdout)
    assert answer["summary"]["distances"].startswith("streets of ")
    assert answer["summary"]["unassigned"] == 0
