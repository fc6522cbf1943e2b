"""The system's Chromium, driven by Playwright, and pages that fail the test when the console holds an error."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, sync_playwright

FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu-sandbox",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",
    # WebGL without a graphics card, as the map needs it.
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--use-angle=swiftshader",
    "--use-gl=angle",
)

Theme = Literal["light", "dark"]


@dataclass(frozen=True)
class Screen:
    """A size of window, and whether fingers touch it."""

    name: str
    width: int
    height: int
    touch: bool


PHONE = Screen("phone", 390, 844, touch=True)
DESKTOP = Screen("desktop", 1440, 900, touch=False)


def find_chromium() -> str:
    """The path of the browser; without one a test is skipped on a visitor's machine, and fails in CI."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found:
        return found
    sentence = "no Chromium is installed (Debian: apt install chromium)"
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running browser."""
    path = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visit:
    """A page in a window of its own, and what its console complained about."""

    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list[str])

    def listen(self) -> None:
        """Begin to collect complaints."""

        def on_console(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                self.complaints.append(f"{message.type}: {message.text} ({message.location.get('url')})")

        def on_error(error: Error) -> None:
            self.complaints.append(f"uncaught: {error}")

        self.page.on("console", on_console)
        self.page.on("pageerror", on_error)


@contextmanager
def visit(
    browser: Browser,
    screen: Screen,
    *,
    theme: Theme = "light",
    language: str = "en-GB",
    service_workers: Literal["allow", "block"] = "allow",
) -> Iterator[Visit]:
    """A window of that size that prefers a theme and a language.

    Block service workers where a test stands between the page and the server: theirs pass it by.
    """
    context = browser.new_context(
        viewport={"width": screen.width, "height": screen.height},
        has_touch=screen.touch,
        is_mobile=screen.touch,
        device_scale_factor=2 if screen.touch else 1,
        color_scheme=theme,
        locale=language,
        service_workers=service_workers,
    )
    try:
        opened = Visit(context, context.new_page())
        opened.listen()
        yield opened
    finally:
        context.close()
