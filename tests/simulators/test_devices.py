"""Our encoders give the very bytes that the vendors and the field published."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from simulators.devices import MODELS, Measurement

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "data" / "simulators" / "sensor_vectors.json").read_text()
)


def measurement(vector: dict[str, Any]) -> tuple[str, Measurement, str]:
    """Model, measurement and DevEUI of a published example."""
    told = vector["expected"]
    if vector["model"].startswith("EM"):
        tilted = "tilt" in (told.get("tilt"), told.get("position"))
        return (
            vector["model"],
            Measurement(
                distance_m=told["distance"] / 1000,
                temperature_c=told.get("temperature", 0.0),
                battery_v=3.6,
                battery_level=told["battery"] / 100,
                tilt_deg=80.0 if tilted else 0.0,
                counter=1,
            ),
            "24E124713B000001",
        )
    if vector["model"] == "LDDS45":
        distance_m = int(told["Distance"].removesuffix(" mm")) / 1000
        return "LDDS45", Measurement(distance_m, float(told["TempC_DS18B20"]), told["Bat"], 0.9, 0.0, 1), "A8" * 8
    # The published identity is the end of the DevEUI, back to front.
    dev_eui = "70B3D500" + bytes.fromhex(told["sensor_id"])[::-1].hex().upper()
    return (
        "Single Sensor",
        Measurement(
            distance_m=told["distance_cm"] / 100,
            temperature_c=told["temperature_c"],
            battery_v=told["voltage_mv"] / 1000,
            battery_level=0.9,
            tilt_deg=told["tilt_deg"],
            counter=256 + told["tx_event"],
        ),
        dev_eui,
    )


@pytest.mark.parametrize("vector", VECTORS, ids=[f"{v['model']}-{v['bytes_hex']}" for v in VECTORS])
def test_published_bytes(vector: dict[str, Any]) -> None:
    model, measured, dev_eui = measurement(vector)
    assert MODELS[model].encode(measured, dev_eui).hex() == vector["bytes_hex"]
    assert MODELS[model].f_port == vector["fPort"]


def test_every_model_has_a_published_example() -> None:
    assert {measurement(vector)[0] for vector in VECTORS} == set(MODELS)


def test_frost_and_uprightness() -> None:
    cold = Measurement(1.0, -12.3, 3.5, 0.5, 3.0, 0)
    assert MODELS["EM400-TLD"].encode(cold, "").hex() == "017532" + "036785ff" + "0482e803" + "050000"
    assert MODELS["EM310-UDL"].encode(cold, "").hex() == "017532" + "0382e803" + "040000"
    assert MODELS["LDDS45"].encode(cold, "").hex() == "0dac" + "03e8" + "00" + "ff85" + "01"
    assert MODELS["Single Sensor"].encode(cold, "0011223344556677").hex()[-8:-4] == "64f4"
