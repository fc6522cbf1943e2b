from __future__ import annotations

import pytest

from domain.errors import InvalidInput
from simulators.broker import Broker, parse_broker_url


@pytest.mark.parametrize(
    ("url", "broker"),
    [
        ("mqtt://localhost", Broker("localhost", 1883)),
        ("mqtt://127.0.0.1:4711", Broker("127.0.0.1", 4711)),
        ("mqtts://broker.example", Broker("broker.example", 8883, tls=True)),
        ("mqtt://ann:p%40ss%3Aword@h:1", Broker("h", 1, user="ann", password="p@ss:word")),
        ("mqtt://[::1]:1883?version=5", Broker("::1", 1883, version=5)),
    ],
)
def test_urls(url: str, broker: Broker) -> None:
    assert parse_broker_url(url) == broker


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("http://secret@localhost", "begins with http://"),
        ("localhost:1883", "begins with localhost://"),
        ("", "begins with nothing://"),
        ("mqtt://", "names no host"),
        ("mqtt://h:99999", "cannot be read"),
        ("mqtt://h?version=4", "asks for version 4"),
    ],
)
def test_other_urls_are_refused_with_a_remedy(url: str, complaint: str) -> None:
    with pytest.raises(InvalidInput, match=complaint) as caught:
        parse_broker_url(url)
    assert "secret" not in str(caught.value)
    assert caught.value.remedy


def test_the_password_is_not_shown() -> None:
    broker = parse_broker_url("mqtt://ann:hunter2@h:1")
    assert "hunter2" not in str(broker) + repr(broker)
