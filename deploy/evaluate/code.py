"""Which code a run came from: results of different code are not put side by side unseen."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DECIDING = ("domain", "routing", "simulators")
"""The packages that a run's outcome rests on."""


@cache
def code_digest() -> str:
    """Twelve hexadecimal digits that change with any source file of those packages."""
    digest = hashlib.sha256()
    for package in DECIDING:
        for path in sorted((ROOT / package).rglob("*.py")):
            digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]
