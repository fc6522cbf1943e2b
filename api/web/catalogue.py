"""The pages' words, one JSON file per language in ``messages/``; the scripts use the same files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from api.language import Language

FOLDER = Path(__file__).parent / "messages"


@cache
def messages(language: Language) -> Mapping[str, str]:
    """All messages of a language by key. ``{name}`` stands for a value, `` | `` between the forms for one and many."""
    return json.loads((FOLDER / f"{language}.json").read_text())


def message(language: Language, key: str, **values: object) -> str:
    """One message with its values filled in; the form for one or many is chosen by ``count``."""
    forms = messages(language)[key].split(" | ")
    text = forms[0] if values.get("count") == 1 else forms[-1]
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text
