"""Asking for a new plan, and following the job that makes it."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api import jobs
from api.dependencies import DatabaseOf, SettingsOf
from api.identifiers import JobId
from api.representations.plans import PlanningJob, PlanRequest
from domain.errors import NotFound

router = APIRouter(tags=["plans"])


@router.post("/plans", status_code=202)
def request_plan(wanted: PlanRequest, database: DatabaseOf, settings: SettingsOf, response: Response) -> PlanningJob:
    """Ask for a plan of a date. A worker makes it; follow the address in ``Location`` until it has."""
    limit = {} if settings.plan_time_limit_s is None else {"time_limit_s": settings.plan_time_limit_s}
    job = jobs.request_plan(database, municipality_code=settings.municipality_code, date=wanted.date, **limit)
    response.headers["Location"] = f"/v1/planning-jobs/{job.id}"
    return _representation(job)


@router.get("/planning-jobs/{jobId}")
def get_planning_job(job_id: JobId, database: DatabaseOf, settings: SettingsOf) -> PlanningJob:
    """Where a plan in the making stands."""
    job = jobs.planning_job(database, job_id)
    if job.municipality_code != settings.municipality_code:
        raise NotFound(f"there is no planning job {job_id}")
    return _representation(job)


def _representation(job: jobs.PlanningJob) -> PlanningJob:
    return PlanningJob(
        id=job.id,
        date=job.date,
        status=job.status.value,
        time_limit_s=job.time_limit_s,
        stage=job.stage,
        share=job.share,
        problem=job.problem,
    )
