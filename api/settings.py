"""Settings of the API and the pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """What one serving process needs to know.

    Parameters
    ----------
    municipality_code
        The municipality that is served; one per process.
    contact_name, contact_email, contact_url
        Whom users of the API can turn to; shown in the OpenAPI document.
    stale_after
        A fill level older than this is shown as old: sensors report hourly, some upload four times a day, and a sensor
        has about one gap of over six hours a month.
    plan_time_limit_s
        How long the solver may search in a planning job that the pages ask for, seconds; None: the job's default.
    reporting_intervals_s
        Seconds between two messages of each sensor model, as its vendor ships it.
    """

    municipality_code: str
    contact_name: str = "Halfvol"
    contact_email: str = "halfvol@example.org"
    contact_url: str = "https://example.org/halfvol"
    stale_after: timedelta = timedelta(hours=24)
    plan_time_limit_s: float | None = None
    reporting_intervals_s: Mapping[str, int] = field(default_factory=dict[str, int])
