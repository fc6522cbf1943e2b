"""Folders for servers that drop root's privileges: pytest's own temporary folders are closed to other users."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEMORY = Path("/dev/shm")
PLENTY_BYTES = 2 * 1024**3


@contextmanager
def open_folder(*, in_memory: bool = False) -> Iterator[Path]:
    """A temporary folder that every user may enter, removed afterwards; in memory if asked for and there is plenty."""
    memory = in_memory and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > PLENTY_BYTES
    folder = Path(tempfile.mkdtemp(prefix="halfvol-test-", dir=MEMORY if memory else None))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
