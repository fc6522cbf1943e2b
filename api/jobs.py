"""Planning as a job: the pages ask for it, any number of ``halfvol worker`` carry it out, its number leads to it."""

from __future__ import annotations

import asyncio
import datetime
import logging
import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Protocol

from procrastinate import App, JobContext, RetryStrategy
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status

from api.planning import make_plan, require_ready
from api.planning.run import TIME_LIMIT_S, check_time_limit
from domain.errors import HalfvolError, NotFound, Unavailable
from storage import evaluations, planning_progress
from storage.database import Database
from storage.errors import translated
from storage.jobs import deferring_app, working_app
from storage.planning_progress import PlanningProgress
from storage.retention import Limits, expire

QUEUE = "planning"
TASK = "plan"
UPKEEP_QUEUE = "upkeep"
RETENTION_TASK = "retention"
RETENTION_CRON = "10 3 * * *"
"""When what is too old goes, each night (UTC); away from the hours of TimescaleDB's own jobs."""

RETRY = RetryStrategy(max_attempts=10, wait=2, retry_exceptions={Unavailable})
"""A job is tried again when the database was away, or when its worker was stopped while planning."""

HEARTBEAT_S = 5.0
"""How often a worker gives a sign of life, seconds."""

STALLED_AFTER_S = 20.0
"""A worker without a sign of life for so long is taken for dead, seconds; its job goes to another."""

LOOK_FOR_STALLED_S = 10.0
"""How often a worker looks for jobs whose worker died, seconds."""

REPORT_EVERY_S = 0.5
"""How often a job writes down how far it is, at most, seconds."""

_log = logging.getLogger(__name__)


class JobStatus(StrEnum):
    """Where a planning job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


_STATUS = {
    Status.TODO: JobStatus.WAITING,
    Status.DOING: JobStatus.RUNNING,
    Status.ABORTING: JobStatus.RUNNING,
    Status.SUCCEEDED: JobStatus.SUCCEEDED,
}


@dataclass(frozen=True, slots=True)
class PlanningJob:
    """A request for a plan. When it has succeeded, the plan of that date is its outcome.

    ``stage`` ("solving") and ``share`` (0..1 of the whole) say how far it is, ``problem`` why it failed; each is None
    where nothing is known.
    """

    id: int
    municipality_code: str
    date: datetime.date
    time_limit_s: float
    status: JobStatus
    stage: str | None = None
    share: float | None = None
    problem: str | None = None


class WorkerStopped(Unavailable):
    """The worker was stopped while it worked on a job; another one takes the job over."""


class OtherQueue(Protocol):
    """A queue of tasks that the API knows nothing of, drained by the same workers, beside their planning jobs."""

    @property
    def name(self) -> str:
        """Of the queue."""
        ...

    def define(self, app: App, database: Database, stopping: threading.Event) -> None:
        """Define its tasks. One that runs when ``stopping`` is set raises :class:`WorkerStopped` soon."""
        ...

    def end(self) -> None:
        """Let go of what the tasks hold; called when the worker ends."""
        ...


def request_plan(
    database: Database, *, municipality_code: str, date: datetime.date, time_limit_s: float = TIME_LIMIT_S
) -> PlanningJob:
    """Put a planning job into the queue, or find the one that waits there for the same municipality and date.

    All depots of a municipality are planned together, so municipality and date are the lock: of two jobs for the same
    one waits for the other, and only one ever waits.

    Raises
    ------
    NotFound
        When there is no such municipality.
    InvalidInput
        When it cannot be planned (no streets, no depot), or the time limit is no limit.
    """
    check_time_limit(time_limit_s)
    with database.transaction() as connection:
        require_ready(connection, municipality_code)
    lock = f"{TASK}/{municipality_code}/{date.isoformat()}"
    with deferring_app(database.url).open() as app:
        while True:
            try:
                job_id = app.configure_task(TASK, queue=QUEUE, lock=lock, queueing_lock=lock).defer(
                    municipality_code=municipality_code, date=date.isoformat(), time_limit_s=time_limit_s
                )
            except AlreadyEnqueued:
                waiting = app.job_manager.list_jobs(queueing_lock=lock, status=Status.TODO.value)
                if waiting:
                    return _planning_job(waiting[0])
                # A worker took it in between: ask anew.
            else:
                return PlanningJob(job_id, municipality_code, date, time_limit_s, JobStatus.WAITING)


def planning_job(database: Database, job_id: int) -> PlanningJob:
    """Where a planning job stands.

    Raises
    ------
    NotFound
        When there is no planning job of that number.
    """
    with deferring_app(database.url).open() as app:
        found = [job for job in app.job_manager.list_jobs(id=job_id) if job.task_name == TASK]
    if not found:
        raise NotFound(f"there is no planning job {job_id}")
    job = _planning_job(found[0])
    with database.transaction() as connection:
        progress = planning_progress.get(connection, job_id)
    if progress is None or job.status is JobStatus.WAITING:
        return job
    problem = progress.problem if job.status is JobStatus.FAILED else None
    return replace(job, stage=progress.stage, share=progress.share, problem=problem)


def run_worker(
    database_url: str,
    stop: threading.Event | None = None,
    *,
    limits: Limits | None = None,
    roads_url: str = "",
    others: Sequence[OtherQueue] = (),
) -> None:
    """Carry out planning jobs, one after the other, until stopped.

    A job that runs when the worker is stopped goes back to the queue, as does one whose worker died. While the
    database is away the worker waits for it.

    Parameters
    ----------
    stop
        Set it to stop the worker, from any thread. Without it, call from the main thread: Ctrl-C and SIGTERM stop.
    limits
        Let go of what is older, each night, as :func:`storage.retention.expire` does; None: keep all.
    roads_url
        The road engine, as :func:`api.roads.choose.choose` reads it; default: the streets that were imported.
    others
        Queues to drain as well, one job of each at a time: a long one keeps no plan waiting.

    Raises
    ------
    DatabaseUnavailable
        When the database cannot be reached at the start.
    """
    logging.getLogger("procrastinate.worker").addFilter(_in_one_sentence)
    try:
        with Database(database_url) as database:
            asyncio.run(_work(database, stop, limits, roads_url, others))
    finally:
        for other in others:
            other.end()


async def _work(
    database: Database,
    stop: threading.Event | None,
    limits: Limits | None,
    roads_url: str,
    others: Sequence[OtherQueue],
) -> None:
    stopping = stop or threading.Event()
    if stop is None:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    pause_s = 1.0
    while not stopping.is_set():
        try:
            async with working_app(database.url).open_async() as app:
                _define_task(app, database, stopping, roads_url)
                if limits is not None:
                    _define_retention(app, database, limits)
                for other in others:
                    other.define(app, database, stopping)
                pause_s = 1.0
                await _until(stopping, app, [[QUEUE, UPKEEP_QUEUE], *([other.name] for other in others)])
        except Exception as error:
            if not (isinstance(error, ConnectorException) or translated(error, database.address)):
                raise
            _log.warning("the database is away; trying again in %.0f s", pause_s)
            await asyncio.to_thread(stopping.wait, pause_s)
            pause_s = min(2 * pause_s, 15.0)


async def _until(stopping: threading.Event, app: App, groups: Sequence[list[str]]) -> None:
    """Work until the event is set or the work ends by an error, which is raised.

    Each group of queues has one job at a time.
    """
    workers = [
        asyncio.create_task(
            app.run_worker_async(
                queues=queues,
                install_signal_handlers=False,
                fetch_job_polling_interval=2.0,
                update_heartbeat_interval=HEARTBEAT_S,
                stalled_worker_timeout=STALLED_AFTER_S,
            )
        )
        for queues in groups
    ]
    rescuer = asyncio.create_task(_rescue_stalled(app, [name for queues in groups for name in queues]))
    stopped = asyncio.create_task(_set(stopping))
    try:
        await asyncio.wait({*workers, stopped}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (*workers, rescuer, stopped):
            task.cancel()
        outcomes = await asyncio.gather(*workers, rescuer, stopped, return_exceptions=True)
    for outcome in outcomes[: len(workers)]:
        if isinstance(outcome, Exception):
            raise outcome


async def _set(event: threading.Event) -> None:
    while not event.is_set():
        await asyncio.sleep(0.1)


async def _rescue_stalled(app: App, queues: Sequence[str]) -> None:
    """Put jobs back whose worker gives no sign of life any more."""
    while True:
        try:
            for queue in queues:
                for job in await app.job_manager.get_stalled_jobs(queue=queue, seconds_since_heartbeat=STALLED_AFTER_S):
                    _log.warning("the worker of %s job %s died; the job waits again", queue, job.id)
                    try:
                        await app.job_manager.retry_job(job)
                    except UniqueViolation:
                        # Somebody asked for the same meanwhile: that job waits while this one counts as running.
                        await app.job_manager.finish_job(job, Status.FAILED, delete_job=False)
        except ConnectorException as error:
            _log.warning("cannot look for jobs of dead workers: %s", error)
        await asyncio.sleep(LOOK_FOR_STALLED_S)


def _define_task(app: App, database: Database, stopping: threading.Event, roads_url: str) -> None:
    def plan(context: JobContext, municipality_code: str, date: str, time_limit_s: float) -> None:
        assert context.job.id is not None
        journal = _Journal(database, context.job.id, stopping)
        try:
            make_plan(
                database,
                municipality_code=municipality_code,
                date=datetime.date.fromisoformat(date),
                time_limit_s=time_limit_s,
                on_progress=journal.go_on,
                roads_url=roads_url,
            )
        except Unavailable:
            raise
        except Exception as error:
            journal.fail(error)
            raise

    app.task(name=TASK, queue=QUEUE, retry=RETRY, pass_context=True)(plan)


class _Journal:
    """Writes down how far one job is, for whoever waits; what cannot be written is no reason to stop planning."""

    def __init__(self, database: Database, job_id: int, stopping: threading.Event) -> None:
        self._database = database
        self._job_id = job_id
        self._stopping = stopping
        self._now = PlanningProgress("waiting", 0.0)
        self._write_at = 0.0

    def go_on(self, stage: str, share: float) -> None:
        """Raises :class:`WorkerStopped` when it is time to stop."""
        if self._stopping.is_set():
            raise WorkerStopped("the worker was stopped while it planned")
        new_stage = stage != self._now.stage
        self._now = PlanningProgress(stage, min(1.0, max(0.0, share)))
        if new_stage or time.monotonic() >= self._write_at:
            self._write()

    def fail(self, error: Exception) -> None:
        """Keep the reason: a user's sentence, or for what nobody foresaw only that the log has it."""
        known = isinstance(error, HalfvolError)
        problem = str(error) if known else "planning failed unexpectedly; the worker's log says where"
        self._now = replace(self._now, problem=problem)
        self._write()

    def _write(self) -> None:
        self._write_at = time.monotonic() + REPORT_EVERY_S
        try:
            with self._database.transaction() as connection:
                planning_progress.report(connection, self._job_id, self._now)
        except Unavailable as error:
            _log.debug("cannot write down how far planning job %d is: %s", self._job_id, error)


def _define_retention(app: App, database: Database, limits: Limits) -> None:
    def retention(timestamp: int) -> None:
        expired = expire(database.url, limits)
        with database.transaction() as connection:
            planning_progress.forget_old(connection)
            evaluations.forget_old(connection)
        _log.info(
            "retention: %d rejections, %d unclaimed messages, %d uplinks, %d observations and %d chunks let go",
            expired.rejections,
            expired.unclaimed,
            expired.uplinks,
            expired.observations,
            expired.chunks,
        )

    task = app.task(name=RETENTION_TASK, queue=UPKEEP_QUEUE, queueing_lock=RETENTION_TASK)(retention)
    app.periodic(cron=RETENTION_CRON)(task)


def _planning_job(job: Job) -> PlanningJob:
    arguments: dict[str, Any] = job.task_kwargs
    assert job.id is not None
    assert job.status is not None
    return PlanningJob(
        id=job.id,
        municipality_code=arguments["municipality_code"],
        date=datetime.date.fromisoformat(arguments["date"]),
        time_limit_s=arguments["time_limit_s"],
        status=_STATUS.get(Status(job.status), JobStatus.FAILED),
    )


def _in_one_sentence(record: logging.LogRecord) -> bool:
    """Log an error that is meant for users as its sentence, without a traceback."""
    if record.exc_info and isinstance(record.exc_info[1], HalfvolError):
        record.msg, record.args = f"{record.getMessage()}: {record.exc_info[1]}", ()
        record.exc_info = None
    return True
