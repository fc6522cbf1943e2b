"""How far planning jobs are, and why one failed."""

from __future__ import annotations

from dataclasses import dataclass

from storage.database import Connection
from storage.rows import fetch_one

KEPT_DAYS = 30
"""What is known of a job that nobody touched for so long is let go."""


@dataclass(frozen=True, slots=True)
class PlanningProgress:
    """``stage``: what is being done ("solving"). ``share`` 0..1 of the whole. ``problem``: why the last try failed."""

    stage: str
    share: float
    problem: str | None = None


def report(connection: Connection, job_id: int, progress: PlanningProgress) -> None:
    """Keep how far a job is, instead of what was known before."""
    connection.execute(
        """INSERT INTO planning_progress (job_id, stage, share, problem) VALUES (%s, %s, %s, %s)
        ON CONFLICT (job_id) DO UPDATE SET
            stage = excluded.stage, share = excluded.share, problem = excluded.problem, updated_at = now()""",
        [job_id, progress.stage, progress.share, progress.problem],
    )


def get(connection: Connection, job_id: int) -> PlanningProgress | None:
    """How far a job is; None before it began."""
    return fetch_one(
        connection, PlanningProgress, "SELECT stage, share, problem FROM planning_progress WHERE job_id = %s", [job_id]
    )


def forget_old(connection: Connection) -> None:
    """Let go of jobs that ended long ago."""
    connection.execute(
        "DELETE FROM planning_progress WHERE updated_at < now() - make_interval(days => %s)", [KEPT_DAYS]
    )
