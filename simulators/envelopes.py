"""How readings travel: the JSON of The Things Stack v3, of ChirpStack v4, and of devices that speak MQTT themselves.

Written as text templates, because a month of a town is 100,000 messages and building dictionaries takes five times
as long. Key structure after thingsboard/data-converters (Apache-2.0), Milesight EM310-UDL.
"""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from time import gmtime, strftime

from domain.geography import Position
from simulators.devices import Model

THINGS_STACK_APPLICATION = "waste-containers"
THINGS_STACK_TENANT = "helsinki"
CHIRPSTACK_APPLICATION = "c5a1f0de-64b7-4b9b-9a57-0d8e9a3f2b10"
CHIRPSTACK_TENANT = "0a7e4c52-2d0b-4f0e-8c57-93d1e1f0a6b4"


@dataclass(frozen=True, slots=True)
class Frame:
    """A LoRaWAN frame as the gateway heard it.

    ``heard_at_s`` is seconds since 1970 (the second in which it came), ``identity`` 64 random bits that tell this
    frame from all others, ``session`` counts the device's joins.
    """

    device_id: str
    model: Model
    position: Position
    heard_at_s: int
    counter: int
    session: int
    payload: bytes
    identity: int


@lru_cache(maxsize=128)
def _date(day: int) -> str:
    return strftime("%Y-%m-%d", gmtime(day * 86_400))


def second(time_s: int) -> str:
    """RFC 3339 date and time without zone, to be followed by a fraction and "Z": ``2026-11-22T10:00:00``."""
    day, rest = divmod(time_s, 86_400)
    hour, rest = divmod(rest, 3600)
    return f"{_date(day)}T{hour:02d}:{rest // 60:02d}:{rest % 60:02d}"


def _base64(payload: bytes) -> str:
    return b2a_base64(payload, newline=False).decode("ascii")


def native_topic(municipality_code: str, device_id: str) -> str:
    """Where a device that speaks MQTT itself publishes."""
    return f"halfvol/v1/{municipality_code}/devices/{device_id}/up"


def things_stack_topic(device_id: str) -> str:
    """Where The Things Stack publishes the uplinks of a device."""
    return f"v3/{THINGS_STACK_APPLICATION}@{THINGS_STACK_TENANT}/devices/eui-{device_id.lower()}/up"


def chirpstack_topic(device_id: str) -> str:
    """Where ChirpStack publishes the uplinks of a device."""
    return f"application/{CHIRPSTACK_APPLICATION}/device/{device_id.lower()}/event/up"


def native(fields: Sequence[str], *, counter: int, model: str | None = None) -> bytes:
    """JSON of a device that speaks MQTT itself.

    Parameters
    ----------
    fields
        For each reading the inside of its JSON object: ``"phenomenonTime":"..","distance":1.23``.
    counter
        The device's message counter.
    model
        Given: a batch with all readings; None: exactly one reading, flat.
    """
    if model is None:
        return f'{{{fields[0]},"fCnt":{counter}}}'.encode()
    return f'{{"model":"{model}","fCnt":{counter},"observations":[{{{"},{".join(fields)}}}]}}'.encode()


def things_stack(frame: Frame) -> bytes:
    """The Things Stack v3: about 1.5 kB."""
    heard = second(frame.heard_at_s)
    identity = f"{frame.identity:016X}"
    eui = frame.device_id
    ulid = f"01K{identity}{frame.counter & 0xFFFF:05d}"
    fraction = frame.identity % 250_000
    tick = (frame.heard_at_s * 1_000_000 + fraction) & 0xFFFFFFFF
    gateway = _GATEWAYS[frame.identity % len(_GATEWAYS)]
    rssi = -60 - frame.identity % 55
    snr = frame.identity % 170 / 10 - 5
    # The server leaves out what is zero, false or empty.
    counter = f'"f_cnt":{frame.counter},' if frame.counter else ""
    channel = frame.identity % 8
    channel_index = f'"channel_index":{channel},' if channel else ""
    frequency = _FREQUENCIES[channel]
    return (
        f'{{"end_device_ids":{{"device_id":"eui-{eui.lower()}","application_ids":'
        f'{{"application_id":"{THINGS_STACK_APPLICATION}"}},"dev_eui":"{eui}","join_eui":"24E124C0002A0001",'
        f'"dev_addr":"27{eui[-6:]}"}},"correlation_ids":["as:up:{ulid}A0","gs:uplink:{ulid}A1","ns:uplink:{ulid}A2",'
        f'"rpc:/ttn.lorawan.v3.GsNs/HandleUplink:{ulid}A3","rpc:/ttn.lorawan.v3.NsAs/HandleUplink:{ulid}A4"],'
        f'"received_at":"{heard}.{fraction + 450_000:06d}413Z","uplink_message":{{'
        f'"session_key_id":"{_session_key(eui, frame.session)}","f_port":{frame.model.f_port},{counter}'
        f'"frm_payload":"{_base64(frame.payload)}","rx_metadata":[{{"gateway_ids":{{"gateway_id":"eui-{gateway}",'
        f'"eui":"{gateway.upper()}"}},"time":"{heard}.{fraction:06d}Z","timestamp":{tick},"rssi":{rssi},'
        f'"channel_rssi":{rssi},"snr":{snr:.1f},"frequency_offset":"{frame.identity % 1000}",'
        f'"uplink_token":"CiIKIAoUZXVpLTZhN2UxMTFhMTAwMDAwMDASCCThJP{identity}",{channel_index}'
        f'"received_at":"{heard}.{fraction + 20_000:06d}681Z"}}],"settings":{{"data_rate":{{"lora":{{'
        f'"bandwidth":125000,"spreading_factor":7,"coding_rate":"4/5"}}}},"frequency":"{frequency}",'
        f'"timestamp":{tick},"time":"{heard}.{fraction:06d}Z"}},"received_at":"{heard}.{fraction + 230_000:06d}782Z",'
        f'"consumed_airtime":"0.056576s","locations":{{"user":{{"latitude":{frame.position.lat},'
        f'"longitude":{frame.position.lon},"source":"SOURCE_REGISTRY"}}}},"version_ids":{{'
        f'"brand_id":"{_BRANDS[frame.model.vendor]}","model_id":"{_model_id(frame.model.name)}",'
        f'"hardware_version":"1.0","firmware_version":"1.1","band_id":"EU_863_870"}},'
        f'"network_ids":{{"net_id":"000013","tenant_id":"{THINGS_STACK_TENANT}","cluster_id":"eu1",'
        f'"cluster_address":"eu1.cloud.thethings.industries"}}}}}}'
    ).encode()


def chirpstack(frame: Frame) -> bytes:
    """ChirpStack v4: about 1 kB."""
    heard = f"{second(frame.heard_at_s)}.{frame.identity % 900_000:06d}+00:00"
    identity = f"{frame.identity:016x}"
    eui = frame.device_id.lower()
    channel = frame.identity % 8
    return (
        f'{{"deduplicationId":"{identity[:8]}-{identity[8:12]}-4{identity[13:]}-8{identity[1:4]}-{eui[4:]}",'
        f'"time":"{heard}","deviceInfo":{{"tenantId":"{CHIRPSTACK_TENANT}","tenantName":"Helsinki",'
        f'"applicationId":"{CHIRPSTACK_APPLICATION}","applicationName":"Waste containers",'
        f'"deviceProfileId":"605d08d4-65f5-4d2c-8a5a-{frame.model.f_port:012d}",'
        f'"deviceProfileName":"{frame.model.name}","deviceName":"{eui}","devEui":"{eui}","tags":{{}}}},'
        f'"devAddr":"01{eui[-6:]}","adr":true,"dr":5,"fCnt":{frame.counter},"fPort":{frame.model.f_port},'
        f'"confirmed":false,"data":"{_base64(frame.payload)}","rxInfo":[{{'
        f'"gatewayId":"{_GATEWAYS[frame.identity % len(_GATEWAYS)]}","uplinkId":{frame.identity % 65_536},'
        f'"time":"{heard}","rssi":{-60 - frame.identity % 55},"snr":{frame.identity % 170 / 10 - 5:.1f},'
        f'"channel":{channel},"rfChain":1,"location":{{"latitude":60.1699,"longitude":24.9384}},"context":"EFwMtA==",'
        f'"metadata":{{"region_common_name":"EU868","region_config_id":"eu868"}},"crcStatus":"CRC_OK"}}],'
        f'"txInfo":{{"frequency":{_FREQUENCIES[channel]},"modulation":{{"lora":{{"bandwidth":125000,'
        f'"spreadingFactor":7,"codeRate":"CR_4_5"}}}}}}}}'
    ).encode()


_GATEWAYS = ("24e124fffef0a1b2", "a84041ffff1e2d3c", "00800000a000c4d5")
_FREQUENCIES = (868100000, 868300000, 868500000, 867100000, 867300000, 867500000, 867700000, 867900000)
_BRANDS = {"Milesight": "milesight-iot", "Dragino": "dragino", "Sensoneo": "sensoneo"}


@lru_cache(maxsize=16)
def _model_id(name: str) -> str:
    return name.lower().replace(" ", "-")


@lru_cache(maxsize=100_000)
def _session_key(device_id: str, session: int) -> str:
    return _base64(bytes.fromhex(device_id) + session.to_bytes(8, "big", signed=True))
