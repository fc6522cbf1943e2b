"""The page of a solution in a real browser: it shows, moves, tells, and loads nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from routing.pictures.html import draw_html
from tests.browser.accessibility import violations
from tests.browser.chromium import DESKTOP, PHONE, Screen, Theme, visit
from tests.routing.drawn import routed, town

pytestmark = pytest.mark.browser

STOPS = 60


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A page with two trucks of thirty stops each, one of them in the middle of the other, and a stop left out."""
    places = [(float(x), float(y)) for x, y in np.random.default_rng(1).random((STOPS + 1, 2)) * (4000, 2500)]
    problem, known = town(places)
    solution = routed(problem, range(1, 31), range(31, STOPS + 1), left_out=(STOPS + 1,))
    path: Path = tmp_path_factory.mktemp("map") / "map.html"
    path.write_text(draw_html(problem, solution, known), encoding="utf-8")
    return path.as_uri()


def shown(page: Page, selector: str) -> int:
    """How many of these elements are drawn."""
    count = "selector => [...document.querySelectorAll(selector)].filter(each => each.getClientRects().length).length"
    return page.evaluate(count, selector)


def numbers_shown(page: Page) -> int:
    return shown(page, "#map .mark .n")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=lambda screen: screen.name)
def test_it_shows_without_a_complaint_and_fits_the_screen(
    browser: Browser, address: str, screen: Screen, theme: Theme
) -> None:
    with visit(browser, screen, theme=theme) as opened:
        page = opened.page
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(address)
        expect(page.get_by_role("heading", level=1, name="Collection routes", exact=True)).to_be_visible()
        box = page.locator("#world").bounding_box()
        frame = page.locator("#map").bounding_box()
        assert box
        assert frame
        assert box["x"] >= frame["x"] - 30
        assert box["x"] + box["width"] <= frame["x"] + frame["width"] + 30
        assert page.evaluate("document.documentElement.scrollWidth") <= screen.width
        # The page itself, and nothing after it.
        assert [url for url in asked if not url.startswith("data:")] == [address]
        assert violations(page) == []
        assert opened.complaints == []


def test_numbers_come_out_as_the_map_is_enlarged_and_never_overlap(browser: Browser, address: str) -> None:
    with visit(browser, DESKTOP) as opened:
        page = opened.page
        page.goto(address)
        few = numbers_shown(page)
        assert overlapping(page) == 0
        for _ in range(2):
            page.get_by_role("button", name="Zoom in").click()
        page.locator("#map").press("0")
        assert numbers_shown(page) == few
        for _ in range(4):
            page.get_by_role("button", name="Zoom in").click()
        assert numbers_shown(page) > few
        assert overlapping(page) == 0


def overlapping(page: Page) -> int:
    """How many pairs of badges that are shown cover one another by more than their rims."""
    return page.evaluate(
        """() => {
            const boxes = [...document.querySelectorAll("#map .n .badge")].map(b => b.getBoundingClientRect())
                .filter(b => b.width > 0);
            let count = 0;
            boxes.forEach((a, i) => boxes.slice(i + 1).forEach(b => {
                const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
                const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
                if (across > 2.5 && down > 2.5) count += 1;
            }));
            return count;
        }"""
    )


def test_a_truck_can_be_looked_at_alone_and_hidden(browser: Browser, address: str) -> None:
    with visit(browser, DESKTOP) as opened:
        page = opened.page
        page.goto(address)
        all_together = shown(page, '.mark[data-route="0"] .n')
        page.locator("tr[data-pick='0']").hover()
        expect(page.locator("#map")).to_have_class("picking")
        assert shown(page, '.mark[data-route="0"] .n') >= all_together
        expect(page.locator('[data-route="0"] .hull')).to_be_visible()
        expect(page.locator('[data-route="1"] .hull')).to_be_hidden()
        page.get_by_role("checkbox", name="Show Wagen A").uncheck()
        assert shown(page, '.mark[data-route="0"]') == 0
        page.get_by_role("button", name="All trucks").click()
        assert shown(page, '.mark[data-route="0"]') > 0


def test_a_stop_tells_about_itself_in_the_language_of_the_reader(browser: Browser, address: str) -> None:
    with visit(browser, DESKTOP) as opened:
        page = opened.page
        page.goto(address)
        skipped = page.locator(".skipped .mark")
        skipped.hover(force=True)
        expect(page.locator("#tip")).to_contain_text("not worth the detour")
        page.get_by_role("button", name="Nederlands").click()
        expect(page.get_by_role("heading", level=1, name="Inzamelroutes", exact=True)).to_be_visible()
        skipped.hover(force=True, position={"x": 5, "y": 6})
        expect(page.locator("#tip")).to_contain_text("de omweg niet waard")
        assert page.title() == "Inzamelroutes"
        expect(page.get_by_role("button", name="Inzoomen")).to_be_visible()


def test_it_is_moved_by_mouse_and_keyboard(browser: Browser, address: str) -> None:
    with visit(browser, DESKTOP) as opened:
        page = opened.page
        page.goto(address)
        before = page.locator("#world").get_attribute("transform")
        page.mouse.move(400, 500)
        page.mouse.down()
        page.mouse.move(460, 520, steps=4)
        page.mouse.up()
        moved = page.locator("#world").get_attribute("transform")
        assert moved != before
        page.mouse.wheel(0, -400)
        expect(page.locator("#world")).not_to_have_attribute("transform", moved or "")
        page.locator("#map").press("0")
        expect(page.locator("#world")).to_have_attribute("transform", before or "")
