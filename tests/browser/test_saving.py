"""The page of the saving: weeks with their intervals, the service beside it, what does not count, and before it all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from domain.plans import Plan, PlanStatus
from domain.saving import ComparedDay, Exclusion, LookBack, Side, World
from storage import municipalities, plans, policies, shadow
from storage.database import Connection
from tests.browser.accessibility import violations
from tests.browser.chromium import DESKTOP, PHONE, Screen, Theme, visit
from tests.browser.conftest import Site
from tests.browser.test_every_page import save

pytestmark = pytest.mark.browser

MONDAY = date(2026, 8, 31)
WEEKS = 11


def measure(site: Site) -> None:
    """Eleven weeks: one is not approved, one has no routes of the schedule, in one Halfvol does worse."""
    with site.database.transaction() as connection:
        owner = municipalities.get(connection, site.town.municipality_code)
        for n in range(5 * WEEKS):
            week, weekday = divmod(n, 5)
            day = MONDAY + timedelta(weeks=week, days=weekday)
            fixed = 90_000 + 9_000 * weekday
            less = 0.62 + 0.05 * ((n * 7) % 5) - 0.12 * (week > 5) + 0.7 * (week == 2)
            sides = (_side(less * fixed, 70 + n % 9, 0.4), _side(fixed, 120, 0.5))
            _store(connection, owner.id, day, sides, like=site.plan)


def _store(connection: Connection, owner: int, day: date, sides: tuple[Side, Side], *, like: Plan) -> None:
    approved = day != MONDAY + timedelta(days=8)
    status = PlanStatus.APPROVED if approved else PlanStatus.PROPOSED
    made = plans.save(connection, replace(like, id=None, date=day, routes=(), decisions=(), status=PlanStatus.PROPOSED))
    assert made.id is not None
    plans.set_status(connection, plan_id=made.id, status=status)
    refused = day == MONDAY + timedelta(days=16)
    compared = ComparedDay(
        municipality_id=owner,
        date=day,
        driven=World.HALFVOL,
        known_at=datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=4),
        plan_id=made.id,
        approved=approved,
        began_on=MONDAY,
        containers=300,
        settled_share=0.9,
        trusted_share=0.93,
        estimated=refused,
        halfvol=sides[0],
        fixed_schedule=None if refused else sides[1],
        problem=Exclusion.ROUTES_REFUSED if refused else None,
        looked_back=LookBack(emptied_share=0.97, extra_emptyings=1, overflow_days=0.3, heard_share=0.88),
    )
    shadow.put(connection, compared)


def _side(metres: float, stops: int, overflow: float) -> Side:
    return Side(
        distance_m=round(metres),
        duration_s=round(9_000 + stops * 150 + metres / 8),
        vehicles=2 + (stops > 100),
        stops=stops,
        kg=15_000 + 10 * stops,
        cost=0,
        overflow_days=overflow,
        overflow_sd=0.5,
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("screen", [PHONE, DESKTOP], ids=lambda screen: screen.name)
def test_the_page_is_whole(browser: Browser, site: Site, screen: Screen, theme: Theme) -> None:
    measure(site)
    language = "nl-NL" if theme == "dark" else "en-GB"
    with visit(browser, screen, theme=theme, language=language) as opened:
        page = opened.page
        page.goto(f"{site.address}/saving?lastDate=2026-11-15")
        expect(page.locator(".weeks > li")).to_have_count(WEEKS)
        assert page.evaluate("document.documentElement.scrollWidth") <= screen.width, "nothing sticks out sideways"
        save(page, f"saving-{screen.name}-{theme}", whole=True)
        assert violations(page) == []
        assert opened.complaints == []


def bar_of(page: Page, week: int) -> dict[str, float]:
    """Where the bar and the interval of a week stand, pixels."""
    return page.evaluate(
        """(name) => {
            const row = [...document.querySelectorAll(".weeks > li")].find((each) => each.textContent.includes(name));
            const box = (selector) => row.querySelector(selector).getBoundingClientRect();
            const [bar, whisker, zero] = [box("rect"), box(".whisker"), box(".zero")];
            return { left: bar.left, right: bar.right, low: whisker.left, high: whisker.right, zero: zero.left };
        }""",
        f"Week {week}",
    )


def test_what_the_page_says(browser: Browser, site: Site) -> None:
    measure(site)
    with visit(browser, DESKTOP) as opened:
        page = opened.page
        page.goto(f"{site.address}/?date={site.date.isoformat()}")
        page.get_by_role("link", name="Saving").click()
        page.get_by_label("From").fill("2026-08-31")
        page.get_by_label("To", exact=True).fill("2026-11-15")
        page.get_by_role("button", name="Show").click()
        said = page.locator(".said")
        expect(said).to_contain_text("On 53 days Halfvol needed")
        expect(said).to_contain_text("Had these been other weeks like them, the saving would have been between")
        expect(said).to_contain_text("The service is the same as far as can be told")
        expect(said).to_contain_text("2 days do not count")
        excluded = page.locator(".excluded")
        expect(excluded).to_contain_text("The plan was not approved")
        expect(excluded).to_contain_text("Tue 8 Sept")
        expect(excluded).to_contain_text(
            "The checker refused the routes of the fixed schedule; distances are estimated"
        )
        # The bar of a good week reaches right from nothing and lies in its interval; that of a bad one reaches left.
        good, bad = bar_of(page, 44), bar_of(page, 38)
        assert good["left"] == pytest.approx(good["zero"], abs=2)
        assert good["low"] < good["right"] < good["high"]
        assert bad["right"] == pytest.approx(bad["zero"], abs=2)
        expect(page.locator(".weeks > li", has_text="Week 38").locator(".lost")).to_contain_text("+")
        page.locator(".measures").get_by_role("link", name="Hours").click()
        expect(page.locator(".measures [aria-current]")).to_have_text("Hours")
        expect(page.get_by_label("From")).to_have_value("2026-08-31")
        assert opened.complaints == []


def test_before_anything_is_measured(browser: Browser, site: Site) -> None:
    with site.database.transaction() as connection:
        connection.execute("DELETE FROM compared_day")
    with visit(browser, PHONE) as opened:
        page = opened.page
        page.goto(f"{site.address}/saving")
        expect(page.locator(".empty-state")).to_have_text("No day measured yet: the first one after tonight's plan.")
        expect(page.get_by_role("heading", name="How this is measured")).to_be_visible()
        assert violations(page) == []
        assert opened.complaints == []


def test_after_the_first_night_it_says_what_it_waits_for(browser: Browser, site: Site) -> None:
    with visit(browser, PHONE) as opened:
        page = opened.page
        page.goto(f"{site.address}/saving")
        expect(page.locator(".said")).to_contain_text("1 day was compared and does not count yet")
        expect(page.locator(".excluded")).to_contain_text("Halfvol still lives on what the fixed schedule emptied")
        assert violations(page) == []
        assert opened.complaints == []


def test_beside_the_fixed_schedule_nothing_is_offered_for_driving(browser: Browser, site: Site) -> None:
    with site.database.transaction() as connection:
        owner = municipalities.get(connection, site.town.municipality_code)
        policies.put(
            connection,
            municipality_id=owner.id,
            replaces=0,
            text="[planning]\nshadow_only = true\n",
            note="",
            saved_by="",
        )
    with visit(browser, DESKTOP) as opened:
        page = opened.page
        page.goto(f"{site.address}/?date={site.date.isoformat()}")
        expect(page.locator("#plan")).to_contain_text("This plan is not for driving")
        expect(page.get_by_role("button", name="Approve")).to_have_count(0)
        expect(page.locator("#routes li")).to_have_count(len(site.plan.routes))
        expect(page.locator("#routes a")).to_have_count(0)
        save(page, "operator-shadow")
        assert violations(page) == []
        page.locator("#plan").get_by_role("link", name="Saving").click()
        expect(page.locator(".notice")).to_contain_text("Halfvol runs beside the fixed schedule")
        assert opened.complaints == []
        answer = page.request.get(site.route_address)
        assert answer.status == 409
        assert "not for driving" in answer.text()
