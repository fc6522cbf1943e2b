from __future__ import annotations

import re

import pytest
from httpx import Client

from api.language import LANGUAGES, Language
from api.reasons import LABELS
from api.web.catalogue import message, messages
from api.web.render import FOLDER
from deploy import assets
from domain.containers import Fraction
from domain.observations import Quality
from domain.plans import PlanStatus, ReasonCode
from domain.sensors import RejectionReason, Source
from tests.api.town_with_plan import TownWithPlan

PAGES = ["/", "/saving", "/devices"]


@pytest.fixture(scope="module", autouse=True)
def built() -> None:
    assets.build()


@pytest.mark.parametrize("path", PAGES)
def test_pages_speak_the_readers_language(client: Client, path: str) -> None:
    english = client.get(path)
    assert '<html lang="en">' in english.text
    dutch = client.get(path, headers={"Accept-Language": "nl-NL,nl;q=0.9,en;q=0.8"})
    assert '<html lang="nl">' in dutch.text
    assert dutch.headers["content-language"] == "nl"


def test_the_switch_of_language_is_remembered(client: Client) -> None:
    switched = client.get("/devices?lang=nl", follow_redirects=False)
    assert switched.status_code == 303
    assert switched.headers["location"].endswith("/devices")
    assert '<html lang="nl">' in client.get("/").text
    assert '<html lang="en">' in client.get("/?lang=en").text


def test_the_theme_is_drawn_by_the_server(client: Client) -> None:
    assert "data-theme" not in client.get("/").text
    client.cookies.set("theme", "dark")
    assert 'data-theme="dark"' in client.get("/").text
    client.cookies.set("theme", '"><script>')
    assert "data-theme" not in client.get("/").text


def test_the_drivers_page_carries_its_route(client: Client, town: TownWithPlan) -> None:
    html = client.get(f"/routes/{town.route_id}").text
    assert "<h1>Truck 1</h1>" in html
    assert '"code": "glass-1"' in html


def test_pages_load_nothing_from_elsewhere_and_nothing_inline(client: Client, town: TownWithPlan) -> None:
    for path in (*PAGES, f"/routes/{town.route_id}"):
        response = client.get(path)
        policy = response.headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert not re.search(r'(src|href)="(https?:)?//', response.text)
        assert not re.search(r"<script(?![^>]*(src=|application/json))", response.text)
        assert not re.search(r'\s(style|on\w+)="', response.text)


def test_a_page_that_is_not_there_is_a_page(client: Client) -> None:
    response = client.get("/routes/999999", headers={"Accept-Language": "nl"})
    assert response.status_code == 404
    assert "Dit is niet gelukt" in response.text
    assert "there is no route 999999" in response.text
    assert client.get("/nothing").status_code == 404


def test_assets_may_be_kept_for_ever_and_nothing_else_is_served(client: Client) -> None:
    address = re.search(r'href="(/static/[^/]+/style\.css)"', client.get("/").text)
    assert address is not None
    response = client.get(address.group(1))
    assert response.headers["content-type"].startswith("text/css")
    assert "immutable" in response.headers["cache-control"]
    for path in (
        "/static/x/stamp",
        "/static/x/..%2flogo.svg",
        "/static/nothing.js",
        "/static/../app.py",
        "/static/build",
    ):
        assert client.get(path).status_code == 404, path
    assert client.get("/service-worker.js").headers["content-type"].startswith("text/javascript")


def test_the_catalogues_say_the_same_things() -> None:
    english, dutch = messages("en"), messages("nl")
    assert english.keys() == dutch.keys()
    for key in english:
        places = {language: set(re.findall(r"\{(\w+)\}", messages(language)[key])) for language in LANGUAGES}
        assert places["en"] == places["nl"], key


def test_every_word_of_the_domain_has_a_message() -> None:
    wanted = {f"fraction.{each.value}" for each in Fraction}
    wanted |= {f"quality.{each.value}" for each in Quality if not each.is_good}
    wanted |= {f"plan.status.{each.value}" for each in PlanStatus}
    wanted |= {f"rejection.{each.value}" for each in RejectionReason}
    wanted |= {f"source.{each.value}" for each in Source}
    assert wanted <= messages("en").keys()
    assert LABELS.keys() == set(ReasonCode)


def test_every_message_is_used() -> None:
    scripts = [*FOLDER.glob("src/**/*.ts"), *FOLDER.glob("templates/*.html")]
    programs = [*FOLDER.glob("*.py"), *FOLDER.parent.glob("*.py")]
    sources = [*scripts, *programs]
    text = "\n".join(path.read_text() for path in sources)
    families = tuple(re.findall(r'["`]((?:\w+\.)+)(?:\$?\{|" ~)', text))
    unused = [key for key in messages("en") if f'"{key}"' not in text and not key.startswith(families)]
    assert unused == []


@pytest.mark.parametrize(
    ("language", "count", "text"), [("en", 1, "1 route"), ("en", 2, "2 routes"), ("nl", 0, "0 routes")]
)
def test_one_and_many(language: Language, count: int, text: str) -> None:
    assert message(language, "route.title", count=count) == text
