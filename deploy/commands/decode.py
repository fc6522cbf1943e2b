"""Decode one payload of a sensor by hand and print what Halfvol would observe, as JSON.

Example: halfvol decode --model EM310-UDL --fport 85 01755c03824408040001"""

from __future__ import annotations

import argparse
import json

from deploy.settings import Settings
from ingest.decode import decode_hex


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("--model", required=True, help="model of the sensor, for example EM310-UDL")
    parser.add_argument("--fport", type=int, default=1, help="LoRaWAN port that the message came on (default 1)")
    parser.add_argument("payload", help="the device's bytes as hexadecimal digits")


def run(arguments: argparse.Namespace, settings: Settings) -> None:
    """Decode and print."""
    print(json.dumps(decode_hex(arguments.model, arguments.fport, arguments.payload), indent=2))
