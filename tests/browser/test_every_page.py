"""What holds for every page, at every size, in both themes and languages."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.accessibility import violations
from tests.browser.chromium import DESKTOP, PHONE, Screen, Theme, visit
from tests.browser.conftest import Site

pytestmark = pytest.mark.browser

PAGES = ("operator", "driver", "devices")


def open_page(page: Page, site: Site, name: str) -> None:
    """Go there and wait until it shows what it is for."""
    match name:
        case "operator":
            page.goto(f"{site.address}/?date={site.date.isoformat()}")
            expect(page.locator("#routes li")).to_have_count(len(site.plan.routes))
            expect(page.locator(".maplibregl-canvas")).to_be_visible()
        case "driver":
            page.goto(site.route_address)
            expect(page.locator("#emptied")).to_be_visible()
            expect(page.locator(".maplibregl-canvas")).to_be_visible()
        case _:
            page.goto(f"{site.address}/devices")
            expect(page.locator("code").first).to_be_visible()


def map_is_drawn(page: Page) -> bool:
    """Whether the map's picture holds more than one colour."""
    picture = page.locator(".maplibregl-canvas").screenshot()
    return len(picture) > 12_000


def save(page: Page, name: str, *, whole: bool = False) -> None:
    """Keep a picture where HALFVOL_TEST_SCREENSHOTS names a folder: to look at, and for the README."""
    folder = os.environ.get("HALFVOL_TEST_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.wait_for_timeout(2000)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=whole)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("screen", [PHONE, DESKTOP], ids=lambda screen: screen.name)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole(browser: Browser, approved: Site, name: str, screen: Screen, theme: Theme) -> None:
    language = "nl-NL" if theme == "dark" else "en-GB"
    with visit(browser, screen, theme=theme, language=language) as opened:
        page = opened.page
        open_page(page, approved, name)
        expect(page.locator("html")).to_have_attribute("lang", language[:2])
        assert page.evaluate("document.documentElement.scrollWidth") <= screen.width, "nothing sticks out sideways"
        if name != "devices":
            expect(page.locator(".maplibregl-map")).to_have_attribute("aria-busy", "false", timeout=20_000)
            assert map_is_drawn(page)
        save(page, f"{name}-{screen.name}-{theme}")
        assert violations(page) == []
        assert opened.complaints == []


def test_the_switches_of_language_and_theme_are_remembered(browser: Browser, site: Site) -> None:
    with visit(browser, DESKTOP) as opened:
        page = opened.page
        open_page(page, site, "operator")
        page.get_by_role("link", name="Nederlands").click()
        expect(page.get_by_role("button", name="Goedkeuren")).to_be_visible()
        page.get_by_role("button", name="Donkere kleuren").click()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        page.get_by_role("link", name="Apparaten").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Apparaten en berichten")
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        assert page.evaluate("getComputedStyle(document.body).colorScheme") == "dark"
        assert opened.complaints == []
