"""What is wrong with a policy: every setting that cannot be right, with the reason and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Problem:
    """One setting that cannot be right, by its name in the file; why; and what to do about it."""

    setting: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.setting}: {self.what}; {self.remedy}"

    @classmethod
    def of(cls, setting: str, error: InvalidInput) -> Problem:
        """From an error that names no setting."""
        return cls(setting, error.what, error.remedy or "see docs/policy.md")


class InvalidPolicy(InvalidInput):
    """A policy that cannot be right. ``problems`` holds everything that is wrong with it."""

    def __init__(self, problems: Sequence[Problem], *, where: str | None = None) -> None:
        self.problems = tuple(problems)
        told = [str(each) for each in self.problems]
        listed = "".join(f"\n  {each}" for each in told)
        super().__init__(told[0] if len(told) == 1 else f"{len(told)} settings cannot be right:{listed}", where=where)
