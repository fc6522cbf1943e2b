"""A socket in front of paho that takes the messages out of what the broker sends and leaves everything else to paho.

paho reads each packet with three system calls and some twenty Python calls: 22 to 25 us a message, more than all the
rest of ingest. Here the connection is read 256 kB at a time, and the PUBLISH packets of QoS 0 and 1 are cut out of it;
connecting, subscribing, keeping alive, leaving and whatever is not well-formed reach paho as they came, through
``recv``. paho reads sockets that buffer since it knows TLS: it asks ``pending``.

Source: MQTT 3.1.1, sections 2.2 and 3.3; MQTT 5.0, sections 2.1 and 3.3.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

READ_BYTES = 256 * 1024
_PUBLISH = 0x30
_PUBLISH_QOS_1 = 0x32
_KIND_AND_QOS = 0xF6  # without DUP and RETAIN, which say nothing that is needed here
_LONGEST_LENGTH = 4

Published = tuple[bytes, bytes, int]
"""Topic, payload, and the packet identifier (0 for QoS 0)."""


class PublishFilter:
    """What paho may use in place of the socket of one connection.

    Parameters
    ----------
    connected
        The socket, or what TLS made of it.
    version
        Of MQTT: 3 or 5.
    deliver
        Called with the messages of each read, in their order, in the thread that reads; may wait.
    """

    def __init__(self, connected: Any, *, version: int, deliver: Callable[[Sequence[Published]], None]) -> None:
        self._socket = connected
        self._five = version == 5
        self._deliver = deliver
        self._incomplete = bytearray()
        self._wanted = 0
        self._rest = bytearray()
        self._is_clear = True

    def __getattr__(self, name: str) -> Any:
        """Everything else that a socket can: send, close, fileno, setblocking, .."""
        return getattr(self._socket, name)

    def recv(self, size: int) -> bytes:
        """Up to ``size`` bytes of what is not a message; b"" at the end of the connection.

        Raises
        ------
        BlockingIOError
            When there were only messages.
        """
        if not self._rest:
            data = self._socket.recv(READ_BYTES)
            if not data:
                return b""
            self._take(data)
            if not self._rest:
                raise BlockingIOError
        part = bytes(self._rest[:size])
        del self._rest[:size]
        return part

    def pending(self) -> int:
        """How many bytes can be had without waiting."""
        inner = getattr(self._socket, "pending", None)
        return len(self._rest) + (0 if inner is None else inner())

    def _take(self, data: bytes) -> None:
        if not self._is_clear:
            self._rest += data
            return
        if self._incomplete:
            self._incomplete += data
            if len(self._incomplete) < self._wanted:
                return
            data = bytes(self._incomplete)
        self._wanted = 0
        found: list[Published] = []
        position, end = 0, len(data)
        while end - position >= 2:
            length, start = data[position + 1], position + 2
            if length & 0x80:
                length, start = _length_at(data, position + 1)
                if start == 0:
                    break
                if start < 0:
                    # No packet begins like that. Nothing that follows can be told apart: paho ends the connection.
                    self._is_clear = False
                    self._rest += data[position:]
                    position = end
                    break
            stop = start + length
            if stop > end:
                self._wanted = stop - position
                break
            message = self._message(data, position, start, stop)
            if message is None:
                self._rest += data[position:stop]
            else:
                found.append(message)
            position = stop
        self._incomplete = bytearray(data[position:])
        if found:
            self._deliver(found)

    def _message(self, data: bytes, position: int, start: int, stop: int) -> Published | None:
        """The message of the packet at ``position``, whose header ends at ``start``; None where it is none for us."""
        kind = data[position] & _KIND_AND_QOS
        if kind not in (_PUBLISH_QOS_1, _PUBLISH) or stop - start < 2:
            return None
        topic_start = start + 2
        topic_end = after = topic_start + (data[start] << 8 | data[start + 1])
        mid = 0
        if kind == _PUBLISH_QOS_1:
            after += 2
            if after <= stop:
                mid = data[topic_end] << 8 | data[topic_end + 1]
        is_sound = topic_start < topic_end and (mid > 0) == (kind == _PUBLISH_QOS_1)
        if self._five and is_sound and after < stop:
            length, properties = _length_at(data, after)
            is_sound = properties > 0
            after = properties + length
        elif self._five:
            is_sound = False
        if not is_sound or after > stop:
            return None
        return data[topic_start:topic_end], data[after:stop], mid


def _length_at(data: bytes, position: int) -> tuple[int, int]:
    """A variable byte integer and where it ends: 0 where it goes on behind the data, -1 where it is none."""
    length = 0
    for place in range(_LONGEST_LENGTH):
        if position + place >= len(data):
            return 0, 0
        byte = data[position + place]
        length |= (byte & 0x7F) << 7 * place
        if not byte & 0x80:
            return length, position + place + 1
    return 0, -1
