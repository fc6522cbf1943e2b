"""The driver's phone: empties containers, takes a report back, and loses none without a network."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from domain.fleet import Emptying
from domain.plans import StepKind
from storage import emptyings
from tests.browser import town
from tests.browser.chromium import DESKTOP, PHONE, visit
from tests.browser.conftest import Site
from tests.browser.town import with_a_break

pytestmark = pytest.mark.browser


def reported(site: Site) -> list[Emptying]:
    with site.database.transaction() as connection:
        since = datetime.now(UTC) - timedelta(hours=1)
        return emptyings.list_for(connection, municipality_id=site.plan.municipality_id, since=since)


def wait_for(site: Site, condition: Callable[[list[Emptying]], bool]) -> list[Emptying]:
    """The reports as soon as they are as wanted; fails after ten seconds."""
    deadline = time.monotonic() + 10
    while not condition(found := reported(site)):
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    return found


def first_container(site: Site) -> int:
    step = next(step for step in site.plan.routes[0].steps if step.kind is StepKind.EMPTYING)
    assert step.container_id is not None
    return step.container_id


def emptied_count(page: Page) -> str:
    return page.locator("#progress").inner_text().partition(" ")[0]


def test_emptied_is_stored_and_can_be_taken_back(browser: Browser, approved: Site) -> None:
    with visit(browser, PHONE) as opened:
        page = opened.page
        page.goto(approved.route_address)
        address = page.locator("#next-title").inner_text()
        page.get_by_role("radio", name="three quarters full").check()
        page.get_by_role("button", name="Emptied").click()
        expect(page.locator("#toast")).to_contain_text(f"Emptied: {address}")
        (stored,) = wait_for(approved, lambda found: len(found) == 1)
        assert stored.container_id == first_container(approved)
        assert stored.observed_fill_level == 0.75
        assert stored.route_id == approved.plan.routes[0].id
        expect(page.locator("#connection")).to_have_text("All sent")
        expect(page.locator("#progress")).to_contain_text("1 of")
        expect(page.locator("#stops li").first).to_contain_text("done")
        page.locator("#toast-undo").click()
        (withdrawn,) = wait_for(approved, lambda found: found[0].withdrawn_at is not None)
        assert withdrawn.id == stored.id
        expect(page.locator("#progress")).to_contain_text("0 of")
        expect(page.locator("#next-title")).to_have_text(address)
        assert opened.complaints == []


def test_each_stop_can_be_taken_back_later(browser: Browser, approved: Site) -> None:
    with visit(browser, DESKTOP, language="nl-NL") as opened:
        page = opened.page
        page.goto(approved.route_address)
        page.get_by_role("button", name="Geleegd").click()
        wait_for(approved, lambda found: len(found) == 1)
        page.reload()
        expect(page.locator("#progress")).to_contain_text("1 van")
        page.locator("#stops li").first.get_by_role("button", name="ongedaan maken").click()
        wait_for(approved, lambda found: found[0].withdrawn_at is not None)
        expect(page.locator("#progress")).to_contain_text("0 van")
        assert opened.complaints == []


def test_reports_wait_for_the_network(browser: Browser, approved: Site) -> None:
    with visit(browser, PHONE) as opened:
        page = opened.page
        page.goto(approved.route_address)
        page.evaluate("navigator.serviceWorker.ready.then(() => null)")
        page.reload()  # the service worker, now in charge, keeps the page and its scripts
        expect(page.locator("#emptied")).to_be_visible()
        page.wait_for_load_state("networkidle")
        opened.context.set_offline(True)
        for count in ("1", "2", "3"):
            page.get_by_role("button", name="Emptied").click()
            expect(page.locator("#connection")).to_have_text(f"{count} waiting to be sent")
        expect(page.locator("#progress")).to_contain_text("3 of")
        page.locator("#toast-undo").click()
        expect(page.locator("#connection")).to_have_text("2 waiting to be sent")
        page.reload()
        expect(page.locator("#connection")).to_have_text("2 waiting to be sent")
        expect(page.locator("#progress")).to_contain_text("2 of")
        expect(page.locator(".way summary")).to_be_visible()
        assert reported(approved) == []
        opened.context.set_offline(False)
        found = wait_for(approved, lambda found: len(found) >= 2)
        expect(page.locator("#connection")).to_have_text("All sent")
        assert len(found) == 2
        assert all(each.withdrawn_at is None for each in found)


def test_a_lost_answer_does_not_report_twice(browser: Browser, approved: Site) -> None:
    with visit(browser, PHONE, service_workers="block") as opened:
        page = opened.page
        page.goto(approved.route_address)
        lost: list[str] = []

        def lose_first_answer(route: Route) -> None:
            if lost:
                route.continue_()
            else:
                lost.append(route.fetch().text())
                route.abort()

        page.route("**/v1/emptyings/*", lose_first_answer)
        page.get_by_role("button", name="Emptied").click()
        expect(page.locator("#connection")).to_have_text("1 waiting to be sent")
        expect(page.locator("#connection")).to_have_text("All sent", timeout=15_000)
        assert len(lost) == 1
        assert len(reported(approved)) == 1


def test_a_refused_report_is_shown(browser: Browser, approved: Site) -> None:
    with visit(browser, PHONE) as opened:
        page = opened.page
        page.goto(approved.route_address)
        page.clock.install(time=datetime.now(UTC) + timedelta(days=400))
        page.get_by_role("button", name="Emptied").click()
        expect(page.locator("#notices")).to_contain_text("The server refused 1 report")
        expect(page.locator("#notices")).to_contain_text("check the phone's clock")
        expect(page.locator("#progress")).to_contain_text("0 of")
        page.get_by_role("button", name="Understood").click()
        expect(page.locator("#notices")).to_be_empty()


def test_only_an_approved_plan_is_driven(browser: Browser, site: Site) -> None:
    with visit(browser, PHONE) as opened:
        page = opened.page
        page.goto(site.route_address)
        expect(page.get_by_text("This plan is a proposal.")).to_be_visible()
        expect(page.locator("#emptied")).to_have_count(0)
        town.approve(site.database, site.plan)
        page.reload()
        expect(page.locator("#notices")).to_be_empty()
        expect(page.locator("#emptied")).to_be_visible()
        assert opened.complaints == []


def test_the_truck_is_emptied_on_the_way(browser: Browser, approved: Site) -> None:
    with visit(browser, PHONE) as opened:
        page = opened.page
        page.goto(approved.route_address)
        disposal = page.locator("#stops li", has_text="Empty the truck").first
        disposal.get_by_role("button").click()
        page.get_by_role("button", name="Truck is empty").click()
        expect(disposal).to_contain_text("done")
        page.reload()
        expect(disposal).to_contain_text("done")
        disposal.get_by_role("button", name="Undo").click()
        expect(disposal).not_to_contain_text("done")
        assert opened.complaints == []


def ways(page: Page, site: Site, language: str) -> dict[int, list[str]]:
    """The instructions to each step that the truck has to move for, as the API gives them."""
    found = page.request.get(f"{site.address}/v1/routes/{site.plan.routes[0].id}/directions?lang={language}").json()
    return {
        leg["toSequence"]: [each["text"] for each in leg["instructions"]]
        for leg in found["legs"]
        if sum(each["distanceM"] for each in leg["instructions"])
    }


def test_how_to_get_to_the_next_stop(browser: Browser, approved: Site) -> None:
    with visit(browser, PHONE) as opened:
        page = opened.page
        page.goto(approved.route_address)
        told = ways(page, approved, "en")
        steps = approved.plan.routes[0].steps
        first, second = [step.sequence for step in steps if step.kind is StepKind.EMPTYING][:2]
        way = page.locator(".way")
        expect(way.locator("ol")).to_be_hidden()
        way.get_by_text("How to get there").click()
        expect(way.locator("li")).to_have_text(told[first])
        page.get_by_role("radio", name="half full").check()
        page.locator(f"#stop-{steps[-2].sequence}").click()
        expect(page.locator("#disposed")).to_be_visible()
        expect(way).to_be_hidden()  # nobody knows from where
        page.locator(f"#stop-{first}").click()
        expect(way.locator("li")).to_have_text(told[first])
        page.get_by_role("button", name="Emptied").click()
        expect(way.locator("li")).to_have_text(told.get(second, []))
        page.goto(f"{approved.route_address}?lang=nl")
        expect(page.locator("#progress")).to_contain_text("1 van")
        dutch = ways(page, approved, "nl")
        if second in dutch:
            page.get_by_text("Zo kom je er").click()
        expect(way.locator("li")).to_have_text(dutch.get(second, []))
        assert opened.complaints == []


def test_without_directions_there_is_no_list(browser: Browser, approved: Site) -> None:
    with visit(browser, PHONE, service_workers="block") as opened:
        page = opened.page
        page.route("**/v1/routes/*/directions", lambda route: route.fulfill(json={"legs": []}))
        with page.expect_response("**/directions"):
            page.goto(approved.route_address)
        expect(page.locator("#emptied")).to_be_visible()
        expect(page.locator(".way")).to_be_hidden()


def test_the_break_is_a_step_of_its_own(browser: Browser, approved: Site) -> None:
    with_a_break(approved.database, approved.plan)
    with visit(browser, PHONE) as opened:
        page = opened.page
        page.goto(approved.route_address)
        pause = page.locator("#stops li", has_text="Break")
        expect(pause).to_have_count(1)
        expect(pause).to_contain_text("30 minutes")
        pause.get_by_role("button").click()
        expect(page.locator("#next-title")).to_have_text("Break")
        expect(page.locator(".next-what")).not_to_be_empty()
        expect(page.locator(".next-links")).to_have_count(0)
        page.get_by_role("button", name="Break is over").click()
        expect(pause).to_contain_text("done")
        page.reload()
        expect(pause).to_contain_text("done")
        pause.get_by_role("button", name="Undo Break").click()
        expect(pause).not_to_contain_text("done")
        assert reported(approved) == []
        assert opened.complaints == []


def test_navigation_and_gpx(browser: Browser, approved: Site) -> None:
    with visit(browser, PHONE) as opened:
        page = opened.page
        page.goto(approved.route_address)
        address = page.get_by_role("link", name="Navigate").get_attribute("href")
        assert address is not None
        assert address.startswith("geo:60.")
        with page.expect_download() as download:
            page.get_by_role("link", name="GPX").click()
        assert download.value.suggested_filename.endswith(".gpx")
