"""What people write is read, what is wrong with it is told all at once, and what is written is read back."""

from __future__ import annotations

import re
from datetime import date, time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.containers import Fraction
from domain.errors import InvalidInput
from domain.geography import Position
from routing.decide.contradictions import areas_of, contradictions
from routing.decide.policy import (
    WEEKDAYS,
    Area,
    FixedDays,
    Interval,
    Market,
    Policy,
    QuietHours,
    Rates,
    Service,
)
from routing.decide.policy_file import read_policy, write_policy
from routing.decide.policy_problem import InvalidPolicy
from routing.roads.truck import ROAD_CLASSES

DOCS = Path(__file__).resolve().parents[3] / "docs" / "policy.md"
SQUARE = (Position(4.30, 52.07), Position(4.31, 52.07), Position(4.31, 52.08), Position(4.30, 52.08))


def read(text: str) -> Policy:
    return read_policy(text.encode(), where="policy.toml")


def complaints(text: str) -> dict[str, str]:
    """Every problem of a file, by setting."""
    with pytest.raises(InvalidPolicy) as caught:
        read(text)
    assert str(caught.value).startswith("policy.toml: ")
    for problem in caught.value.problems:
        assert str(problem) in str(caught.value)
        assert problem.remedy
    return {problem.setting: f"{problem.what}; {problem.remedy}" for problem in caught.value.problems}


def test_an_empty_file_is_the_usual_policy() -> None:
    assert read("") == Policy()


def test_all_that_can_be_written_in_either_language() -> None:
    policy = read("""
        [service]
        overflows_per_1000 = 2
        overflow_cost_eur = 75.5
        [costs]
        per_km_eur = 1.20
        [planning]
        look_ahead_days = 10
        shadow_only = true
        [days_off]
        public_holidays = true
        dates = [2026-12-24, "2026-12-31"]
        [intervals.organic]
        most_days = 14
        [[fixed_days]]
        fraction = "paper"
        area = "Centrum"
        days = ["Maandag", "thursday", " zondag "]
        [[quiet_hours]]
        not_before = "7:00"
        [[quiet_hours]]
        not_before = 06:30:00
        road_classes = []
        area = "Centrum"
        [[markets]]
        name = "Weekmarkt"
        area = "Haven"
        days = ["zaterdag"]
        from = "05:30"
        until = "23:59"
        [[areas]]
        name = "Centrum"
        ring = [[4.30, 52.07], [4.31, 52.07], [4.31, 52.08], [4.30, 52.08], [4.30, 52.07]]
        [[areas]]
        geojson = '''{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"name": "Haven"},
            "geometry": {"type": "Polygon", "coordinates": [[[5, 52], [6, 52, 1.5], [6, 53], [5, 52]]]}}]}'''
        """)
    centre, harbour = Area("Centrum", SQUARE), Area("Haven", (Position(5, 52), Position(6, 52), Position(6, 53)))
    assert policy == Policy(
        service=Service(2, 7550),
        rates=Rates(per_km=120),
        intervals={Fraction.ORGANIC: Interval(most_days=14)},
        fixed_days=(FixedDays(frozenset({1, 4, 7}), Fraction.PAPER, centre),),
        quiet_hours=(QuietHours(time(7)), QuietHours(time(6, 30), frozenset(), centre)),
        markets=(Market("Weekmarkt", harbour, frozenset({6}), time(5, 30), time(23, 59)),),
        days_off=frozenset({date(2026, 12, 24), date(2026, 12, 31)}),
        public_holidays=True,
        look_ahead_days=10,
        shadow_only=True,
    )


def test_everything_that_is_wrong_is_told_at_once() -> None:
    found = complaints("""
        [service]
        overflows_per_1000 = 0
        overflow_cost_eur = "50 euro"
        [intervals.gft]
        most_days = 14
        [intervals.glass]
        least_days = 10
        most_days = 8
        [[fixed_days]]
        days = ["woensdg"]
        [[fixed_days]]
        days = ["maandag"]
        [[fixed_days]]
        fraction = "paper"
        days = ["dinsdag"]
        """)
    assert found.keys() == {
        "service.overflows_per_1000",
        "service.overflow_cost_eur",
        "intervals.gft",
        "intervals.glass",
        "fixed_days 1.days",
        "fixed_days 2 and 3",
    }
    assert 'did you mean "organic"?' in found["intervals.gft"]
    assert 'did you mean "woensdag"?' in found["fixed_days 1.days"]
    assert "shortest interval (10 days) is above the longest (8 days)" in found["intervals.glass"]
    assert "rule 2 names Monday; rule 3 names Tuesday" in found["fixed_days 2 and 3"]


@pytest.mark.parametrize(
    ("text", "setting", "told"),
    [
        ("[servic]", "servic", 'did you mean "service"?'),
        ("[service]\noverflow_costs_eur = 5", "service.overflow_costs_eur", 'did you mean "overflow_cost_eur"?'),
        ("service = 3", "service", "not a table"),
        ("[service]\noverflows_per_1000 = 1001", "service.overflows_per_1000", "at most 1000"),
        ("[service]\noverflows_per_1000 = nan", "service.overflows_per_1000", "above 0"),
        ("[service]\noverflows_per_1000 = true", "service.overflows_per_1000", "true, not a number"),
        (f"[service]\noverflows_per_1000 = 0x{'f' * 9000}", "service.overflows_per_1000", "a huge number"),
        ("[costs]\nper_km_eur = -1", "costs.per_km_eur", "at least 0"),
        ("[costs]\nper_km_eur = 0.905", "costs.per_km_eur", "whole cents"),
        ("[costs]\nper_km_eur = 0\nper_hour_eur = 0", "costs", "no detour would ever be avoided"),
        ("[planning]\ncapacity_quantile = 80", "planning.capacity_quantile", "80 % is 0.8"),
        ("[planning]\nlook_ahead_days = 2.5", "planning.look_ahead_days", "whole number, in days"),
        ("[planning]\nlook_ahead_days = 99", "planning.look_ahead_days", "at most 28"),
        ('[planning]\nshadow_only = "yes"', "planning.shadow_only", "true or false"),
        ('[days_off]\ndates = ["25-12-2026"]', "days_off.dates", "year-month-day"),
        ('[days_off]\ndates = ["2026-02-30"]', "days_off.dates", "is no date"),
        ("[days_off]\ndates = [2026-12-25T10:00:00]", "days_off.dates", "is no date"),
        ("[days_off]\ndates = 2026-12-25", "days_off.dates", "square brackets"),
        ("intervals = 7", "intervals", "not a table"),
        ("[intervals.organic]\nmost_days = '2 weeks'", "intervals.organic.most_days", "number alone, in days"),
        ("[intervals.organic]\nmost_days = 400", "intervals.organic.most_days", "at most 366"),
        ("[intervals]\norganic = 7", "intervals.organic", "not a table"),
        ("[fixed_days]\ndays = ['monday']", "fixed_days", "double brackets"),
        ("[[fixed_days]]\nfraction = 'paper'", "fixed_days 1", '"days" is missing'),
        ("[[fixed_days]]\ndays = []", "fixed_days 1.days", "no day at all"),
        ("[[fixed_days]]\ndays = 'monday'", "fixed_days 1.days", "square brackets"),
        ("[[fixed_days]]\ndays = [1]", "fixed_days 1.days", "1 is no weekday"),
        ("[[fixed_days]]\ndays = ['monday']\nfraction = 'papier'", "fixed_days 1.fraction", 'mean "paper"?'),
        ("[[fixed_days]]\ndays = ['monday']\narea = 'Centrum'", "fixed_days 1.area", "describe it under [[areas]]"),
        ("[[fixed_days]]\ndays = ['monday']\narea = 3", "fixed_days 1.area", "in quotes"),
        ("[[quiet_hours]]", "quiet_hours 1", '"not_before" is missing'),
        ("[[quiet_hours]]\nnot_before = '24:00'", "quiet_hours 1.not_before", "no time of day"),
        ("[[quiet_hours]]\nnot_before = '7 uur'", "quiet_hours 1.not_before", "24 hours"),
        ("[[quiet_hours]]\nnot_before = 7", "quiet_hours 1.not_before", "no time of day"),
        (
            "[[quiet_hours]]\nnot_before = '07:00'\nroad_classes = ['residentail']",
            "quiet_hours 1.road_classes",
            "did you",
        ),
        ("[[quiet_hours]]\nnot_before = '07:00'\nroad_classes = 'residential'", "quiet_hours 1.road_classes", "square"),
        (
            "[[markets]]\nname = 'M'\ndays = ['monday']\nfrom = '08:00'\nuntil = '12:00'",
            "markets 1",
            '"area" is missing',
        ),
        ("[[areas]]\nname = 'A'", "areas 1", "has no shape"),
        ("[[areas]]\nring = [[1, 2], [3, 4], [5, 5]]", "areas 1", '"name" is missing'),
        ("[[areas]]\nname = 'A'\nring = [[1, 2], [3, 4]]", 'areas 1 ("A")', "at least 3 corners"),
        (
            "[[areas]]\nname = 'A'\nring = [[1, 200], [3, 4], [5, 5]]",
            'areas 1 ("A")',
            "latitude swapped?",
        ),
        ("[[areas]]\nname = 'A'\nring = [1, 2, 3]", 'areas 1 ("A")', "[longitude, latitude]"),
        ("[[areas]]\nname = 'A'\nring = 5", 'areas 1 ("A")', "[longitude, latitude]"),
        (f"[[areas]]\nname = 'A'\nring = [[0x{'f' * 900}, 2], [3, 4], [5, 5]]", 'areas 1 ("A")', "pair of numbers"),
        ("[[areas]]\nname = 'A'\ngeojson = '{'", "areas 1.geojson", "is not GeoJSON"),
        ("[[areas]]\nname = 'A'\ngeojson = 3", "areas 1.geojson", "is not GeoJSON"),
        ("[[areas]]\nname = 'A'\ngeojson = '{\"features\": []}'", "areas 1.geojson", "holds no area"),
        ("[[areas]]\nname = 'A'\ngeojson = '[1]'", "areas 1.geojson, number 1", "no area"),
        ('[[areas]]\ngeojson = \'{"type": "MultiPolygon"}\'', "areas 1.geojson, number 1", "several areas"),
        ('[[areas]]\ngeojson = \'{"type": "Polygon", "coordinates": [[], []]}\'', "areas 1.geojson, number 1", "holes"),
        ('[[areas]]\ngeojson = \'{"type": "Polygon", "coordinates": [[]]}\'', "areas 1.geojson, number 1", "no name"),
    ],
)
def test_a_setting_that_cannot_be_right(text: str, setting: str, told: str) -> None:
    assert told in complaints(text)[setting]


def test_a_market_that_ends_before_it_starts_and_two_areas_of_one_name() -> None:
    ring = "ring = [[4, 52], [5, 52], [5, 53]]"
    found = complaints(
        f"[[areas]]\nname = 'A'\n{ring}\n[[areas]]\nname = 'A'\n{ring}\n"
        "[[markets]]\nname = 'M'\narea = 'A'\ndays = ['monday']\nfrom = '18:00'\nuntil = '02:00'\n"
    )
    assert "ends at 02:00, which is not after its start at 18:00" in found["markets 1"]
    assert "a name of its own" in found["areas 2"]


@pytest.mark.parametrize("text", [b"\xff", b"a = ", b"x = [" * 3000, b"a = 1\na = 2"])
def test_what_is_no_toml(text: bytes) -> None:
    with pytest.raises(InvalidInput, match=r"policy\.toml: is no"):
        read_policy(text, where="policy.toml")


names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).filter(lambda text: text.strip() != "")
weekdays = st.frozensets(st.sampled_from(sorted(WEEKDAYS)), min_size=1)
days = st.none() | st.floats(0.01, 366)
positions = st.builds(Position, st.floats(-180, 180), st.floats(-90, 90))
corner_offsets = st.floats(0.001, 0.5)
moments = st.times()


@st.composite
def areas(draw: st.DrawFn) -> Area:
    """A triangle: never one that crosses itself."""
    west, south = draw(st.floats(-179, 179)), draw(st.floats(-89, 89))
    width, height = draw(corner_offsets), draw(corner_offsets)
    ring = (Position(west, south), Position(west + width, south), Position(west, south + height))
    return Area(draw(names), ring)


@st.composite
def markets(draw: st.DrawFn, area: Area) -> Market:
    starts, ends = sorted(draw(st.lists(moments, min_size=2, max_size=2, unique=True)))
    return Market(draw(names), area, draw(weekdays), starts, ends)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    known = draw(st.lists(areas(), min_size=1, max_size=3, unique_by=lambda area: area.name))
    area = st.sampled_from(known)
    maybe_area = st.none() | area
    classes = st.frozensets(st.sampled_from(ROAD_CLASSES))
    cents = st.integers(1, 100_000_000)
    return Policy(
        service=Service(draw(st.floats(0, 1000, exclude_min=True)), draw(cents)),
        rates=Rates(draw(cents), draw(cents), draw(cents)),
        intervals=draw(st.dictionaries(st.sampled_from(Fraction), st.builds(Interval, days, days))),
        fixed_days=tuple(
            draw(
                st.lists(st.builds(FixedDays, weekdays, st.none() | st.sampled_from(Fraction), maybe_area), max_size=3)
            )
        ),
        quiet_hours=tuple(draw(st.lists(st.builds(QuietHours, moments, classes, maybe_area), max_size=2))),
        markets=tuple(draw(st.lists(area.flatmap(markets), max_size=2))),
        days_off=draw(st.frozensets(st.dates(), max_size=3)),
        public_holidays=draw(st.booleans()),
        capacity_quantile=draw(st.floats(0, 1, exclude_min=True, exclude_max=True)),
        look_ahead_days=draw(st.integers(1, 28)),
        shadow_only=draw(st.booleans()),
    )


@given(policies(), st.sampled_from(["en", "nl"]))
@settings(max_examples=80, deadline=None)
def test_what_is_written_is_read_back(policy: Policy, language: str) -> None:
    text = write_policy(policy, language=language).encode()
    problems = contradictions(policy)
    if problems:
        with pytest.raises(InvalidPolicy) as caught:
            read_policy(text, where="it")
        assert sorted(map(str, caught.value.problems)) == sorted(map(str, problems))
    else:
        assert read_policy(text, where="it") == policy


def test_every_setting_is_written_with_a_comment_in_both_languages() -> None:
    area = Area("A", SQUARE)
    policy = Policy(
        intervals={Fraction.ORGANIC: Interval(1, 7)},
        fixed_days=(FixedDays(frozenset({1, 2}), area=area),),
        quiet_hours=(QuietHours(time(7)),),
        markets=(Market("M", area, frozenset({6}), time(6), time(12)),),
    )
    english, dutch = write_policy(policy, language="en"), write_policy(policy, language="nl")
    for text in (english, dutch):
        lines = text.splitlines()
        for number, line in enumerate(lines):
            if line.startswith("[") or re.match(r"\w+ = ", line):
                inside_rule = re.match(r"(days|fraction|area|not_before|road_classes|name|from|until|ring) = ", line)
                assert inside_rule or lines[number - 1].startswith("# "), line
    assert 'days = ["monday", "tuesday"]' in english
    assert 'days = ["maandag", "dinsdag"]' in dutch
    settings_of = [re.findall(r"^(\[.*|\w+) = ", text, re.MULTILINE) for text in (english, dutch)]
    assert settings_of[0] == settings_of[1]


def test_the_page_about_policies_has_every_setting_and_a_file_that_can_be_read() -> None:
    page = DOCS.read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    policy = read(example)
    assert policy.public_holidays
    assert {area.name for area in areas_of(policy)} == {"Binnenstad", "Marktplein"}
    written = write_policy(policy)
    names_in_tables = set(re.findall(r"^(\w+) = ", written, re.MULTILINE)) - {"ring"}
    for name in names_in_tables:
        assert re.search(rf"^{name} = ", example, re.MULTILINE), f"{name} is not in the example"
        assert re.search(rf"`[\w.]*{name}`", page), f"{name} is not in the table"
    for usual in ("1.0", "50.00", "0.90", "90.00", "30.00", "0.8", "7"):
        assert usual in write_policy(Policy())
        assert re.search(rf"; [\d., ]*{re.escape(usual)}", page), f"the usual value {usual} is not in the table"


SECTIONS = ("service", "costs", "planning", "days_off", "intervals", "intervals.organic", "intervals.glass")
RULES = ("fixed_days", "quiet_hours", "markets", "areas")
KEYS = (
    *("overflows_per_1000", "overflow_cost_eur", "per_km_eur", "per_hour_eur", "capacity_quantile", "look_ahead_days"),
    *("shadow_only", "public_holidays", "dates", "least_days", "most_days", "days", "fraction", "area", "not_before"),
    *("road_classes", "name", "from", "until", "ring", "geojson", "organic", "x"),
)
literals = st.recursive(
    st.one_of(
        st.integers(-(10**30), 10**30).map(str),
        st.floats().map(repr),
        st.sampled_from(["true", "false", "2026-12-25", "07:00:00", "2026-12-25T07:00:00Z", "'07:00'", "'24:61'"]),
        st.sampled_from(["'monday'", "'maandag'", "'A'", "'paper'", "'gft'", "'residential'", "''", "'2026-13-01'"]),
        st.sampled_from(
            ["""'{"type": "Polygon", "coordinates": [[[4, 52], [5, 52], [5, 53]]]}'""", "'[[[]]]'", "'{}'"]
        ),
    ),
    lambda inner: st.lists(inner, max_size=4).map(lambda items: f"[{', '.join(items)}]"),
    max_leaves=6,
)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Well-formed TOML that says something or other under the settings' own names."""
    tables = [f"[{name}]" for name in draw(st.lists(st.sampled_from(SECTIONS), max_size=3, unique=True))]
    tables += [f"[[{name}]]" for name in draw(st.lists(st.sampled_from(RULES), max_size=4))]
    lines: list[str] = []
    for table in tables:
        lines.append(table)
        lines += [f"{key} = {value}" for key, value in draw(st.dictionaries(st.sampled_from(KEYS), literals)).items()]
    return "\n".join(lines)


def policy_or_error(content: bytes) -> Policy | str:
    try:
        return read_policy(content, where="policy.toml")
    except InvalidInput as error:
        return str(error)


@given(documents())
@settings(max_examples=60, deadline=None)
def test_whatever_is_written_is_a_policy_or_a_clear_error(text: str) -> None:
    found = policy_or_error(text.encode())
    if isinstance(found, Policy):
        assert policy_or_error(write_policy(found).encode()) == found
    else:
        assert found.startswith("policy.toml: ")


@given(st.binary(max_size=60))
def test_whatever_bytes_are_a_policy_or_a_clear_error(content: bytes) -> None:
    found = policy_or_error(content)
    assert isinstance(found, Policy) or found.startswith("policy.toml: ")
