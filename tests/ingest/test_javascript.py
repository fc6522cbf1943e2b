"""Vendors' codecs in JavaScript: what they may do, and what a broken or hostile one costs."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from domain.errors import InvalidInput
from domain.sensors import RejectionReason
from ingest.decode import decode_hex_with_script
from ingest.errors import Unreadable
from ingest.sensors import javascript
from ingest.sensors.codec_patience import SLOW_IN_A_ROW, CodecPatience
from ingest.sensors.javascript import LONGEST_SCRIPT_BYTES, decode_uplink, read_script
from ingest.sensors.profile_file import read_profile
from ingest.sensors.profiles import PROFILES, add_folder, profile_named, read_folder

GOOD = """
function decodeUplink(input) {
  return {data: {distance: input.bytes[0] * 256 + input.bytes[1], port: input.fPort,
                 year: input.recvTime.getUTCFullYear()}, warnings: []};
}
"""
HOSTILE = {
    "endless loop": "function decodeUplink() { while (1); }",
    "endless loop outside": "for (;;);",
    "memory bomb": "function decodeUplink() { var a = []; for (;;) a.push(new Array(1000).fill(1)); }",
    "string bomb": "function decodeUplink() { return {data: {a: 'x'.repeat(1 << 29)}}; }",
    "stack overflow": "function decodeUplink(i) { return decodeUplink(i); }",
    "throws": "function decodeUplink() { throw new Error('no\\nsecond line\\u0000'); }",
    "throws what cannot be told": "function decodeUplink() { throw {toString() { while (1); }}; }",
    "slow pattern": "function decodeUplink() { /^(a+)+$/.test('a'.repeat(40) + 'b'); }",
    "endless built-in": "function decodeUplink() { Array.prototype.indexOf.call({length: 2 ** 53 - 1}, 1); }",
    "replaced built-ins": "Array.prototype.push = () => { while (1); }; function decodeUplink() { return {data: {}}; }",
    "endless toJSON": "function decodeUplink() { return {data: {a: {toJSON() { while (1); }}}}; }",
    "endless proxy": "function decodeUplink() { return new Proxy({}, {get() { while (1); }}); }",
    "circular answer": "function decodeUplink() { var a = {}; a.a = a; return {data: a}; }",
    "deep answer": "function decodeUplink() { var a = {}; for (var i = 0; i < 5000; i++) a = {a}; return {data: a}; }",
    "long answer": "function decodeUplink() { return {data: {a: 'x'.repeat(1e6)}}; }",
    "no answer": "function decodeUplink() {}",
    "null": "function decodeUplink() { return null; }",
    "text": "function decodeUplink() { return '{}'; }",
    "list": "function decodeUplink() { return {data: [1]}; }",
    "no data": "function decodeUplink() { return {}; }",
    "errors": "function decodeUplink() { return {errors: ['wrong port']}; }",
    "odd errors": "function decodeUplink() { return {errors: [{a: [[]]}]}; }",
    "no function": "var a = 1;",
    "not JavaScript": "function (",
    "promise": "async function decodeUplink() { for (;;); }",
    "module": "import os from 'os';",
}


def refusal(script: str) -> str:
    with pytest.raises(Unreadable) as caught:
        decode_uplink(script, 1, b"\x01")
    assert caught.value.reason is RejectionReason.UNDECODABLE
    assert caught.value.detail.isprintable()
    return caught.value.detail


def test_a_codec_reads_bytes_port_and_time() -> None:
    assert decode_uplink(GOOD, 7, b"\x01\x02") == {"distance": 258, "port": 7, "year": time.gmtime().tm_year}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_broken_or_hostile_codec_costs_its_own_message_only(name: str) -> None:
    started = time.monotonic()
    refusal(HOSTILE[name])
    assert time.monotonic() - started < 5
    assert decode_uplink(GOOD, 7, b"\x01\x02")["distance"] == 258


def test_what_a_codec_says_is_told_in_one_line() -> None:
    assert refusal(HOSTILE["throws"]) == "the codec failed: Error: no"
    assert refusal(HOSTILE["errors"]) == "the codec says: wrong port"


def test_nothing_stays_from_one_message_to_the_next() -> None:
    counting = (
        "var n = (globalThis.n || 0) + 1; Object.prototype.x = n; function decodeUplink() { return {data: {n: n}}; }"
    )
    assert [decode_uplink(counting, 1, b"")["n"] for _ in range(3)] == [1, 1, 1]


def test_a_codec_sees_the_language_only() -> None:
    names = "['std', 'os', 'require', 'process', 'fetch', 'setTimeout', 'print', 'WebAssembly']"
    script = f"function decodeUplink() {{ return {{data: {{seen: {names}.filter(n => n in globalThis).length}}}}; }}"
    assert decode_uplink(script, 1, b"") == {"seen": 0}


def test_several_threads_share_the_engine() -> None:
    found: list[object] = []

    def decode(number: int) -> None:
        found.extend(decode_uplink(GOOD, number, bytes((0, number)))["distance"] == number for _ in range(10))

    threads = [threading.Thread(target=decode, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 40


def test_a_codec_that_is_slow_again_and_again_is_not_tried_for_a_growing_while(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1_000.0]
    patience = CodecPatience(lambda: now[0])
    monkeypatch.setattr(javascript, "_patience", patience)
    slow = "function decodeUplink() { while (1); }  // again and again"

    def reason(script: str) -> RejectionReason:
        with pytest.raises(Unreadable) as caught:
            decode_uplink(script, 1, b"\x01")
        return caught.value.reason

    for _ in range(SLOW_IN_A_ROW):
        assert reason(slow) is RejectionReason.UNDECODABLE
    began = time.monotonic()
    assert {reason(slow) for _ in range(2_000)} == {RejectionReason.CODEC_TOO_SLOW}
    assert time.monotonic() - began < 1
    # Others are read as always.
    assert decode_uplink(GOOD, 7, b"\x01\x02")["distance"] == 258
    # After the pause one message is tried, and the next pause is twice as long, up to a bound.
    for pause_s in (10, 20, 40, 80, 160, 320, 600, 600):
        now[0] += pause_s - 1
        patience_is_over(patience, slow, is_over=False)
        now[0] += 1
        patience_is_over(patience, slow, is_over=True)
        patience.note(slow, 0.2)
    now[0] += 600
    patience.note(slow, 0.001)
    for _ in range(SLOW_IN_A_ROW - 1):
        patience.note(slow, 0.2)
    patience_is_over(patience, slow, is_over=True)


def patience_is_over(patience: CodecPatience, script: str, *, is_over: bool) -> None:
    if is_over:
        patience.check(script)
        return
    with pytest.raises(Unreadable, match="halfvol rejected retry"):
        patience.check(script)


PROFILE = """
vendor = "Gemeente"
model = "Peilbuis 1"
codec = "javascript"
script = "peilbuis.js"
mounting = "in a well"

[observed_properties]
water_level = { unit = "m", range = [-5, 5], decoded = { distance = 0.001 } }
state = { unit = "1", range = [0, 1], decoded = { state = { dry = 0, wet = 1 } } }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "peilbuis.toml").write_text(PROFILE)
    (tmp_path / "peilbuis.js").write_text(GOOD)
    return tmp_path


def test_a_municipality_adds_a_profile_with_a_codec_of_its_own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = dict(PROFILES)
    monkeypatch.setattr("ingest.sensors.profiles._known", known)
    add_folder(folder)
    profile = known["Peilbuis 1"]
    assert profile.codec(3, b"\x04\x00").values == {"water_level": 1.024}
    assert profile_named("peilbuis-1") is profile
    assert decode_hex_with_script(folder / "peilbuis.js", 3, "0400")["data"] == decode_uplink(GOOD, 3, b"\x04\x00")
    profile_named.cache_clear()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (('vendor = "Gemeente"', ""), "vendor is None, expected a text"),
        (('codec = "javascript"', 'codec = "pascal"'), "codec is 'pascal', expected one of"),
        (('script = "peilbuis.js"', 'script = "none.js"'), "No such file"),
        (("range = [-5, 5]", "range = [5, -5]"), "first number must be the smaller"),
        (("range = [-5, 5]", "range = [nan, 5]"), "expected a number"),
        (("water_level =", "WaterLevel ="), "cannot name an observed property"),
        (("mounting", "mountain"), "the profile has mountain"),
        (("distance = 0.001", 'distance = "mm"'), "water_level.decoded.distance"),
        (("[observed_properties]", "[observed"), "is no profile"),
    ],
)
def test_a_profile_that_cannot_be_names_its_file_and_what_is_wrong(
    folder: Path, change: tuple[str, str], sentence: str
) -> None:
    (folder / "peilbuis.toml").write_text(PROFILE.replace(*change))
    with pytest.raises(InvalidInput, match=sentence) as caught:
        read_folder(folder)
    assert "peilbuis" in str(caught.value) or "none.js" in str(caught.value)


def test_files_that_cannot_be_read(folder: Path) -> None:
    with pytest.raises(InvalidInput, match="there is no such folder"):
        read_folder(folder / "nowhere")
    (folder / "peilbuis.js").write_bytes(b"\xff")
    with pytest.raises(InvalidInput, match="not UTF-8"):
        read_profile(folder / "peilbuis.toml")
    (folder / "peilbuis.js").write_bytes(b" " * (LONGEST_SCRIPT_BYTES + 1))
    with pytest.raises(InvalidInput, match="more than"):
        read_script(folder / "peilbuis.js")
    (folder / "second.toml").write_text(PROFILE)
    (folder / "peilbuis.js").write_text(GOOD)
    with pytest.raises(InvalidInput, match="another profile"):
        read_folder(folder)
