"""The operator works through what needs attention, and sees what the night made of a container's readings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, expect

from domain.health import HealthState, SensorHealth
from domain.judged_emptyings import JudgedEmptying, Verdict
from domain.observations import Quality
from storage import containers, judged_emptyings, judgements, observations, sensors, trust
from storage.judgements import Judgement
from tests.browser.chromium import DESKTOP, PHONE, visit
from tests.browser.conftest import Site

pytestmark = pytest.mark.browser


@pytest.fixture
def troubled(site: Site) -> tuple[str, str]:
    """Everything is well but for two containers: one was not emptied though reported, one's sensor is stuck."""
    owner = site.plan.municipality_id
    now = datetime.now(UTC).replace(microsecond=0)
    with site.database.transaction() as connection:
        connection.execute("DELETE FROM judged_emptying")
        connection.execute("UPDATE sensor_health SET health = 'healthy'")
        everyone = {each.id: each for each in containers.list_for(connection, owner)}
        hanging = [
            (each.sensor.id, binding.container_id)
            for each in sensors.devices(connection)
            for binding in each.bindings
            if binding.container_id is not None and binding.bound_until is None
        ]
        (_, missed_id), (stuck_sensor, stuck_id) = hanging[0], hanging[1]
        ago = now - timedelta(days=2)
        judged_emptyings.replace(
            connection,
            municipality_id=owner,
            since=now - timedelta(days=20),
            emptyings=[
                JudgedEmptying(missed_id, ago, ago, Verdict.MISSED, 0.15, 0.9, 0.92, ago),
                JudgedEmptying(
                    missed_id, ago - timedelta(days=9), ago - timedelta(days=8), Verdict.UNREPORTED, 0.7, 0.8, 0.1
                ),
            ],
        )
        state = HealthState(stuck_sensor, stuck_id, SensorHealth.STUCK, ago, "so it is", 0.2)
        trust.put_health(connection, municipality_id=owner, judged_at=now + timedelta(days=1), states=[state])
        rows = observations.of_container(
            connection, container_id=stuck_id, observed_property="fill_level", start=now - timedelta(days=9), end=now
        )
        stuck = [
            Judgement(stuck_id, stuck_sensor, each.phenomenon_time, Quality.STUCK, 0.3)
            for each in rows
            if each.phenomenon_time > ago
        ]
        assert judgements.put(connection, stuck, since=ago) > 5
    return everyone[missed_id].code, everyone[stuck_id].code


def test_what_needs_attention_is_a_list_the_worst_first(
    browser: Browser, site: Site, troubled: tuple[str, str]
) -> None:
    with visit(browser, DESKTOP) as opened:
        page = opened.page
        page.goto(f"{site.address}/?date={site.date.isoformat()}")
        page.get_by_role("button", name="Needs attention (2)").click()
        rows = page.locator("#containers .containers button")
        expect(rows).to_have_count(2)
        expect(rows.nth(0)).to_contain_text("but still full")
        expect(rows.nth(1)).to_contain_text("always tells the same")
        rows.nth(0).click()
        panel = page.locator("#container")
        expect(panel).to_contain_text(troubled[0])
        expect(panel.locator(".notice").filter(has_text="but still full")).to_be_visible()
        emptyings = panel.locator(".emptyings li")
        expect(emptyings).to_have_count(2)
        expect(emptyings.nth(0)).to_contain_text("Reported emptied, still full.")
        expect(emptyings.nth(1)).to_contain_text("The readings show it, nobody reported it. From 80% to 10%. 70% sure.")
        expect(panel.locator(".chart > p")).to_contain_text("1 missed pickup (crosses)")
        page.get_by_role("button", name="Back to the plan").click()
        expect(rows).to_have_count(2)
        assert opened.complaints == []


def test_suspect_readings_are_told_with_their_reason(browser: Browser, site: Site, troubled: tuple[str, str]) -> None:
    with visit(browser, PHONE, language="nl-NL") as opened:
        page = opened.page
        page.goto(f"{site.address}/?date={site.date.isoformat()}")
        page.get_by_role("searchbox").fill(troubled[1])
        page.locator("#containers .containers button").first.click()
        words = page.locator("#container .chart > p")
        expect(words).to_contain_text("verdacht (rondjes): ")
        expect(words).to_contain_text("vastgelopen")
        expect(page.locator("#container .chart canvas")).to_be_visible()
        assert opened.complaints == []
