"""What is in a picture; what it looks like is for eyes (and a browser, in ``tests/browser``)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree

import numpy as np
import pytest

from domain.errors import InvalidInput
from domain.geography import Position
from routing.pictures.background import Background
from routing.pictures.html import draw_html
from routing.pictures.layout import lay_out
from routing.pictures.svg import draw_svg
from routing.places import Places
from routing.problem import Problem
from routing.solution import Cost, Solution
from tests.routing.drawn import position, routed, town
from tests.routing.problems import PAPER

PLACES_M = ((300.0, 300.0), (600.0, 300.0), (605.0, 303.0), (1000.0, 900.0), (-500.0, 700.0), (-900.0, 800.0))
SVG = "{http://www.w3.org/2000/svg}"


def example() -> tuple[Problem, Solution, Places]:
    problem, places = town(PLACES_M)
    return problem, routed(problem, (1, 2, 3, 4), (5,), left_out=(6,)), places


def labels(svg: str) -> list[str]:
    root = ElementTree.fromstring(svg)
    marks = [group for group in root.iter(f"{SVG}g") if "route" in group.get("class", "").split()]
    return [text.text or "" for group in marks for text in group.iter(f"{SVG}text")]


def test_stops_are_numbered_in_the_order_of_the_visits_and_those_of_one_site_together() -> None:
    assert sorted(labels(draw_svg(*example()))) == ["1", "1", "2–3", "4"]


def test_an_svg_is_well_formed_and_says_what_it_shows() -> None:
    root = ElementTree.fromstring(draw_svg(*example()))
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "Collection routes"
    assert "2 routes, 5 stops" in (root.findtext(f"{SVG}desc") or "")
    text = " ".join(root.itertext())
    assert "Wagen A" in text
    assert "Uithof" in text
    assert "1 skipped: not worth the detour" in text
    assert "a visit costs 1.50" in text
    assert "Plein <1>" in text  # escaped in the file, read back here


def test_dutch_pictures_speak_dutch() -> None:
    text = " ".join(ElementTree.fromstring(draw_svg(*example(), language="nl")).itertext())
    assert "Inzamelroutes" in text
    assert "1 overgeslagen: de omweg niet waard" in text
    assert "een bezoek kost 1,50" in text
    assert "trajecten zijn rechte strepen" in text


def test_without_streets_legs_are_straight_and_dashed_and_it_says_so() -> None:
    svg = draw_svg(*example())
    assert "straight lines, dashed" in svg
    assert 'class="leg collecting straight"' in svg


def test_with_streets_legs_follow_them_and_the_credit_is_given() -> None:
    problem, solution, places = example()
    asked: list[tuple[int, int]] = []

    def geometry(_: int, origin: int, destination: int) -> Sequence[Position] | None:
        asked.append((origin, destination))
        one, other = places.positions[origin], places.positions[destination]
        return None if destination == 5 else (one, Position(other.lon, one.lat), other)

    street = np.array([(each.lon, each.lat) for each in (position(0, 0), position(500, 500))])
    background = Background([street], [True], "© somebody")
    scene = lay_out(problem, solution, places, width=1000, geometry=geometry, background=background)
    assert (0, 2) in asked
    assert (1, 0) in asked
    assert scene.straight_legs == 1
    assert {len(leg.line) for route in scene.routes for leg in route.legs} == {2, 3}
    assert len(scene.main_streets) == 1
    svg = draw_svg(problem, solution, places, geometry=geometry, background=background)
    assert "1 of 9 legs are drawn straight" in svg
    assert "© somebody" in svg


def test_a_line_along_a_street_keeps_to_the_right() -> None:
    problem, places = town([(1000.0, 0.0)])
    solution = routed(problem, (1,))
    there = lambda _, origin, destination: (places.positions[origin], places.positions[destination])  # noqa: E731
    scene = lay_out(problem, solution, places, width=1000, geometry=there)
    straight = lay_out(problem, solution, places, width=1000)
    outward, back = scene.routes[0].legs[0], scene.routes[0].legs[-1]
    middle = straight.routes[0].legs[0].line[0, 1]
    # East is driven on the southern side (further down in the picture), west on the northern one.
    assert outward.line[0, 1] > middle > back.line[0, 1]


def test_a_page_needs_nothing_but_itself() -> None:
    page = draw_html(*example())
    assert "default-src 'none'" in page
    assert not re.search(r"""(?:src|href)\s*=\s*["'](?!data:)""", page)
    assert not re.search(r"https?://(?!www\.w3\.org)", page)
    assert "url(" not in page
    assert "import" not in page.partition("<script>")[2]


def test_a_page_has_every_step_as_text_in_both_languages() -> None:
    page = draw_html(*example(), language="nl")
    assert page.startswith('<!doctype html>\n<html lang="nl">')
    assert page.count("<li value=") == 5
    assert "Plein &lt;1&gt;" in page
    assert "Plein <1>" not in page
    assert '<span class="en" lang="en">not worth the detour' in page or "not worth the detour" in page
    assert "de omweg niet waard" in page


def test_what_a_name_holds_cannot_end_the_script_of_a_page() -> None:
    problem, solution, places = example()
    evil = Places(places.positions, {1: "</script><script>alert(1)</script>"}, {1: '"><b>'}, {1: "'&"})
    page = draw_html(problem, solution, evil)
    assert page.count("<script") == 2
    assert page.count("</script") == 2
    assert '"><b>' not in page


def test_fifteen_trucks_are_told_apart() -> None:
    problem, places = town([(200.0 * number, 100.0) for number in range(1, 16)], trucks=[PAPER] * 15)
    svg = draw_svg(problem, routed(problem, *[(number,) for number in range(1, 16)]), places)
    marks = re.findall(r'class="mark route (t\d+)[^>]*>.*?<rect class="dot"[^>]* rx="([\d.]+)"', svg, re.DOTALL)
    assert len(set(marks)) == 15


def test_a_picture_without_positions_says_what_is_missing() -> None:
    problem, solution, places = example()
    with pytest.raises(InvalidInput, match=r"stop 4: nothing says where location 5 lies.*give 'location'"):
        draw_svg(problem, solution, Places({place: at for place, at in places.positions.items() if place != 5}))


def test_nothing_to_draw_is_said() -> None:
    problem = Problem(town([])[0].matrices, (), (), ())
    with pytest.raises(InvalidInput, match="nothing to draw"):
        draw_svg(problem, Solution((), (), Cost()), Places({}))


def test_a_problem_without_routes_is_drawn_all_the_same() -> None:
    problem, places = town([(300.0, 300.0)])
    svg = draw_svg(problem, routed(problem, left_out=(1,)), places)
    assert "0 routes, 0 stops" in svg
    assert "0 routes" in draw_html(problem, routed(problem, left_out=(1,)), places)
