"""The worker lets go of what is too old, at its hour."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from api import jobs
from domain.sensors import Rejection, RejectionReason
from storage import observations, rejections
from storage.database import Database
from storage.retention import Limits


def test_the_worker_lets_go_by_itself(database: Database, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "RETENTION_CRON", "* * * * * *")  # every second
    now = datetime.now(UTC)
    refused = [
        Rejection("a", str(days).encode(), now - timedelta(days=days), RejectionReason.MALFORMED, "x")
        for days in (100, 80)
    ]
    with database.transaction() as connection:
        observations.store(connection, observations=(), rejections=refused)
    stop = threading.Event()
    worker = threading.Thread(target=jobs.run_worker, args=(postgres_url, stop), kwargs={"limits": Limits()})
    worker.start()
    try:
        until = time.monotonic() + 30
        while True:
            with database.transaction() as connection:
                left = rejections.list_recent(connection)
            if len(left) == 1:
                break
            assert time.monotonic() < until, "nothing was let go"
            time.sleep(0.1)
    finally:
        stop.set()
        worker.join(20)
    assert left[0].rejection.payload == b"80"
