"""Decisions as sentences in English and Dutch that a driver accepts.

Each sentence has three parts: what is known of the container, when the next truck could come and what the risk is
until then, and what follows from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from domain.plans import Decision, ReasonCode

SILENT_FROM = timedelta(days=1)
"""A sensor that has said nothing trustworthy for so long is called silent."""

SAME_LEVEL = 0.035
"""A forecast that differs less than this from the last reading is not told apart from it."""


@dataclass(frozen=True, slots=True)
class _Language:
    """The words of one language. Fields in braces are filled in."""

    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    on_day: str
    on_date: str
    today: str
    full: str
    measured: str
    coming: str
    had_round: str
    by_then: str
    grows: str
    steady: str
    silent: str
    silent_one_day: str
    estimate: str
    never_read: str
    next_truck: str
    risk_until: str
    risk_alone: str
    no_next: str
    under_one: str
    visited: dict[ReasonCode, str]
    skipped: dict[ReasonCode, str]


_ENGLISH = _Language(
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    months=(
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    on_day="on {weekday}",
    on_date="on {weekday} {day} {month}",
    today="later today",
    full="{level} full",
    measured="measured {last}",
    coming="will be emptied {when}",
    had_round="had its round {when}",
    by_then="about {level} full when the truck comes",
    grows="grows {growth} a day",
    steady="hardly grows",
    silent="sensor silent for {days} days, last {last}",
    silent_one_day="sensor silent for a day, last {last}",
    estimate="probably {level} full now",
    never_read="no trusted reading so far",
    next_truck="next truck here {when}",
    risk_until="{risk} risk of overflowing before that",
    risk_alone="{risk} risk of overflowing",
    no_next="no later round is scheduled",
    under_one="under 1 %",
    visited={
        ReasonCode.OVERFLOW_RISK: "visited",
        ReasonCode.ABOVE_THRESHOLD: "full enough to be worth the stop, visited",
        ReasonCode.ON_THE_WAY: "the truck passes close by, visited on the way",
        ReasonCode.NO_TRUSTED_READING: "too little is known to skip it, visited",
        ReasonCode.REQUESTED: "asked for, visited",
        ReasonCode.INTERVAL: "as long between two emptyings as is allowed, visited",
        ReasonCode.COMING_DAYS_FULL: "no room for it in the coming days, visited early",
    },
    skipped={
        ReasonCode.RISK_LOW: "skipped",
        ReasonCode.NO_ROUND: "its waste is not collected today, skipped",
        ReasonCode.NOT_WORTH_DETOUR: "not worth the detour today, skipped",
        ReasonCode.NO_CAPACITY: "does not fit in today's trucks and shifts, skipped",
        ReasonCode.UNREACHABLE: "no way for the truck on the street map, skipped",
        ReasonCode.NO_VEHICLE: "no truck for its waste works today, skipped",
        ReasonCode.CHEAPER_LATER: "a truck is near {when} and that is in time, skipped",
        ReasonCode.NOT_A_FIXED_DAY: "today is not one of its days, skipped",
        ReasonCode.TOO_SOON: "too soon after its last emptying, skipped",
        ReasonCode.DAY_OFF: "no collection today, skipped",
        ReasonCode.MARKET: "no truck may come in today's hours, skipped",
    },
)

_DUTCH = _Language(
    weekdays=("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
    months=(
        *("januari", "februari", "maart", "april", "mei", "juni"),
        *("juli", "augustus", "september", "oktober", "november", "december"),
    ),
    on_day="op {weekday}",
    on_date="op {weekday} {day} {month}",
    today="later vandaag",
    full="{level} vol",
    measured="gemeten {last}",
    coming="wordt {when} nog geleegd",
    had_round="was {when} aan de beurt",
    by_then="ongeveer {level} vol als de wagen komt",
    grows="groeit {growth} per dag",
    steady="groeit nauwelijks",
    silent="sensor zwijgt al {days} dagen, laatst {last}",
    silent_one_day="sensor zwijgt al een dag, laatst {last}",
    estimate="nu waarschijnlijk {level} vol",
    never_read="nog geen betrouwbare meting",
    next_truck="volgende wagen hier {when}",
    risk_until="tot dan {risk} kans op overlopen",
    risk_alone="{risk} kans op overlopen",
    no_next="er staat geen latere ronde gepland",
    under_one="minder dan 1 %",
    visited={
        ReasonCode.OVERFLOW_RISK: "bezocht",
        ReasonCode.ABOVE_THRESHOLD: "vol genoeg voor een stop, bezocht",
        ReasonCode.ON_THE_WAY: "de wagen komt er vlak langs, onderweg meegenomen",
        ReasonCode.NO_TRUSTED_READING: "er is te weinig bekend om over te slaan, bezocht",
        ReasonCode.REQUESTED: "er is om gevraagd, bezocht",
        ReasonCode.INTERVAL: "langer mag er niet tussen twee legingen zitten, bezocht",
        ReasonCode.COMING_DAYS_FULL: "de komende dagen is er geen plaats voor, nu al bezocht",
    },
    skipped={
        ReasonCode.RISK_LOW: "overgeslagen",
        ReasonCode.NO_ROUND: "deze fractie wordt vandaag niet opgehaald, overgeslagen",
        ReasonCode.NOT_WORTH_DETOUR: "vandaag de omweg niet waard, overgeslagen",
        ReasonCode.NO_CAPACITY: "past niet in de wagens en diensten van vandaag, overgeslagen",
        ReasonCode.UNREACHABLE: "geen weg voor de wagen op de kaart, overgeslagen",
        ReasonCode.NO_VEHICLE: "geen wagen voor deze fractie aan het werk, overgeslagen",
        ReasonCode.CHEAPER_LATER: "{when} is er een wagen in de buurt en dat is op tijd, overgeslagen",
        ReasonCode.NOT_A_FIXED_DAY: "vandaag is niet een van de vaste dagen, overgeslagen",
        ReasonCode.TOO_SOON: "te kort na de laatste leging, overgeslagen",
        ReasonCode.DAY_OFF: "vandaag wordt er niet ingezameld, overgeslagen",
        ReasonCode.MARKET: "op de uren van vandaag mag er geen wagen komen, overgeslagen",
    },
)


def explain(
    decision: Decision,
    *,
    at: datetime,
    known_at: datetime,
    time_zone: tzinfo,
    later_at: datetime | None = None,
    round_at: datetime | None = None,
) -> dict[str, str]:
    """Say in one sentence per language ("en", "nl") why the container is visited or skipped.

    ``at``: when the round begins; ``known_at``: when the plan was made, from which a silence counts; both aware.
    ``time_zone``: of the municipality, for weekdays. ``later_at``: when a visit is cheaper, for that reason.
    ``round_at``: when it is taken to have been emptied, or to be emptied before ``at``, though nobody has seen it.
    Numbers that the decision does not have are left out.
    """
    return {
        language: _sentence(
            words, decision, at=at, known_at=known_at, time_zone=time_zone, later_at=later_at, round_at=round_at
        )
        for language, words in (("en", _ENGLISH), ("nl", _DUTCH))
    }


def _sentence(
    language: _Language,
    decision: Decision,
    *,
    at: datetime,
    known_at: datetime,
    time_zone: tzinfo,
    later_at: datetime | None,
    round_at: datetime | None,
) -> str:
    emptied = "" if round_at is None else _emptied(language, round_at, known_at, at, time_zone)
    known = _known(language, decision, known_at, emptied)
    outlook = _outlook(language, decision, at, time_zone)
    outcome = (language.visited if decision.visited else language.skipped).get(decision.reason)
    if outcome is None:
        # A reason that goes with the other outcome, for instance a risky container that a planner took out.
        outcome = (language.visited[ReasonCode.OVERFLOW_RISK], language.skipped[ReasonCode.RISK_LOW])[
            0 if decision.visited else 1
        ]
    if "{when}" in outcome:
        moment = later_at or decision.next_chance_at or at
        outcome = outcome.format(when=_day(language, moment.astimezone(time_zone), at.astimezone(time_zone)))
    sentence = "; ".join(part for part in (known, outlook) if part)
    sentence = f"{sentence}: {outcome}" if sentence else outcome
    return sentence[0].upper() + sentence[1:]


def _emptied(language: _Language, round_at: datetime, known_at: datetime, at: datetime, time_zone: tzinfo) -> str:
    """An emptying that nobody has seen: it lies ahead, or is taken to have been made on a round."""
    words = language.coming if round_at >= known_at else language.had_round
    return words.format(when=_day_near(language, round_at.astimezone(time_zone), at.astimezone(time_zone)))


def _known(language: _Language, decision: Decision, known_at: datetime, emptied: str) -> str:
    """What is known of the container: fresh, from a silent sensor, or nothing; and that it was or will be emptied."""
    level = None if decision.fill_level is None else percent(decision.fill_level)
    estimate = (language.by_then if emptied else language.estimate).format(level=level) if level else ""
    if decision.last_observed_at is None:
        return ", ".join(part for part in (language.never_read, emptied, estimate) if part)
    silence = known_at - decision.last_observed_at
    if silence < SILENT_FROM:
        return ", ".join(_fresh(language, decision, emptied))
    last = level if decision.last_fill_level is None else percent(decision.last_fill_level)
    words = language.silent if silence.days > 1 else language.silent_one_day
    silent = words.format(days=silence.days, last=last) if last else ""
    return ", ".join(part for part in (silent, emptied, estimate) if part)


def _fresh(language: _Language, decision: Decision, emptied: str) -> list[str]:
    """One level where the measured one still holds when the truck comes, both where it does not."""
    growth = _growth(language, decision)
    level, last = decision.fill_level, decision.last_fill_level
    if level is None:
        return [*([emptied] if emptied else []), *growth]
    if not emptied and (last is None or abs(level - last) < SAME_LEVEL):
        return [language.full.format(level=percent(level)), *growth]
    measured = [] if last is None else [language.measured.format(last=percent(last))]
    by_then = language.by_then.format(level=percent(level))
    return [*measured, *([emptied] if emptied else []), *growth, by_then]


def _growth(language: _Language, decision: Decision) -> list[str]:
    if decision.growth_per_day is None:
        return []
    if decision.growth_per_day < 0.005:
        return [language.steady]
    return [language.grows.format(growth=percent(decision.growth_per_day))]


def _outlook(language: _Language, decision: Decision, at: datetime, time_zone: tzinfo) -> str:
    """When the next truck could come and the risk until then."""
    risk = None if decision.overflow_risk is None else _risk(language, decision.overflow_risk)
    if decision.next_chance_at is None:
        alone = language.risk_alone.format(risk=risk) if risk else ""
        return ", ".join(part for part in (language.no_next, alone) if part)
    when = _day(language, decision.next_chance_at.astimezone(time_zone), at.astimezone(time_zone))
    parts = [language.next_truck.format(when=when)]
    if risk:
        parts.append(language.risk_until.format(risk=risk))
    return ", ".join(parts)


def _day(language: _Language, day: datetime, today: datetime) -> str:
    ahead = (day.date() - today.date()).days
    if ahead <= 0:
        return language.today
    return _day_near(language, day, today)


def _day_near(language: _Language, day: datetime, today: datetime) -> str:
    """The weekday within a week before or after today, else the date."""
    weekday = language.weekdays[day.weekday()]
    if abs((day.date() - today.date()).days) < 7:
        return language.on_day.format(weekday=weekday)
    return language.on_date.format(weekday=weekday, day=day.day, month=language.months[day.month - 1])


def percent(share: float) -> str:
    """A share as a percentage: 0.724 becomes "72 %"."""
    return f"{round(100 * share)} %"


def _risk(language: _Language, risk: float) -> str:
    """Risks are never called zero or certain."""
    if risk < 0.01:
        return language.under_one
    return percent(min(risk, 0.99))
