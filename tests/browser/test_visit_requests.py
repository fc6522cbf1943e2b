"""Visits that are asked for: by the operator, and by a driver who cannot empty, with a network or without."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from domain.plans import StepKind
from domain.visit_requests import RequestKind, VisitRequest
from storage import visit_requests
from tests.browser.accessibility import violations
from tests.browser.chromium import DESKTOP, PHONE, Theme, visit
from tests.browser.conftest import Site
from tests.browser.test_every_page import save

pytestmark = pytest.mark.browser


def stored(site: Site) -> list[VisitRequest]:
    with site.database.transaction() as connection:
        since = datetime.now(UTC) - timedelta(hours=1)
        return visit_requests.list_since(connection, municipality_id=site.plan.municipality_id, since=since)


def wait_for(site: Site, condition: Callable[[list[VisitRequest]], bool]) -> list[VisitRequest]:
    """The requests as soon as they are as wanted; fails after ten seconds."""
    deadline = time.monotonic() + 10
    while not condition(found := stored(site)):
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    return found


def open_container(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/?date={site.date.isoformat()}")
    page.locator("#containers .containers button").first.click()
    expect(page.locator("#container h2")).to_be_visible()


def test_an_operator_asks_for_a_visit_and_undoes_it(browser: Browser, site: Site) -> None:
    with visit(browser, DESKTOP) as opened:
        page = opened.page
        open_container(page, site)
        page.get_by_role("button", name="Visit on the next day").press("Enter")
        panel = page.locator("#container .visit")
        expect(panel).to_contain_text("The planner asked")
        undo = panel.get_by_role("button", name="Undo: The planner asked")
        expect(undo).to_be_focused()
        (asked,) = stored(site)
        assert (asked.kind, asked.withdrawn_at) == (RequestKind.OPERATOR, None)
        # Whoever looks at it later sees it too.
        page.reload()
        page.get_by_role("searchbox").fill("a")
        open_container(page, site)
        expect(panel).to_contain_text("The next plan that is made sends a truck")
        undo.press("Enter")
        expect(page.get_by_role("button", name="Visit on the next day")).to_be_focused()
        (withdrawn,) = stored(site)
        assert withdrawn.id == asked.id
        assert withdrawn.withdrawn_at is not None
        assert opened.complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_complaint_is_shown_in_both_themes(browser: Browser, site: Site, theme: Theme) -> None:
    with visit(browser, PHONE, language="nl-NL", theme=theme) as opened:
        page = opened.page
        open_container(page, site)
        page.get_by_role("button", name="Een bewoner klaagt").click()
        expect(page.locator("#container .visit")).to_contain_text("Een bewoner klaagde")
        assert violations(page) == []
        (asked,) = stored(site)
        assert asked.kind is RequestKind.COMPLAINT
        save(page, f"visit-{theme}")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE.width
        assert opened.complaints == []


def test_a_request_that_fails_is_told(browser: Browser, site: Site) -> None:
    with visit(browser, DESKTOP) as opened:
        page = opened.page
        open_container(page, site)
        opened.context.set_offline(True)
        page.get_by_role("button", name="Visit on the next day").click()
        expect(page.locator("#container .visit [role=alert]")).to_contain_text("server cannot be reached")
        expect(page.get_by_role("button", name="Visit on the next day")).to_be_visible()
        opened.context.set_offline(False)
        page.get_by_role("button", name="Visit on the next day").click()
        expect(page.locator("#container .visit [role=alert]")).to_have_count(0)
        assert len(stored(site)) == 1


def test_a_driver_asks_to_come_back_and_undoes_it(browser: Browser, approved: Site) -> None:
    first = next(step for step in approved.plan.routes[0].steps if step.kind is StepKind.EMPTYING)
    with visit(browser, PHONE) as opened:
        page = opened.page
        page.goto(approved.route_address)
        name = page.locator("#next-title").inner_text()
        row = page.locator("#stops li").first
        save(page, "come-back")
        page.get_by_role("button", name="Not possible now: come back").click()
        expect(page.locator("#toast")).to_contain_text(f"Comes back: {name}")
        (asked,) = wait_for(approved, lambda found: len(found) == 1)
        assert (asked.kind, asked.container_id) == (RequestKind.DRIVER, first.container_id)
        assert asked.route_id == approved.plan.routes[0].id
        expect(page.locator("#connection")).to_have_text("All sent")
        expect(row).to_contain_text("comes back")
        expect(page.locator("#progress")).to_contain_text("0 of")
        save(page, "comes-back")
        assert violations(page) == []
        page.reload()
        expect(row).to_contain_text("comes back")
        row.get_by_role("button", name="Undo").click()
        (withdrawn,) = wait_for(approved, lambda found: found[0].withdrawn_at is not None)
        assert withdrawn.id == asked.id
        expect(row).not_to_contain_text("comes back")
        expect(page.locator("#next-title")).to_have_text(name)
        # Emptied after all: that is what counts then.
        page.get_by_role("button", name="Emptied").click()
        expect(row).to_contain_text("done")
        expect(page.locator("#progress")).to_contain_text("1 of")
        assert opened.complaints == []


def test_a_driver_asks_without_a_network(browser: Browser, approved: Site) -> None:
    with visit(browser, PHONE) as opened:
        page = opened.page
        page.goto(approved.route_address)
        page.evaluate("navigator.serviceWorker.ready.then(() => null)")
        page.reload()
        expect(page.locator("#emptied")).to_be_visible()
        page.wait_for_load_state("networkidle")
        opened.context.set_offline(True)
        page.locator("#come-back").click()
        expect(page.locator("#connection")).to_have_text("1 waiting to be sent")
        page.get_by_role("button", name="Emptied").click()
        expect(page.locator("#connection")).to_have_text("2 waiting to be sent")
        page.reload()
        expect(page.locator("#connection")).to_have_text("2 waiting to be sent")
        expect(page.locator("#progress")).to_contain_text("1 of")
        assert stored(approved) == []
        opened.context.set_offline(False)
        wait_for(approved, lambda found: len(found) == 1)
        expect(page.locator("#connection")).to_have_text("All sent")
        expect(page.locator("#stops li").first).to_contain_text("comes back")


def test_reports_of_an_older_page_are_still_sent(browser: Browser, approved: Site) -> None:
    """What waited in the phone when the pages were replaced by newer ones."""
    step = next(step for step in approved.plan.routes[0].steps if step.kind is StepKind.EMPTYING)
    with visit(browser, PHONE) as opened:
        page = opened.page
        page.goto(f"{approved.address}/devices")
        page.evaluate(
            """([containerId, routeId]) => localStorage.setItem("halfvol.outbox", JSON.stringify([{
                id: crypto.randomUUID(), method: "PUT", tried: true,
                report: { containerId, emptiedAt: new Date().toISOString(), observedFillLevel: null, routeId },
            }]))""",
            [step.container_id, approved.plan.routes[0].id],
        )
        page.goto(approved.route_address)
        expect(page.locator("#connection")).to_have_text("All sent")
        expect(page.locator("#progress")).to_contain_text("1 of")
        assert opened.complaints == []
