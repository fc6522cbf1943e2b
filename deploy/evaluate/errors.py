"""What can go wrong with an evaluation beyond bad input."""

from __future__ import annotations

from domain.errors import HalfvolError


class RunFailed(HalfvolError):
    """A simulation ended without an outcome."""
