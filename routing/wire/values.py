"""Single values of a JSON document, each read with its path: what is wrong is told with the place where it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import TypeVar, cast

from domain.containers import Fraction
from domain.errors import InvalidInput
from routing.amounts import LARGEST_AMOUNT, LATEST_S, Amount, TimeWindow
from routing.wire.fields import ELSEWHERE, Fields

Object = Mapping[str, object]
"""A JSON object."""

T = TypeVar("T")

LARGEST_ID = 2**63 - 1
"""Ids are those of a database's table at most."""

IN_SECONDS = "times are whole seconds from an origin of your choice, such as midnight"


def an_object(value: object, path: str) -> Object:
    """A JSON object."""
    if not isinstance(value, dict):
        raise InvalidInput(f"must be an object, not {kind(value)}", where=path)
    return cast(Object, value)


def an_array(value: object, path: str) -> list[object]:
    """A JSON array."""
    if not isinstance(value, list):
        raise InvalidInput(f"must be an array, not {kind(value)}", where=path)
    return cast(list[object], value)


def each(value: object, path: str, read: Callable[[object, str], T]) -> tuple[T, ...]:
    """Every item of an array."""
    return tuple(read(item, f"{path}[{number}]") for number, item in enumerate(an_array(value, path)))


def a_text(value: object, path: str) -> str:
    """A text that says something."""
    if not isinstance(value, str):
        raise InvalidInput(f"must be text, not {kind(value)}", where=path)
    if not value:
        raise InvalidInput("must not be empty", where=path)
    return value


def a_truth(value: object, path: str) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise InvalidInput(f"must be true or false, not {kind(value)}", where=path)
    return value


def whole(value: object, path: str, largest: int = LARGEST_AMOUNT, *, remedy: str | None = None) -> int:
    """A whole number from 0 to ``largest``."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidInput(f"must be a whole number, not {kind(value)}", where=path)
    if not 0 <= value <= largest:
        raise InvalidInput(f"must lie between 0 and {largest}, not {_shortened(value)}", where=path, remedy=remedy)
    return value


def identifier(value: object, path: str) -> int:
    """The number by which a job, vehicle, break or site is called."""
    return whole(value, path, LARGEST_ID)


def seconds(value: object, path: str) -> int:
    """A time or a duration."""
    return whole(value, path, LATEST_S, remedy=IN_SECONDS)


def pair(value: object, path: str, meaning: str, read: Callable[[object, str], T]) -> tuple[T, T]:
    """Two values; ``meaning`` says what they are."""
    values = an_array(value, path)
    if len(values) != 2:
        raise InvalidInput(f"must hold {meaning}, not {len(values)} values", where=path)
    return read(values[0], f"{path}[0]"), read(values[1], f"{path}[1]")


def kg_and_l(value: object, path: str) -> tuple[int, int]:
    """Kilograms and litres."""
    return pair(value, path, "two amounts, [kg, l]", whole)


def window(value: object, path: str) -> TimeWindow:
    """Earliest and latest time, both included."""
    start, end = pair(value, path, "two times, [earliest, latest]", seconds)
    if end < start:
        raise InvalidInput(f"ends ({end}) before it starts ({start})", where=path)
    return start, end


def windows(value: object, path: str) -> tuple[TimeWindow, ...]:
    """Windows in order that do not overlap."""
    found = each(value, path, window)
    for number in range(1, len(found)):
        if found[number][0] <= found[number - 1][1]:
            raise InvalidInput(
                f"starts ({found[number][0]}) before the one before it ends ({found[number - 1][1]})",
                where=f"{path}[{number}]",
                remedy="put the windows in order, and join those that overlap",
            )
    return found


def fraction(value: object, path: str) -> Fraction:
    """A kind of waste."""
    names = [one.value for one in Fraction]
    if isinstance(value, str) and value in names:
        return Fraction(value)
    close = get_close_matches(value, names, n=1) if isinstance(value, str) else []
    remedy = f"did you mean {close[0]!r}?" if close else f"choose from {', '.join(names)}"
    shown = repr(value) if isinstance(value, str) and len(value) < 40 else kind(value)
    raise InvalidInput(f"{shown} is no fraction", where=path, remedy=remedy)


def fractions(value: object, path: str) -> frozenset[Fraction]:
    """At least one kind of waste."""
    found = each(value, path, fraction)
    if not found:
        raise InvalidInput("names no fraction at all", where=path, remedy="name at least one")
    return frozenset(found)


def amounts(value: object, path: str) -> tuple[Amount, ...]:
    """Kilograms and litres by fraction."""
    found: list[Amount] = []
    for name, inner in an_object(value, path).items():
        of = fraction(name, path)
        kg, litres = kg_and_l(inner, f"{path}.{name}")
        found.append(Amount(of, kg, litres))
    return tuple(found)


def skills(value: object, path: str) -> frozenset[str]:
    """Skills by name; VROOM's numbers count as names."""
    return frozenset(each(value, path, _skill))


def _skill(value: object, path: str) -> str:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else a_text(value, path)


def take(value: object, path: str, fields: Fields) -> Object:
    """An object with all of the required fields and none that is not known."""
    found = an_object(value, path or "the document")
    known = (*fields.required, *fields.optional)
    for name in found:
        if name not in known:
            close = get_close_matches(name, [field for field in known if field not in found], n=1)
            remedy = f"did you mean {close[0]!r}?" if close else f"known fields: {', '.join(known)}"
            raise InvalidInput(
                f"there is no field {_shown(name)}", where=path or "the document", remedy=ELSEWHERE.get(name, remedy)
            )
    for name in fields.required:
        if name not in found:
            raise missing(path, name)
    return found


def missing(path: str, name: str, remedy: str | None = None) -> InvalidInput:
    """The error for a field that should be there."""
    return InvalidInput(f"the field {name!r} is missing", where=path or "the document", remedy=remedy)


def made(path: str, make: Callable[[], T]) -> T:
    """What ``make`` builds; what it refuses is told with the JSON path."""
    try:
        return make()
    except InvalidInput as error:
        where = error.where if error.where and error.where.startswith(path) else path
        raise InvalidInput(error.what, where=where, remedy=error.remedy) from error


def kind(value: object) -> str:
    """What sort of value it is, in words."""
    if value is None:
        return "null"
    kinds = {bool: "true or false", dict: "an object", list: "an array", str: "text", float: "a number with decimals"}
    return kinds.get(type(value), "a number")


def _shown(name: str) -> str:
    return repr(name) if len(name) < 60 else repr(name[:50] + "..")


def _shortened(value: int) -> str:
    # Python refuses to print numbers of thousands of digits.
    return str(value) if abs(value) < 10**30 else "a number of more than 30 digits"
