from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.plans import Decision, ReasonCode, Urgency
from routing.explain import explain

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
TUESDAY = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)

FRESH = Decision(
    container_id=1,
    urgency=Urgency.SKIP,
    visited=False,
    reason=ReasonCode.RISK_LOW,
    fill_level=0.72,
    growth_per_day=0.09,
    overflow_risk=0.04,
    next_chance_at=TUESDAY + timedelta(days=3),
    last_observed_at=TUESDAY - timedelta(hours=9),
    last_fill_level=0.69,
)

VISITED = {
    ReasonCode.OVERFLOW_RISK: ("visited", "bezocht"),
    ReasonCode.ABOVE_THRESHOLD: ("full enough to be worth the stop, visited", "vol genoeg voor een stop, bezocht"),
    ReasonCode.ON_THE_WAY: ("visited on the way", "onderweg meegenomen"),
    ReasonCode.NO_TRUSTED_READING: ("too little is known to skip it", "te weinig bekend om over te slaan"),
    ReasonCode.REQUESTED: ("asked for, visited", "er is om gevraagd, bezocht"),
    ReasonCode.INTERVAL: ("as long between two emptyings as is allowed", "langer mag er niet tussen twee legingen"),
    ReasonCode.COMING_DAYS_FULL: ("no room for it in the coming days", "de komende dagen is er geen plaats voor"),
}

SKIPPED = {
    ReasonCode.RISK_LOW: ("skipped", "overgeslagen"),
    ReasonCode.NO_ROUND: ("its waste is not collected today", "deze fractie wordt vandaag niet opgehaald"),
    ReasonCode.NOT_WORTH_DETOUR: ("not worth the detour today", "vandaag de omweg niet waard"),
    ReasonCode.NO_CAPACITY: ("does not fit in today's trucks", "past niet in de wagens en diensten"),
    ReasonCode.UNREACHABLE: ("no way for the truck", "geen weg voor de wagen"),
    ReasonCode.NO_VEHICLE: ("no truck for its waste works today", "geen wagen voor deze fractie"),
    ReasonCode.CHEAPER_LATER: (
        "a truck is near on Friday and that is in time",
        "op vrijdag is er een wagen in de buurt",
    ),
    ReasonCode.NOT_A_FIXED_DAY: ("today is not one of its days", "vandaag is niet een van de vaste dagen"),
    ReasonCode.TOO_SOON: ("too soon after its last emptying", "te kort na de laatste leging"),
    ReasonCode.DAY_OFF: ("no collection today", "vandaag wordt er niet ingezameld"),
    ReasonCode.MARKET: ("no truck may come in today's hours", "op de uren van vandaag mag er geen wagen komen"),
}


def said(decision: Decision) -> tuple[str, str]:
    sentences = explain(decision, at=TUESDAY, known_at=TUESDAY, time_zone=AMSTERDAM)
    assert set(sentences) == {"en", "nl"}
    for sentence in sentences.values():
        assert "None" not in sentence
        assert "{" not in sentence
        assert not sentence[0].islower()
        assert "  " not in sentence
    return sentences["en"], sentences["nl"]


def test_a_healthy_container_that_is_skipped() -> None:
    assert said(FRESH) == (
        "72 % full, grows 9 % a day; next truck here on Friday, 4 % risk of overflowing before that: skipped",
        "72 % vol, groeit 9 % per dag; volgende wagen hier op vrijdag, tot dan 4 % kans op overlopen: overgeslagen",
    )


def test_a_reading_of_the_day_before_tells_both_levels() -> None:
    evening = replace(FRESH, last_observed_at=TUESDAY - timedelta(hours=20), last_fill_level=0.55)
    assert said(evening)[0].startswith("Measured 55 %, grows 9 % a day, about 72 % full when the truck comes; next")
    assert said(evening)[1].startswith("Gemeten 55 %, groeit 9 % per dag, ongeveer 72 % vol als de wagen komt; volg")


def test_silence_counts_from_when_the_plan_was_made() -> None:
    observed = replace(FRESH, last_observed_at=TUESDAY - timedelta(hours=30))
    made_before = TUESDAY - timedelta(hours=28)
    assert "silent" not in explain(observed, at=TUESDAY, known_at=made_before, time_zone=AMSTERDAM)["en"]


def test_a_silent_sensor() -> None:
    silent = replace(
        FRESH,
        urgency=Urgency.MUST,
        visited=True,
        reason=ReasonCode.OVERFLOW_RISK,
        fill_level=0.78,
        last_observed_at=TUESDAY - timedelta(days=3, hours=2),
        last_fill_level=0.60,
        overflow_risk=0.31,
    )
    assert said(silent) == (
        "Sensor silent for 3 days, last 60 %, probably 78 % full now; next truck here on Friday,"
        " 31 % risk of overflowing before that: visited",
        "Sensor zwijgt al 3 dagen, laatst 60 %, nu waarschijnlijk 78 % vol; volgende wagen hier op vrijdag,"
        " tot dan 31 % kans op overlopen: bezocht",
    )


@pytest.mark.parametrize("reason", VISITED)
def test_every_reason_to_visit(reason: ReasonCode) -> None:
    english, dutch = said(replace(FRESH, visited=True, reason=reason))
    assert VISITED[reason][0] in english
    assert VISITED[reason][1] in dutch


@pytest.mark.parametrize("reason", SKIPPED)
def test_every_reason_to_skip(reason: ReasonCode) -> None:
    english, dutch = said(replace(FRESH, reason=reason))
    assert SKIPPED[reason][0] in english
    assert english.endswith("skipped")
    assert SKIPPED[reason][1] in dutch
    assert dutch.endswith("overgeslagen")


def test_every_reason_has_its_sentence() -> None:
    assert set(VISITED) | set(SKIPPED) == set(ReasonCode)


@pytest.mark.parametrize("reason", list(ReasonCode))
@pytest.mark.parametrize("visited", [True, False])
def test_a_reason_never_contradicts_what_is_done(reason: ReasonCode, visited: bool) -> None:
    english, dutch = said(replace(FRESH, visited=visited, reason=reason))
    assert ("visited" in english) == visited
    assert ("overgeslagen" in dutch) == (not visited)


def test_nothing_known_at_all() -> None:
    nothing = Decision(1, Urgency.MUST, True, ReasonCode.NO_TRUSTED_READING, None, None, None, None, None, None)
    assert said(nothing) == (
        "No trusted reading so far; no later round is scheduled: too little is known to skip it, visited",
        "Nog geen betrouwbare meting; er staat geen latere ronde gepland: er is te weinig bekend om over te slaan,"
        " bezocht",
    )


@pytest.mark.parametrize(
    ("days", "english", "dutch"),
    [
        (0, "later today", "later vandaag"),
        (1, "on Wednesday", "op woensdag"),
        (2, "on Thursday", "op donderdag"),
        (6, "on Monday", "op maandag"),
        (7, "on Tuesday 1 December", "op dinsdag 1 december"),
    ],
)
def test_when_the_next_truck_comes(days: int, english: str, dutch: str) -> None:
    sentences = said(replace(FRESH, next_chance_at=TUESDAY + timedelta(days=days)))
    assert f"next truck here {english}," in sentences[0]
    assert f"volgende wagen hier {dutch}," in sentences[1]


def test_days_are_those_of_the_municipality() -> None:
    # 23:30 in UTC is half past midnight on Thursday in Amsterdam.
    late = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)
    assert "here on Thursday," in said(replace(FRESH, next_chance_at=late))[0]


@pytest.mark.parametrize(
    ("risk", "words"), [(0.0, "under 1 % risk"), (0.009, "under 1 % risk"), (0.5, "50 % risk"), (1.0, "99 % risk")]
)
def test_risks_are_never_called_zero_or_certain(risk: float, words: str) -> None:
    assert words in said(replace(FRESH, overflow_risk=risk))[0]


def test_an_emptying_that_nobody_has_seen() -> None:
    monday_noon, friday, long_ago = (TUESDAY - timedelta(days=n) for n in (0.8, 4, 15))
    known_at = TUESDAY - timedelta(days=1)
    emptied = replace(FRESH, fill_level=0.11, last_observed_at=known_at)

    def told(decision: Decision, round_at: datetime) -> dict[str, str]:
        return explain(decision, at=TUESDAY, known_at=known_at, time_zone=AMSTERDAM, round_at=round_at)

    assert told(emptied, monday_noon)["en"].startswith(
        "Measured 69 %, will be emptied on Monday, grows 9 % a day, about 11 % full when the truck comes; next"
    )
    assert told(emptied, monday_noon)["nl"].startswith("Gemeten 69 %, wordt op maandag nog geleegd, groeit 9 % per dag")
    silent = replace(emptied, last_observed_at=known_at - timedelta(days=5), last_fill_level=0.60)
    assert told(silent, friday) == {
        "en": "Sensor silent for 5 days, last 60 %, had its round on Friday, about 11 % full when the truck comes; "
        "next truck here on Friday, 4 % risk of overflowing before that: skipped",
        "nl": "Sensor zwijgt al 5 dagen, laatst 60 %, was op vrijdag aan de beurt, ongeveer 11 % vol als de wagen "
        "komt; volgende wagen hier op vrijdag, tot dan 4 % kans op overlopen: overgeslagen",
    }
    never = replace(emptied, last_observed_at=None, last_fill_level=None)
    assert told(never, long_ago)["en"].startswith(
        "No trusted reading so far, had its round on Monday 9 November, about"
    )
    alike = replace(emptied, fill_level=0.70)
    assert "will be emptied on Monday" in told(alike, monday_noon)["en"], "also where the level is the same again"


def test_a_container_that_hardly_grows_and_one_silent_for_a_day() -> None:
    assert "hardly grows" in said(replace(FRESH, growth_per_day=0.001))[0]
    yesterday = replace(FRESH, last_observed_at=TUESDAY - timedelta(hours=30))
    assert said(yesterday)[0].startswith("Sensor silent for a day, last 69 %, probably 72 % full now")
    assert said(replace(yesterday, last_fill_level=None))[1].startswith("Sensor zwijgt al een dag, laatst 72 %")


def test_the_day_on_which_a_visit_is_cheaper() -> None:
    skipped = replace(FRESH, reason=ReasonCode.CHEAPER_LATER)
    later_at = TUESDAY + timedelta(days=5)
    found = explain(skipped, at=TUESDAY, known_at=TUESDAY, time_zone=AMSTERDAM, later_at=later_at)
    assert found["en"].endswith(": a truck is near on Sunday and that is in time, skipped")
    assert found["nl"].endswith(": op zondag is er een wagen in de buurt en dat is op tijd, overgeslagen")
