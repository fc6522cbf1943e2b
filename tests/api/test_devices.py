from __future__ import annotations

from datetime import UTC, datetime

import pytest
from httpx import Client

from api.routers.devices import PAYLOAD_PREVIEW_BYTES, preview
from domain.sensors import Rejection, RejectionReason, Source, UnclaimedMessage
from storage import observations
from storage.database import Database

MORNING = datetime(2026, 11, 22, 8, tzinfo=UTC)
EVENING = datetime(2026, 11, 22, 20, tzinfo=UTC)


@pytest.fixture
def stored(database: Database, client: Client) -> Client:
    rejections = [
        Rejection("a/topic", b"{broken", MORNING, RejectionReason.MALFORMED, "no JSON", "DEVICE-1"),
        Rejection("a/topic", b"\x00\xff", EVENING, RejectionReason.MALFORMED, "no JSON"),
        Rejection("other", b"x" * 1000, MORNING, RejectionReason.UNKNOWN_TOPIC, "no source reads this topic"),
    ]
    unclaimed = [
        UnclaimedMessage("t", str(at).encode(), at, Source.CHIRPSTACK, "70B3D57ED005E88A", "LDDS45")
        for at in (MORNING, EVENING)
    ]
    with database.transaction() as connection:
        observations.store(connection, observations=[], rejections=rejections, unclaimed=unclaimed)
    return client


def test_unclaimed_devices(stored: Client) -> None:
    assert stored.get("/v1/unclaimed-devices").json()["devices"] == [
        {
            "deviceId": "70B3D57ED005E88A",
            "model": "LDDS45",
            "source": "chirpstack",
            "messages": 2,
            "firstReceivedAt": "2026-11-22T08:00:00Z",
            "lastReceivedAt": "2026-11-22T20:00:00Z",
        }
    ]


def test_rejections_newest_first_with_counts(stored: Client) -> None:
    answer = stored.get("/v1/rejections?limit=2").json()
    assert answer["counts"] == [
        {"reason": "malformed", "messages": 2},
        {"reason": "unknown_topic", "messages": 1},
    ]
    newest, _ = answer["rejections"]
    assert (newest["payload"], newest["payloadBytes"]) == ("00 ff", 2)
    assert stored.get("/v1/rejections?limit=0").status_code == 400


def test_nothing_to_list(client: Client) -> None:
    assert client.get("/v1/unclaimed-devices").json() == {"devices": []}
    assert client.get("/v1/rejections").json() == {"counts": [], "rejections": []}


@pytest.mark.parametrize(
    ("payload", "shown"),
    [
        (b'{"a": 1}', '{"a": 1}'),
        (b"\x01\x02", "01 02"),
        (b"\xff", "ff"),
        (b"", ""),
        ("é".encode() * PAYLOAD_PREVIEW_BYTES, "é" * (PAYLOAD_PREVIEW_BYTES // 2)),
        (b"a" + "é".encode() * PAYLOAD_PREVIEW_BYTES, "a" + "é" * (PAYLOAD_PREVIEW_BYTES // 2 - 1)),
    ],
)
def test_a_payload_in_short(payload: bytes, shown: str) -> None:
    assert preview(payload) == shown


def test_the_page_shows_how_to_claim_and_escapes_what_devices_send(stored: Client, database: Database) -> None:
    evil = Rejection("<script>", b"<script>alert(1)</script>", EVENING, RejectionReason.MALFORMED, "<b>", None)
    with database.transaction() as connection:
        observations.store(connection, observations=[], rejections=[evil])
    html = stored.get("/devices").text
    assert 'data-copy="halfvol devices claim 70B3D57ED005E88A --model LDDS45 --container CODE"' in html
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html
