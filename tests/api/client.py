"""Somebody who asks the API over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fastapi import FastAPI
from httpx import Client

from api.app import create_app
from api.settings import ApiSettings
from storage.database import Database
from tests.api.server import serving


@contextmanager
def asking(app: FastAPI) -> Iterator[Client]:
    with serving(app) as address, Client(base_url=address, follow_redirects=True, timeout=20) as client:
        yield client


@contextmanager
def serving_town(database: Database, municipality_code: str, **settings: Any) -> Iterator[Client]:
    with asking(create_app(database, ApiSettings(municipality_code=municipality_code, **settings))) as client:
        yield client
