import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInput
from ingest.broker_address import BrokerAddress


def test_all_parts_of_an_address():
    address = BrokerAddress.parse("mqtts://town%40x:p%3Ass@broker.example:9000?version=5")
    assert address == BrokerAddress("broker.example", 9000, True, 5, "town@x", "p:ss")
    assert "p:ss" not in f"{address} {address!r}"
    assert str(address) == "mqtts://town@x@broker.example:9000"
    assert BrokerAddress.parse("mqtt://localhost") == BrokerAddress("localhost", 1883, False)
    assert BrokerAddress.parse("mqtts://[::1]").port == 8883


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("localhost:1883", "begins with 'localhost'"),
        ("http://localhost", "begins with 'http'"),
        ("//localhost", "no mqtt:// in front"),
        ("mqtt://", "no host"),
        ("mqtt://a b", "no host that could exist"),
        ("mqtt://host:99999", "host or port cannot be read"),
        ("mqtt://host:0", "port 0"),
        ("mqtt://host/path", "nothing but"),
        ("mqtt://host?version=4", "'4' is not known"),
        ("mqtt://host?qos=1", "asks for qos"),
    ],
)
def test_addresses_that_cannot_be_used(url: str, sentence: str):
    with pytest.raises(InvalidInput, match=r"mqtt://user:password@host:1883") as caught:
        BrokerAddress.parse(url)
    assert sentence in str(caught.value)


@given(st.text(max_size=40) | st.text(max_size=30).map(lambda rest: f"mqtt://{rest}"))
def test_any_text_is_an_address_or_refused(text: str):
    try:
        address = BrokerAddress.parse(text)
    except InvalidInput:
        return
    assert address.host
    assert 0 < address.port < 65_536
