"""A browser, and the simulated town behind real pages; each test has a copy of the town of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from playwright.sync_api import Browser

from api.app import create_app
from api.settings import ApiSettings
from deploy import assets
from domain.plans import Plan
from storage.database import Database
from tests.api.server import serving
from tests.browser import town
from tests.browser.chromium import chromium
from tests.browser.town import LivingTown
from tests.servers.postgres import DatabaseServer


@dataclass(frozen=True)
class Site:
    """The pages of a town, where they are, and the database behind them."""

    address: str
    database: Database
    town: LivingTown

    @property
    def plan(self) -> Plan:
        return self.town.plan

    @property
    def date(self) -> date:
        return self.town.date

    @property
    def route_address(self) -> str:
        return f"{self.address}/routes/{self.plan.routes[0].id}"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run."""
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="session")
def living_town(postgres_server: DatabaseServer) -> Iterator[tuple[str, LivingTown]]:
    """The name of a database with the town, to be cloned, and what is in it."""
    assets.build()
    with postgres_server.new_database() as url:
        with Database(url) as database:
            built = town.build(database)
        yield url.rpartition("/")[2], built


@pytest.fixture
def site(postgres_server: DatabaseServer, living_town: tuple[str, LivingTown]) -> Iterator[Site]:
    """The town's pages, served."""
    template, built = living_town
    with postgres_server.new_database(template=template) as url, Database(url) as database:
        app = create_app(database, ApiSettings(municipality_code=built.municipality_code, plan_time_limit_s=3))
        with serving(app) as address:
            yield Site(address, database, built)


@pytest.fixture
def approved(site: Site) -> Site:
    """The same, and an operator has approved the plan."""
    town.approve(site.database, site.plan)
    return site
