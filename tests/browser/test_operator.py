"""The operator looks at the town, understands a decision, approves a plan, and asks for another."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from api.jobs import run_worker
from domain.plans import PlanStatus
from storage import containers, plans
from tests.browser.chromium import DESKTOP, PHONE, visit
from tests.browser.conftest import Site

pytestmark = pytest.mark.browser


def open_map(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/?date={site.date.isoformat()}")
    expect(page.locator("#routes li")).to_have_count(len(site.plan.routes))


def test_the_plan_in_figures_and_its_approval(browser: Browser, site: Site) -> None:
    with visit(browser, DESKTOP) as opened:
        page = opened.page
        open_map(page, site)
        skipped = sum(not decision.visited for decision in site.plan.decisions)
        visited = len(site.plan.decisions) - skipped
        expect(page.locator(".figures dd").nth(0)).to_have_text(str(visited))
        expect(page.locator(".figures dd").nth(1)).to_have_text(str(skipped))
        expect(page.locator(".badge.proposed")).to_be_visible()
        page.get_by_role("button", name="Approve", exact=True).click()
        expect(page.locator(".badge.approved")).to_be_visible()
        with site.database.transaction() as connection:
            stored = plans.latest(connection, municipality_id=site.plan.municipality_id, date=site.date)
        assert stored is not None
        assert stored.status is PlanStatus.APPROVED
        assert opened.complaints == []


def test_why_a_container_is_visited_or_skipped(browser: Browser, site: Site) -> None:
    with visit(browser, PHONE, language="nl-NL") as opened:
        page = opened.page
        open_map(page, site)
        expect(page.locator("#containers .containers li")).not_to_have_count(0)
        page.get_by_role("button", name="Overslaan", exact=True).click()
        page.locator("#containers .containers button").first.click()
        panel = page.locator("#container")
        expect(panel.get_by_role("heading", name="Kan wachten")).to_be_visible()
        explanation = panel.locator(".verdict p").inner_text()
        assert explanation in {decision.explanation["nl"] for decision in site.plan.decisions if not decision.visited}
        expect(panel.locator(".chart canvas")).to_be_visible()
        page.get_by_role("button", name="Terug naar het plan").click()
        expect(page.locator("#overview")).to_be_visible()
        assert opened.complaints == []


def test_search_and_filters(browser: Browser, site: Site) -> None:
    with visit(browser, DESKTOP) as opened:
        page = opened.page
        open_map(page, site)
        found = page.locator("#containers [role=status]")
        expect(found).to_have_text("300 of 300")
        page.get_by_role("button", name="Glass", exact=True).click()
        expect(found).not_to_have_text("300 of 300")
        page.get_by_role("searchbox").fill("GLA-0001")
        expect(page.get_by_text("No container fits")).to_be_visible()
        page.get_by_role("button", name="Glass", exact=True).click()
        expect(page.locator("#containers .containers button")).to_have_count(1)
        page.get_by_role("searchbox").fill("mannerheim")
        expect(page.locator("#containers .containers strong").first).to_contain_text("Mannerheim")
        assert opened.complaints == []


def test_containers_of_one_site_are_clicked_one_after_the_other(browser: Browser, site: Site) -> None:
    with site.database.transaction() as connection:
        everyone = containers.list_for(connection, site.plan.municipality_id)
    shared = next(count for count in Counter(each.site_id for each in everyone).items() if count[1] == 2)
    first, second = sorted((each for each in everyone if each.site_id == shared[0]), key=lambda each: each.id)
    with visit(browser, DESKTOP) as opened:
        page = opened.page
        open_map(page, site)
        page.get_by_role("searchbox").fill(first.code)
        page.locator("#containers .containers button").first.click()
        expect(page.locator("#container")).to_contain_text(first.code)
        # The map moves the site to its middle, and begins to do so a moment after the panel is there.
        page.wait_for_timeout(1000)
        expect(page.locator("#map")).to_have_attribute("aria-busy", "false", timeout=20_000)
        box = page.locator(".maplibregl-canvas").bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        expect(page.locator("#container")).to_contain_text(second.code)
        page.locator("#container .chip").click()
        expect(page.locator("#container")).to_contain_text(first.code)
        page.locator("#container h2").press("Escape")
        expect(page.locator("#container")).to_be_hidden()
        assert opened.complaints == []


def test_a_container_that_is_chosen_before_the_map_is_there(browser: Browser, site: Site) -> None:
    with site.database.transaction() as connection:
        everyone = containers.list_for(connection, site.plan.municipality_id)
    alone = {site_id for site_id, count in Counter(each.site_id for each in everyone).items() if count == 1}
    chosen = next(each for each in everyone if each.site_id in alone)
    with visit(browser, PHONE, service_workers="block") as opened:
        page = opened.page
        late: list[Route] = []

        def hold(route: Route) -> None:
            late.append(route)

        page.route("**/v1/streets", hold)
        open_map(page, site)
        page.get_by_role("searchbox").fill(chosen.code)
        page.locator("#containers .containers button").first.click()
        expect(page.locator("#container")).to_contain_text(chosen.code)
        with page.expect_response("**/v1/streets"):
            late[0].continue_()
        expect(page.locator("#map")).to_have_attribute("aria-busy", "false", timeout=20_000)
        page.get_by_role("button", name="Back to the plan").click()
        # It is in the middle of what the sheet leaves free, and a finger there finds it.
        box = page.locator(".maplibregl-canvas").bounding_box()
        assert box is not None
        page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + (box["height"] - 0.47 * PHONE.height) / 2)
        expect(page.locator("#container")).to_contain_text(chosen.code)
        assert opened.complaints == []


@pytest.fixture
def worker(site: Site) -> Iterator[None]:
    """A planning worker beside the pages."""
    stop = threading.Event()
    thread = threading.Thread(target=run_worker, args=(site.database.url, stop))
    thread.start()
    yield
    stop.set()
    thread.join(30)


@pytest.mark.usefixtures("worker")
def test_a_day_without_a_plan_can_be_planned(browser: Browser, site: Site) -> None:
    with visit(browser, DESKTOP) as opened:
        page = opened.page
        open_map(page, site)
        page.get_by_role("button", name="The day after").click()
        expect(page.get_by_text("There is no plan of")).to_be_visible()
        page.get_by_role("button", name="Plan this day").click()
        expect(page.locator("progress")).to_be_visible()
        expect(page.get_by_text("Looking for good routes …")).to_be_visible(timeout=60_000)
        assert float(page.locator("progress").get_attribute("value") or "nan") > 0
        expect(page.locator(".badge.proposed")).to_be_visible(timeout=60_000)
        with site.database.transaction() as connection:
            day = site.date + timedelta(days=1)
            assert plans.latest(connection, municipality_id=site.plan.municipality_id, date=day) is not None
        assert opened.complaints == []


def test_a_server_that_is_away_is_told_and_asked_again(browser: Browser, site: Site) -> None:
    with visit(browser, DESKTOP) as opened:
        page = opened.page
        page.clock.install()
        open_map(page, site)
        expect(page.locator("#freshness")).to_contain_text("Updated")
        opened.context.set_offline(True)
        page.clock.fast_forward(25_000)
        expect(page.locator("#freshness")).to_contain_text("Server out of reach")
        opened.context.set_offline(False)
        page.get_by_role("button", name="Try again").click()
        expect(page.locator("#freshness")).to_contain_text("Updated")
