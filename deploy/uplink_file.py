"""Storing a file of exported uplinks, with a progress bar where somebody watches."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.services import open_database
from deploy.settings import Settings
from ingest.archive import Imported, import_file


def import_with_progress(path: Path, settings: Settings, *, as_json: bool) -> None:
    """Store what the file holds, and print what came of it."""
    console = Console(file=sys.stderr)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with (
        open_database(settings) as database,
        Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress,
    ):
        task = progress.add_task(path.name, total=path.stat().st_size if path.is_file() else None)

        def on_progress(imported: Imported) -> None:
            progress.update(task, completed=imported.read_bytes)

        imported = import_file(database, path, batch_messages=settings.ingest_batch, on_progress=on_progress)
    print(json.dumps(_as_json(imported)) if as_json else _told(imported))


def _told(imported: Imported) -> str:
    stored = imported.stored
    lines = [
        f"{imported.lines} lines: {stored.inserted} observations stored, {stored.duplicates} were there already,"
        f" {stored.unclaimed} messages of unclaimed devices kept, {stored.rejected} rejected"
    ]
    lines.extend(f"line {bad.number}: {bad.detail}" for bad in imported.bad_lines)
    if imported.bad > len(imported.bad_lines):
        lines.append(f"and {imported.bad - len(imported.bad_lines)} more lines that are no uplinks")
    return "\n".join(lines)


def _as_json(imported: Imported) -> dict[str, object]:
    stored = imported.stored
    return {
        "lines": imported.lines,
        "badLines": imported.bad,
        "firstBadLines": [{"line": bad.number, "detail": bad.detail} for bad in imported.bad_lines],
        "stored": stored.inserted,
        "duplicates": stored.duplicates,
        "rejected": stored.rejected,
        "unclaimed": stored.unclaimed,
    }
