"""Messages cut out of a broker's stream, and everything else left as it came."""

import socket
import struct
from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.publish_filter import Published, PublishFilter

PINGRESP = b"\xd0\x00"
PUBREL = b"\x62\x02\x00\x07"


def length(number: int) -> bytes:
    """A variable byte integer, as MQTT 3.1.1 has it in 2.2.3."""
    encoded = bytearray()
    while True:
        number, byte = divmod(number, 128)
        encoded.append(byte | (0x80 if number else 0))
        if not number:
            return bytes(encoded)


def publish(message: Published, *, flags: int = 0, properties: bytes | None = None) -> bytes:
    topic, payload, mid = message
    body = struct.pack("!H", len(topic)) + topic + (struct.pack("!H", mid) if mid else b"")
    if properties is not None:
        body += length(len(properties)) + properties
    body += payload
    return bytes([0x30 | (2 if mid else 0) | flags]) + length(len(body)) + body


class Pieces:
    """A connection that gives its bytes in these pieces and then ends."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._pieces = iter([piece for piece in pieces if piece])

    def recv(self, _size: int) -> bytes:
        return next(self._pieces, b"")


def read(pieces: Sequence[bytes], *, version: int = 3, size: int = 3) -> tuple[list[Published], bytes]:
    """The messages in a stream, and what is left of it."""
    messages: list[Published] = []
    filtered = PublishFilter(Pieces(pieces), version=version, deliver=messages.extend)
    rest = b""
    while True:
        try:
            part = filtered.recv(size)
        except BlockingIOError:
            assert filtered.pending() == 0
            continue
        if not part:
            return messages, rest
        rest += part


def cut(stream: bytes, places: Sequence[int]) -> Iterator[bytes]:
    edges = sorted({0, len(stream), *(place % (len(stream) + 1) for place in places)})
    for start, end in pairwise(edges):
        yield stream[start:end]


messages_of_any_kind = st.tuples(st.binary(min_size=1, max_size=40), st.binary(max_size=300), st.integers(0, 0xFFFF))
packets = st.one_of(messages_of_any_kind, st.sampled_from([PINGRESP, PUBREL]))


@given(st.lists(packets, max_size=12), st.lists(st.integers(0, 5_000), max_size=8), st.sampled_from([3, 5]))
def test_messages_and_the_rest_come_apart_however_the_stream_is_cut(
    sent: list[Published | bytes], places: list[int], version: int
):
    properties = b"\x01\x01" if version == 5 else None  # payload format indicator
    stream = b"".join([each if isinstance(each, bytes) else publish(each, properties=properties) for each in sent])
    messages, rest = read(list(cut(stream, places)), version=version)
    assert messages == [each for each in sent if not isinstance(each, bytes)]
    assert rest == b"".join([each for each in sent if isinstance(each, bytes)])


@given(st.binary(max_size=400), st.lists(st.integers(0, 400), max_size=4), st.sampled_from([3, 5]))
def test_any_bytes_are_messages_or_left_to_paho(stream: bytes, places: list[int], version: int):
    messages, rest = read(list(cut(stream, places)), version=version)
    assert sum(len(topic) + len(payload) for topic, payload, _ in messages) + len(rest) <= len(stream)


def test_repeated_and_retained_messages_are_messages():
    first, second = (b"t", b"1", 5), (b"t", b"2", 0)
    assert read([publish(first, flags=0x08), publish(second, flags=0x01)]) == ([first, second], b"")


@pytest.mark.parametrize(
    ("packet", "version"),
    [
        (b"\x34\x07\x00\x01t\x00\x01xy", 3),  # QoS 2, which nobody asked for
        (b"\x36\x07\x00\x01t\x00\x01xy", 3),  # QoS 3, which there is not
        (b"\x32\x05\x00\x01t\x00\x00", 3),  # the packet identifier 0
        (b"\x32\x04\x00\x01t\x00", 3),  # ends within its packet identifier
        (b"\x30\x04\x00\x09tx", 3),  # a topic longer than the packet
        (b"\x30\x03\x00\x00x", 3),  # no topic
        (b"\x30\x01\x00", 3),
        (b"\x30\x00", 3),
        (b"\x30\x06\x00\x00\x03\x23\x00\x01", 5),  # no topic, but an alias
        (b"\x30\x05\x00\x01t\x09x", 5),  # properties longer than the packet
        (b"\x30\x03\x00\x01t", 5),  # no properties
    ],
)
def test_what_is_not_well_formed_is_left_to_paho(packet: bytes, version: int):
    good = (b"t", b"x", 1)
    properties = b"" if version == 5 else None
    stream = packet + publish(good, properties=properties)
    assert read([stream], version=version) == ([good], packet)


def test_after_a_length_that_cannot_be_nothing_is_cut_out_any_more():
    stream = b"\x30\xff\xff\xff\xff\x01" + publish((b"t", b"x", 1))
    assert read([stream, PINGRESP]) == ([], stream + PINGRESP)


def test_a_large_message_in_many_pieces():
    large = (b"t", bytes(3_000_000), 9)
    stream = publish(large)
    pieces = [stream[start : start + 1_000] for start in range(0, len(stream), 1_000)]
    assert read(pieces) == ([large], b"")


def test_the_socket_is_still_a_socket():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        filtered = PublishFilter(ours, version=3, deliver=lambda _: None)
        filtered.setblocking(False)
        assert filtered.fileno() == ours.fileno()
        with pytest.raises(BlockingIOError):
            filtered.recv(1)
        filtered.send(PINGRESP)
        assert theirs.recv(10) == PINGRESP
        theirs.send(PUBREL)
        assert filtered.recv(1) == PUBREL[:1]
        assert filtered.pending() == 3
        theirs.close()
        assert filtered.recv(10) == PUBREL[1:]
        assert filtered.recv(1) == b""
