"""The rules of the house that no linter of its own holds."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from deploy.reference import as_markdown

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("domain", "storage", "routing", "ingest", "api", "simulators", "deploy")


@pytest.mark.parametrize("package", PACKAGES)
def test_no_other_distribution_provides_our_package_names(package: str) -> None:
    assert set(packages_distributions().get(package, ["halfvol"])) == {"halfvol"}


@pytest.mark.parametrize("package", ["domain", "routing"])
def test_the_pure_packages_open_no_file(package: str) -> None:
    offenders = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open"
    ]
    assert offenders == []


def test_the_reference_page_is_what_the_program_says() -> None:
    page = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    assert page == as_markdown(), "write it anew with: halfvol settings --markdown > docs/reference.md"


def test_the_type_checker_rejects_sql_made_from_variables(tmp_path: Path) -> None:
    snippet = tmp_path / "snippet.py"
    snippet.write_text(
        "from storage.database import Connection\n"
        "def find(connection: Connection, table: str) -> None:\n"
        "    connection.execute('SELECT 1')\n"
        "    connection.execute(f'SELECT * FROM {table}')\n",
        encoding="utf-8",
    )
    checked = subprocess.run(
        [sys.executable, "-m", "basedpyright", "--outputjson", "--project", str(ROOT), str(snippet)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    found = [each for each in json.loads(checked.stdout)["generalDiagnostics"] if each["severity"] == "error"]
    assert {each["range"]["start"]["line"] for each in found} == {3}


def test_locks_name_no_registry() -> None:
    for lock in ROOT.glob("requirements*.lock"):
        assert "://" not in lock.read_text(encoding="utf-8"), lock
    for lock in [*ROOT.glob("*/*/package-lock.json"), *ROOT.glob("*/package-lock.json")]:
        assert '"resolved"' not in lock.read_text(encoding="utf-8"), lock
