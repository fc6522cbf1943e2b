"""Vendors' codecs in JavaScript, by the LoRa Alliance's Payload Codec API (TS013): ``decodeUplink({bytes, fPort})``.

A script runs in a process of its own (:mod:`ingest.sensors.javascript_engine`), in a fresh context for every message,
within limits on time, memory, stack and answer. One that exceeds them, fails, or answers what is no decoded payload
costs its own message only: the engine is ended and started anew where it does not answer. One that is slow again and
again is not tried for a while (:mod:`ingest.sensors.codec_patience`).

Source: LoRa Alliance TS013-1.0.0, Payload Codec API Specification.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import math
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from domain.errors import InvalidInput
from domain.sensors import Reading
from ingest.errors import Unreadable
from ingest.sensors.codec_patience import CodecPatience
from ingest.sensors.decoded import values_of
from ingest.sensors.profile import SensorProfile
from ingest.sensors.take import undecodable
from ingest.sources.strict_json import read_object, told

LONGEST_SCRIPT_BYTES = 1024 * 1024
ANSWER_WITHIN_S = 1.0
"""Wall-clock time after which the engine's process is ended; its own limit on computing time is far below."""
LONGEST_ANSWER_BYTES = 64 * 1024


def read_script(path: Path) -> str:
    """The text of a codec.

    Raises
    ------
    InvalidInput
        When the file cannot be read, or is too long.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LONGEST_SCRIPT_BYTES + 1)
        if len(content) > LONGEST_SCRIPT_BYTES:
            raise InvalidInput(f"has more than {LONGEST_SCRIPT_BYTES} bytes", where=str(path))
        return content.decode()
    except OSError as error:
        raise InvalidInput(f"cannot be read ({error.strerror})", where=str(path)) from None
    except UnicodeDecodeError:
        raise InvalidInput("is not UTF-8", where=str(path)) from None


def decode_with_script(script: str, profile: SensorProfile, f_port: int, payload: bytes) -> Reading:
    """Read a payload through a vendor's codec, and its fields as the profile says. Raises :class:`Unreadable`."""
    return Reading(phenomenon_time=None, values=values_of(profile, decode_uplink(script, f_port, payload)))


def decode_uplink(script: str, f_port: int, payload: bytes) -> Mapping[str, object]:
    """``data`` of what the script's ``decodeUplink`` answers.

    Raises
    ------
    Unreadable
        (undecodable) when the script fails, exceeds its limits, reports errors, or answers anything else;
        (codec_too_slow) when it was slow for the last messages, and is not tried.
    """
    request = {"script": script, "bytes": payload.hex(), "fPort": f_port, "recvTime": int(time.time() * 1000)}
    _patience.check(script)
    answer, seconds = _engine.ask(json.dumps(request).encode())
    _patience.note(script, math.inf if answer is None else seconds)
    if answer is None:
        raise undecodable("the codec took too long or ended its engine, which starts anew")
    told_by_engine = json.loads(answer)
    if "problem" in told_by_engine:
        raise undecodable(f"the codec failed: {_sentence(told_by_engine['problem'])}")
    try:
        decoded = read_object(told_by_engine["result"].encode("utf-8", "replace"))
    except Unreadable as error:
        raise undecodable(f"the codec's answer is no decoded payload: {error.detail}") from None
    errors = decoded.get("errors")
    if errors:
        first = errors[0] if isinstance(errors, list) else errors
        raise undecodable(f"the codec says: {_sentence(first)}")
    data = decoded.get("data")
    if not isinstance(data, dict):
        raise undecodable(f"the codec's answer is no decoded payload: data is {told(data)}, expected an object")
    return data


def _sentence(text: object) -> str:
    """The first line of what a script says, made fit to be shown."""
    lines = str(text).strip().splitlines() or [""]
    return "".join(each if each.isprintable() else " " for each in lines[0][:200]).strip() or "without a reason"


class _Engine:
    """The process that runs scripts: started at the first request, and anew after one that it did not survive."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, request: bytes) -> tuple[bytes | None, float]:
        """One request, one answer (None: it did not survive the request), and how many seconds that took."""
        with self._lock:
            began = time.monotonic()
            try:
                process = self._running()
                began = time.monotonic()  # starting is not the script's time
                answer = self._exchange(process, request)
            except (OSError, _Silent):
                self._end()
                answer = None
            return answer, time.monotonic() - began

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def _exchange(self, process: subprocess.Popen[bytes], request: bytes) -> bytes:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(len(request).to_bytes(4, "big") + request)
        process.stdin.flush()
        deadline = time.monotonic() + ANSWER_WITHIN_S
        length = int.from_bytes(_read(process.stdout.fileno(), 4, deadline), "big")
        if length > 2 * LONGEST_ANSWER_BYTES:
            raise _Silent
        return _read(process.stdout.fileno(), length, deadline)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            program = Path(__file__).with_name("javascript_engine.py")
            # A session of its own: Ctrl-C in the terminal ends it through its closed input, after the last message.
            self._process = subprocess.Popen(
                [sys.executable, "-I", str(program)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env={},
            )
            # The first answer says that it is ready, so that its start does not count as the script's time.
            assert self._process.stdout is not None
            _read(self._process.stdout.fileno(), 4, time.monotonic() + 20)
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # what was left in the buffer has nobody to go to
                    pipe.close()


class _Silent(Exception):
    """The engine ended in the middle of an answer."""


def _read(descriptor: int, length: int, deadline: float) -> bytes:
    found = b""
    while len(found) < length:
        ready, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError
        part = os.read(descriptor, length - len(found))
        if not part:
            raise _Silent
        found += part
    return found


_engine = _Engine()
_patience = CodecPatience()
atexit.register(_engine.close)
