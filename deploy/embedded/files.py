"""The files by which processes that share an embedded server find each other: locks, and a file written whole."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from domain.errors import InvalidInput


class Lock:
    """A ``flock`` on a file. The kernel releases it when its process ends, however it ends.

    Raises
    ------
    InvalidInput
        When this user may not open the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise InvalidInput(
                f"cannot open the file ({error.strerror})",
                where=str(path),
                remedy="run as the user who made the folder, or choose another with HALFVOL_DATA_DIR",
            ) from error

    def share(self) -> None:
        """Hold it together with others; waits while somebody holds it alone."""
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def try_alone(self) -> bool:
        """Hold it alone if nobody else holds it; whether it is held now."""
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def try_share(self) -> bool:
        """Hold it together with others unless somebody holds it alone; whether it is held now."""
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def is_there(self) -> bool:
        """Whether its file is still found under its path: neither removed nor replaced by another one."""
        try:
            return os.path.samestat(self._path.stat(), os.fstat(self._descriptor))
        except FileNotFoundError:
            return False

    def close(self) -> None:
        """Release it."""
        os.close(self._descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def is_held(path: Path) -> bool:
    """Whether anybody holds the lock on this file, alone or shared; False where there is no such file."""
    if not path.exists():
        return False
    with Lock(path) as lock:
        return not lock.try_alone()


def is_shared(path: Path) -> bool:
    """Whether somebody holds the lock on this file together with whoever else wants it."""
    with Lock(path) as lock:
        return not lock.try_alone() and lock.try_share()


def write_whole(path: Path, text: str, *, mode: int = 0o600) -> None:
    """Put a file in place at once, on disk: a reader sees the old one or the new one, also after a crash."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    part.replace(path)
