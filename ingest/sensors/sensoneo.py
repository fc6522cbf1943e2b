"""Sensoneo Single Sensor (ultrasonic, firmware 184): a header and thirteen bytes.

=====  =====  ================================================================================
byte   bytes  value
=====  =====  ================================================================================
0      4      header ``ff ff 22 b8``; frames without it (13 bytes in all) are read as well
4      4      number of the sensor
8      1      event: 1 = measurement
9      4      four echoes, each in units of 2 cm; 7f (254 cm) = no echo
13     1      battery: voltage = 2500 mV + 10 mV x value
14     1      temperature, signed, degrees Celsius (published decoders read it unsigned: -4 became 252)
15     1      tilt, degrees
16     1      counter of transmissions
=====  =====  ================================================================================

Example: ``ffff22b8 14170070 01 42424242 6b fc 04 ac`` = 132 cm, 3570 mV, -4 degrees, tilted by 4 degrees.
The distance is the (lower) median of the echoes that came back, or 2.54 m when none did. LoRaWAN port 2; any is read.

Source: field frames in davidvblumenthal/GarbageGrowth_Forecasting and the table of the vendor's data sheet there.
"""

from __future__ import annotations

import statistics
import struct

from domain.observations import ObservedProperty
from domain.sensors import Reading, RejectionReason
from ingest.errors import Unreadable

HEADER = bytes.fromhex("ffff22b8")
NO_ECHO = 0x7F
NO_ECHO_M = 2.54
MEASUREMENT_EVENT = 1
_LAYOUT = struct.Struct(">4sB4sBbBB")


def decode_single_sensor(f_port: int, payload: bytes) -> Reading:
    """Read a payload of the Single Sensor. Raises :class:`Unreadable` (undecodable)."""
    body = payload.removeprefix(HEADER)
    if len(body) != _LAYOUT.size:
        detail = f"the Single Sensor sends {_LAYOUT.size} bytes after the header ffff22b8, this has {len(body)}"
        raise Unreadable(RejectionReason.UNDECODABLE, detail)
    _number, event, echoes, battery, temperature, tilt, _count = _LAYOUT.unpack(body)
    if event != MEASUREMENT_EVENT:
        raise Unreadable(RejectionReason.UNDECODABLE, f"event {event} is not a measurement (event {MEASUREMENT_EVENT})")
    heard = [echo for echo in echoes if echo != NO_ECHO]
    values: dict[str, float] = {
        ObservedProperty.DISTANCE: statistics.median_low(heard) * 2 / 100 if heard else NO_ECHO_M,
        ObservedProperty.BATTERY_VOLTAGE: (2500 + 10 * battery) / 1000,
        ObservedProperty.TEMPERATURE: float(temperature),
        ObservedProperty.TILT: float(tilt),
    }
    return Reading(phenomenon_time=None, values=values)
