"""What endpoints ask for: a transaction, the municipality that is served, the reader's language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import Depends, Request

from api import language
from api.settings import ApiSettings
from domain.containers import Municipality
from storage import municipalities
from storage.database import Connection, Database


def database(request: Request) -> Database:
    """The pool that ``create_app`` was given."""
    return request.app.state.database


def settings(request: Request) -> ApiSettings:
    """The settings that ``create_app`` was given."""
    return request.app.state.settings


def transaction(database: Annotated[Database, Depends(database)]) -> Iterator[Connection]:
    """One transaction per request, committed before the response is sent."""
    with database.transaction() as connection:
        yield connection


# "function": what is after the yield runs before the response leaves, so that nobody hears of what is not committed.
Transaction = Annotated[Any, Depends(transaction, scope="function")]
"""A ``storage.database.Connection``; typed loosely, or FastAPI takes the connection's class for a body."""

SettingsOf = Annotated[ApiSettings, Depends(settings)]
DatabaseOf = Annotated[Database, Depends(database)]
LanguageOf = Annotated[language.Language, Depends(language.choose)]


def municipality(connection: Transaction, settings: SettingsOf) -> Municipality:
    """The municipality that this process serves."""
    return municipalities.get(connection, settings.municipality_code)


MunicipalityOf = Annotated[Municipality, Depends(municipality, scope="function")]
