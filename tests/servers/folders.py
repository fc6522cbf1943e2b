"""Folders for servers that drop root's privileges: pytest's own temporary folders are closed to other users."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def open_folder() -> Iterator[Path]:
    """A temporary folder that every user may enter, removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="halfvol-test-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
