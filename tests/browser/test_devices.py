"""The list of devices to claim, and of messages that could not be read."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from storage import rejections, unclaimed
from tests.browser.chromium import PHONE, visit
from tests.browser.conftest import Site

pytestmark = pytest.mark.browser


def test_devices_and_messages(browser: Browser, site: Site) -> None:
    with site.database.transaction() as connection:
        (device, *_) = unclaimed.devices(connection)
        counts = rejections.count_by_reason(connection)
    with visit(browser, PHONE) as opened:
        opened.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = opened.page
        page.goto(f"{site.address}/devices")
        card = page.locator(".card", has_text=device.device_id)
        expect(card).to_contain_text(str(device.messages))
        card.get_by_role("button", name="Copy").click()
        expect(card.get_by_role("button")).to_have_text("Copied")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.startswith(f"halfvol devices claim {device.device_id} --model ")
        expect(page.locator(".tallies")).to_contain_text(str(max(counts.values())))
        rejection = page.locator(".rejections details").first
        rejection.locator("summary").click()
        expect(rejection.locator("pre")).to_be_visible()
        assert opened.complaints == []
