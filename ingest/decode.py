"""What a payload says, for people with a sensor in their hand: behind ``halfvol decode``."""

from __future__ import annotations

from pathlib import Path

from domain.errors import InvalidInput
from domain.observations import Quality
from domain.sensors import RejectionReason
from ingest.errors import Unreadable
from ingest.quality import judge
from ingest.sensors import get
from ingest.sensors.javascript import decode_uplink, read_script


def decode_hex(model: str, f_port: int, hex_digits: str) -> dict[str, object]:
    """The observations in a LoRaWAN payload, as JSON-able data.

    Parameters
    ----------
    model
        Name of a profile, such as "EM310-UDL".
    f_port
        LoRaWAN port, 0..255.
    hex_digits
        The payload in hex digits; spaces, colons and an ``0x`` in front do not matter.

    Raises
    ------
    InvalidInput
        When the model is unknown (close ones are named), the port or the digits cannot be, or the payload is not one
        of that model.
    """
    profile = get(model)
    payload = _payload(f_port, hex_digits)
    reading = profile.codec(f_port, payload)
    if not reading.values:
        raise Unreadable(RejectionReason.UNDECODABLE, f"{payload.hex() or 'an empty payload'} holds no measurement")
    qualities = judge(profile, reading.values)
    observations = [
        {
            "observedProperty": str(name),
            "result": value,
            "unit": profile.observed_properties[name].unit,
            "quality": qualities.get(name, Quality.GOOD).value,
        }
        for name, value in reading.values.items()
    ]
    return {
        "vendor": profile.vendor,
        "model": profile.model,
        "codec": profile.codec_name,
        "fPort": f_port,
        "payload": payload.hex(),
        "observations": observations,
    }


def decode_hex_with_script(script: Path, f_port: int, hex_digits: str) -> dict[str, object]:
    """What a vendor's codec in JavaScript makes of a LoRaWAN payload, as JSON-able data.

    Raises
    ------
    InvalidInput
        When the file cannot be read, the port or the digits cannot be, or the codec fails.
    """
    payload = _payload(f_port, hex_digits)
    data = decode_uplink(read_script(script), f_port, payload)
    return {"codec": str(script), "fPort": f_port, "payload": payload.hex(), "data": data}


def _payload(f_port: int, hex_digits: str) -> bytes:
    if not 0 <= f_port <= 255:
        raise InvalidInput(f"the LoRaWAN port is {f_port}, but must be 0 to 255")
    digits = "".join(hex_digits.split()).replace(":", "").removeprefix("0x").removeprefix("0X")
    try:
        return bytes.fromhex(digits)
    except ValueError:
        remedy = "give an even number of the digits 0-9 and a-f, such as 01755c03824408040001"
        raise InvalidInput(f"{hex_digits!r} is not a payload in hex digits", remedy=remedy) from None
