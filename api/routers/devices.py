"""Devices that send but are not registered, and messages that could not be read."""

from __future__ import annotations

import base64
from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.dependencies import Transaction
from api.identifiers import RejectionId
from api.representations.base import GivenMoment, Moment, Representation
from domain.sensors import RejectionReason, Source
from storage import rejections, unclaimed
from storage.rejections import Filter, StoredRejection

router = APIRouter(tags=["devices"])

PAYLOAD_PREVIEW_BYTES = 400


class UnclaimedDevice(Representation):
    """A device whose messages are kept until somebody claims it."""

    device_id: str
    model: str | None
    source: Source
    messages: int
    first_received_at: Moment
    last_received_at: Moment


class UnclaimedDevices(Representation):
    """Most recently heard first."""

    devices: list[UnclaimedDevice]


class Rejection(Representation):
    """A message that was kept but not stored as observations, and why. ``payload`` is its beginning as text."""

    id: int
    topic: str
    payload: str
    payload_bytes: int
    received_at: Moment
    reason: RejectionReason
    detail: str
    device_id: str | None


class WholeRejection(Rejection):
    """A rejected message with all of it: ``wholePayload``, in base64."""

    whole_payload: str


class RejectionCount(Representation):
    """How many messages were rejected for a reason."""

    reason: RejectionReason
    messages: int


class Rejections(Representation):
    """The newest rejections, and the count of all by reason."""

    counts: list[RejectionCount]
    rejections: list[Rejection]


@router.get("/unclaimed-devices")
def list_unclaimed_devices(connection: Transaction) -> UnclaimedDevices:
    """Devices that send without being registered. Claim one with ``halfvol devices claim``."""
    return UnclaimedDevices(
        devices=[
            UnclaimedDevice(
                device_id=each.device_id,
                model=each.model,
                source=each.source,
                messages=each.messages,
                first_received_at=each.first_received_at,
                last_received_at=each.last_received_at,
            )
            for each in unclaimed.devices(connection)
        ]
    )


@router.get("/rejections")
def list_rejections(
    connection: Transaction,
    *,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    reason: Annotated[RejectionReason | None, Query(description="Only for this reason")] = None,
    device_id: Annotated[str | None, Query(alias="deviceId", description="Only of this device")] = None,
    start_at: Annotated[GivenMoment | None, Query(alias="startAt", description="Received since")] = None,
    end_at: Annotated[GivenMoment | None, Query(alias="endAt", description="Received before")] = None,
) -> Rejections:
    """Messages that could not be read, newest first. Read them again after a fix with ``halfvol rejected retry``."""
    chosen = Filter(reason, device_id, start_at, end_at)
    return Rejections(
        counts=[
            RejectionCount(reason=reason, messages=count)
            for reason, count in rejections.count_by_reason(connection).items()
        ],
        rejections=[
            Rejection(**_rejection(each)) for each in rejections.list_recent(connection, limit=limit, chosen=chosen)
        ],
    )


@router.get("/rejections/{rejectionId}")
def get_rejection(rejection_id: RejectionId, connection: Transaction) -> WholeRejection:
    """One message that could not be read, with all of its payload."""
    found = rejections.get(connection, rejection_id)
    encoded = base64.b64encode(found.rejection.payload).decode()
    return WholeRejection(**_rejection(found), whole_payload=encoded)


def _rejection(each: StoredRejection) -> dict[str, Any]:
    return {
        "id": each.id,
        "topic": each.rejection.topic,
        "payload": preview(each.rejection.payload),
        "payload_bytes": len(each.rejection.payload),
        "received_at": each.rejection.received_at,
        "reason": each.rejection.reason,
        "detail": each.rejection.detail,
        "device_id": each.rejection.device_id,
    }


def preview(payload: bytes) -> str:
    """The beginning of a payload: as text where it is text, else its bytes in hexadecimal."""
    start = payload[:PAYLOAD_PREVIEW_BYTES]
    try:
        text = start.decode()
    except UnicodeDecodeError as error:
        # A character that the cut went through is no reason to show all of it as bytes.
        if error.start < len(start) - 3 or len(payload) <= PAYLOAD_PREVIEW_BYTES:
            return start.hex(" ")
        text = start[: error.start].decode()
    return text if text.replace("\n", "").replace("\t", "").isprintable() else start.hex(" ")
