"""Runs of evaluations that workers carry out, and what came of them. What a task and a result hold is the asker's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb

from storage.database import Connection
from storage.rows import fetch_all, fetch_one

KEPT_DAYS = 90
"""A run that was asked for so long ago is let go."""


@dataclass(frozen=True, slots=True)
class EvaluationRun:
    """One run. ``result`` and ``problem`` are both None as long as nobody has finished it."""

    key: str
    code: str
    task: Mapping[str, Any]
    result: Mapping[str, Any] | None
    problem: str | None


def ask(connection: Connection, *, key: str, code: str, task: Mapping[str, Any]) -> bool:
    """Keep that a run is wanted; whether it has yet to be carried out. One that failed before is to be tried again."""
    connection.execute(
        """INSERT INTO evaluation_run (key, code, task) VALUES (%s, %s, %s)
        ON CONFLICT (key, code) DO UPDATE SET problem = NULL, asked_at = now()""",
        [key, code, Jsonb(task)],
    )
    run = get(connection, key=key, code=code)
    return run is not None and run.result is None


def get(connection: Connection, *, key: str, code: str) -> EvaluationRun | None:
    """A run; None where nobody asked for it, or so long ago that it was let go."""
    return fetch_one(
        connection,
        EvaluationRun,
        "SELECT key, code, task, result, problem FROM evaluation_run WHERE key = %s AND code = %s",
        [key, code],
    )


def finish(connection: Connection, *, key: str, code: str, result: Mapping[str, Any]) -> None:
    """Keep what came of a run."""
    connection.execute(
        "UPDATE evaluation_run SET result = %s, problem = NULL WHERE key = %s AND code = %s",
        [Jsonb(result), key, code],
    )


def fail(connection: Connection, *, key: str, code: str, problem: str) -> None:
    """Keep why nothing came of a run."""
    connection.execute(
        "UPDATE evaluation_run SET result = NULL, problem = %s WHERE key = %s AND code = %s", [problem, key, code]
    )


def finished(connection: Connection, *, keys: Sequence[str], code: str) -> list[EvaluationRun]:
    """Those of the runs that have a result or a problem."""
    return fetch_all(
        connection,
        EvaluationRun,
        """SELECT key, code, task, result, problem FROM evaluation_run
        WHERE key = ANY(%s) AND code = %s AND (result IS NOT NULL OR problem IS NOT NULL)""",
        [list(keys), code],
    )


def forget_old(connection: Connection) -> None:
    """Let go of runs that were asked for long ago."""
    connection.execute("DELETE FROM evaluation_run WHERE asked_at < now() - make_interval(days => %s)", [KEPT_DAYS])
