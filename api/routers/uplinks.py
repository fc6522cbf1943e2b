"""Uplinks handed over by HTTP, by a device or a network server that shows a key."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from api.dependencies import DatabaseOf
from api.representations.base import Representation
from storage import uplink_keys
from storage.database import Database
from storage.observations import Stored
from storage.uplink_keys import UplinkKey

router = APIRouter(tags=["uplinks"])

MAXIMUM_BODY_BYTES = 64 * 1024
MAXIMUM_ARRAY_BYTES = 1024 * 1024


class AcceptUplink(Protocol):
    """Stores an uplink, or a JSON array of them together."""

    def __call__(
        self, body: bytes, *, municipality_code: str, device_id: str | None, key_device_id: str | None
    ) -> Stored:
        """Return what became of it, after the commit.

        Raises
        ------
        InvalidInput
            When it cannot be told what it, or one of the array, is; nothing is kept then.
        api.errors.Forbidden
            When it is of another device than ``key_device_id``.
        Unavailable
            When the database cannot store it now.
        """
        ...


class AcceptedUplink(Representation):
    """What became of the uplinks; all of it is committed. What is rejected is kept with its reason (/rejections)."""

    observations: int
    duplicates: int
    rejected: int
    unclaimed: int


_bearer = HTTPBearer(auto_error=False, description="A key made with: halfvol keys create")
BearerOf = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


@router.post(
    "/uplinks",
    status_code=202,
    responses={401: {"description": "No key that counts"}, 403: {"description": "Not this key's device"}},
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "Native JSON, or what The Things Stack, ChirpStack or LORIOT push (docs/messages.md);"
            " or an array of up to 1000 of these, stored together or not at all",
            "content": {
                "application/json": {
                    "schema": {"oneOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}]}
                }
            },
        }
    },
)
async def push_uplink(
    request: Request,
    database: DatabaseOf,
    bearer: BearerOf,
    device_id: Annotated[
        str | None, Query(alias="deviceId", max_length=128, description="Whose native reading it is")
    ] = None,
) -> AcceptedUplink:
    """Store uplinks. The answer comes after the commit: what is not answered with 202 may be sent again."""
    key = await run_in_threadpool(_authenticate, database, bearer)
    body = await _read_body(request)
    accept: AcceptUplink = request.app.state.accept_uplink
    stored = await run_in_threadpool(
        accept,
        body,
        municipality_code=key.municipality_code,
        device_id=device_id or key.device_id,
        key_device_id=key.device_id,
    )
    return AcceptedUplink(
        observations=stored.inserted,
        duplicates=stored.duplicates,
        rejected=stored.rejected,
        unclaimed=stored.unclaimed,
    )


def _authenticate(database: Database, bearer: HTTPAuthorizationCredentials | None) -> UplinkKey:
    if bearer is None:
        raise _unauthorized("show your key in the header Authorization: Bearer KEY")
    with database.transaction() as connection:
        key = uplink_keys.find(connection, bearer.credentials)
    if key is None or (key.revoked_at is not None and key.revoked_at <= datetime.now(UTC)):
        raise _unauthorized("this key does not exist or was revoked")
    return key


def _unauthorized(detail: str) -> HTTPException:
    return HTTPException(401, detail, headers={"WWW-Authenticate": "Bearer"})


async def _read_body(request: Request) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        is_array = body[:100].lstrip().startswith(b"[")
        if len(body) > (MAXIMUM_ARRAY_BYTES if is_array else MAXIMUM_BODY_BYTES):
            detail = f"an uplink may have {MAXIMUM_BODY_BYTES} bytes, an array of them {MAXIMUM_ARRAY_BYTES}"
            raise HTTPException(413, detail)
    return bytes(body)
