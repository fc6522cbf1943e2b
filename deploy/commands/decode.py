"""Decode one payload of a sensor by hand and print what Halfvol would observe, as JSON.

Example: halfvol decode --model EM310-UDL --fport 85 01755c03824408040001

With --codec, run a vendor's codec in JavaScript (decodeUplink) instead and print the data that it gives."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from deploy.settings import Settings
from ingest.decode import decode_hex, decode_hex_with_script


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument("--model", help="model of the sensor, for example EM310-UDL")
    how.add_argument("--codec", type=Path, metavar="FILE.js", help="a vendor's codec with decodeUplink")
    parser.add_argument("--fport", type=int, default=1, help="LoRaWAN port that the message came on (default 1)")
    parser.add_argument("payload", help="the device's bytes as hexadecimal digits")


def run(arguments: argparse.Namespace, settings: Settings) -> None:
    """Decode and print."""
    if arguments.codec is not None:
        decoded = decode_hex_with_script(arguments.codec, arguments.fport, arguments.payload)
    else:
        decoded = decode_hex(arguments.model, arguments.fport, arguments.payload)
    print(json.dumps(decoded, indent=2))
