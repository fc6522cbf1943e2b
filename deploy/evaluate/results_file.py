"""The results of runs in a file, one line of JSON each: a broken-off evaluation goes on where it was."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.evaluate.code import code_digest
from deploy.evaluate.run_json import run_as_json, run_from_json
from deploy.evaluate.task import Task, task_from_json
from domain.errors import InvalidInput
from simulators.evaluation.outcome import Run


@dataclass(frozen=True, slots=True)
class Result:
    """A run that was done. ``code``: by which code; ``wall_s``: how long it took, seconds."""

    task: Task
    run: Run
    code: str
    wall_s: float

    def as_json(self) -> dict[str, Any]:
        """For a line of the file, or a row of a table."""
        return {
            "task": self.task.as_json(),
            "run": run_as_json(self.run),
            "code": self.code,
            "wall_s": round(self.wall_s, 2),
        }


def result_from_json(document: Any) -> Result:
    """The result that :meth:`Result.as_json` wrote.

    Raises
    ------
    InvalidInput
        When it is none.
    """
    try:
        return Result(
            task_from_json(document["task"]), run_from_json(document["run"]), document["code"], document["wall_s"]
        )
    except (KeyError, TypeError) as error:
        raise InvalidInput(f"is no result of an evaluation ({error})") from None


class ResultsFile:
    """A file that results are added to.

    Parameters
    ----------
    path
        Made with the first result, its folder too.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> list[Result]:
        """All results, but for those of other code that had other circumstances or figures.

        A last line that was cut off in the middle is left out, and cut off by the next :meth:`add`.

        Raises
        ------
        InvalidInput
            When the file cannot be read, or a whole line is no result; the sentence names the line.
        """
        results: list[Result] = []
        for number, line in enumerate(self._lines(), 1):
            try:
                document = json.loads(line)
                if _understood(document):
                    results.append(result_from_json(document))
            except (ValueError, InvalidInput) as error:
                raise InvalidInput(
                    f"cannot be read: {error}",
                    where=f"{self.path}, line {number}",
                    remedy="mend or remove the line, or name another file with --results",
                ) from None
        return results

    def add(self, result: Result) -> None:
        """Write a result so that it is there even if the machine dies afterwards.

        Raises
        ------
        InvalidInput
            When the file cannot be written.
        """
        line = json.dumps(result.as_json(), separators=(",", ":")).encode() + b"\n"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab+") as file:
                file.truncate(_end_of_last_line(file.seek(0, os.SEEK_END), self.path))
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise InvalidInput(f"cannot be written ({error.strerror})", where=str(self.path)) from None

    def _lines(self) -> Iterable[bytes]:
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise InvalidInput(f"cannot be read ({error.strerror})", where=str(self.path)) from None
        return content.split(b"\n")[:-1]


def _understood(document: Any) -> bool:
    """Whether it is a result, or wrongly none: what the same code wrote has to be one."""
    if not isinstance(document, dict) or document.get("code", code_digest()) == code_digest():
        return True
    try:
        result_from_json(document)
    except InvalidInput:
        return False
    return True


def _end_of_last_line(size: int, path: Path) -> int:
    return path.read_bytes().rfind(b"\n") + 1 if size else 0
