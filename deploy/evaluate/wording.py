"""The report's words and numbers, in English and Dutch: one JSON file a language in ``messages/``."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

Language = Literal["en", "nl"]
LANGUAGES: tuple[Language, ...] = ("en", "nl")

FOLDER = Path(__file__).parent / "messages"
NOTHING = "–"
NO_BREAK = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"


@cache
def messages(language: Language) -> Mapping[str, str]:
    """All messages of a language by key. ``{name}`` stands for a value, `` | `` between the forms for one and many."""
    return json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8"))


class Wording:
    """Words and numbers as one language has them."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, key: str, **values: object) -> str:
        """A message with its values filled in; the form for one or many is chosen by ``count``."""
        forms = messages(self.language)[key].split(" | ")
        text = forms[0] if values.get("count") == 1 else forms[-1]
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", str(value))
        return text

    def number(self, value: float, decimals: int = 0, *, sign: bool = False) -> str:
        """A number with the language's separators, or a dash for NaN; ``sign``: + is written too."""
        if not math.isfinite(value):
            return NOTHING
        text = f"{abs(value):,.{decimals}f}"
        if self.language == "nl":
            text = text.translate(str.maketrans(",.", ".,"))
        nothing = not any(digit in text for digit in "123456789")
        return ("" if nothing else MINUS if value < 0 else "+" if sign else "") + text

    def percent(self, share: float, decimals: int = 0, *, sign: bool = False) -> str:
        """A share 0..1 as per cent."""
        number = self.number(100 * share, decimals, sign=sign)
        return number if number == NOTHING else number + ("%" if self.language == "nl" else f"{NO_BREAK}%")
