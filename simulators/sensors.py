"""The sensors of the simulated town: which model hangs where, how it reports, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from domain.containers import Container
from domain.sensors import Source
from simulators.devices import EM310_UDL, EM400_TLD, LDDS45, MODELS, SINGLE_SENSOR

MODEL_SHARES: Mapping[str, float] = {
    EM310_UDL.name: 0.3,
    EM400_TLD.name: 0.25,
    LDDS45.name: 0.2,
    SINGLE_SENSOR.name: 0.25,
}
SOURCE_SHARES: Mapping[Source, float] = {Source.NATIVE: 0.36, Source.THINGS_STACK: 0.34, Source.CHIRPSTACK: 0.30}
BATCHING_SHARE = 0.7
"""Of the sensors that speak MQTT themselves, so many upload four times a day, as Rotterdam's do."""
UPLOAD_EVERY_S = 6 * 3600
TWO_HOURLY_SHARE = 0.13
"""Interval 1 h in 83.5 % and 2 h in 12.4 % of the field's messages (77 glass containers, one year)."""
WITHOUT_SENSOR_SHARE = 0.03


class Fault(StrEnum):
    """What is wrong with a sensor."""

    NONE = "none"
    FALSE_ECHO = "false_echo"
    """It often sees something at a fixed distance, such as a weld, instead of the waste."""
    STUCK = "stuck"
    """It tells the same distance for ever."""
    CLOCK_AHEAD = "clock_ahead"
    """Its clock is a year ahead."""
    MALFORMED = "malformed"
    """Its firmware cuts some messages off in the middle."""
    SILENT = "silent"
    """It falls silent for days, again and again."""


@dataclass(frozen=True, slots=True)
class TownSensor:
    """A device in a container of the town.

    Parameters
    ----------
    device_id
        DevEUI, 16 upper-case hex digits.
    model
        Name of one of ``devices.MODELS``.
    container_id
        Where it hangs (``Container.id`` of the town).
    interval_s, offset_s
        It measures at the times t with ``t % interval_s == offset_s`` (t in seconds since 1970).
    upload_every_s
        It keeps its readings and uploads them together this often; 0 = each reading as soon as it is made.
    registered
        Whether the municipality has it in its books; nobody did so for one device.
    """

    device_id: str
    model: str
    source: Source
    container_id: int
    interval_s: int
    offset_s: int
    upload_every_s: int
    fault: Fault
    registered: bool


FAULT_SHARES: Mapping[Fault, float] = {Fault.FALSE_ECHO: 0.035, Fault.SILENT: 0.02, Fault.STUCK: 0.007}
"""Shares of all sensors; of the other faults there is one sensor each."""


def sensors(all_containers: Sequence[Container], chance: np.random.Generator) -> tuple[TownSensor, ...]:
    """Give the containers their sensors: all but about 3 % have one, and a few of those have a fault."""
    count = len(all_containers)
    bare = set(chance.choice(count, size=round(count * WITHOUT_SENSOR_SHARE), replace=False).tolist())
    first_eui = 0x70B3D57ED0000000 + int(chance.integers(0, 2**27))
    found = [
        _sensor(container, first_eui + 0x11 * container.id, chance)
        for i, container in enumerate(all_containers)
        if i not in bare
    ]
    return _with_faults(found, chance)


def _sensor(container: Container, dev_eui: int, chance: np.random.Generator) -> TownSensor:
    assert container.geometry is not None
    deep = container.geometry.empty_distance_m
    models = [name for name in MODEL_SHARES if MODELS[name].longest_empty_m >= deep]
    weights = np.array([MODEL_SHARES[name] for name in models])
    source = list(SOURCE_SHARES)[int(chance.choice(len(SOURCE_SHARES), p=list(SOURCE_SHARES.values())))]
    interval_s = 7200 if chance.random() < TWO_HOURLY_SHARE else 3600
    batching = source is Source.NATIVE and chance.random() < BATCHING_SHARE
    return TownSensor(
        device_id=f"{dev_eui:016X}",
        model=models[int(chance.choice(len(models), p=weights / weights.sum()))],
        source=source,
        container_id=container.id,
        interval_s=interval_s,
        offset_s=int(chance.integers(0, interval_s)),
        upload_every_s=UPLOAD_EVERY_S if batching else 0,
        fault=Fault.NONE,
        registered=True,
    )


def _with_faults(found: Sequence[TownSensor], chance: np.random.Generator) -> tuple[TownSensor, ...]:
    """Break some sensors: shares of false echoes, silence and sticking, and one each of the rarer kinds."""
    fitted = list(found)
    order = chance.permutation(len(fitted)).tolist()

    def take(source: Source | None = None) -> int | None:
        """The next sensor that may be broken, of that source."""
        for i in order:
            if source is None or fitted[i].source is source:
                order.remove(i)
                return i
        return None

    clock, cut_off, unknown = take(Source.NATIVE), take(Source.NATIVE), take(Source.CHIRPSTACK)
    if clock is not None:
        fitted[clock] = replace(fitted[clock], fault=Fault.CLOCK_AHEAD, upload_every_s=UPLOAD_EVERY_S)
    if cut_off is not None:
        fitted[cut_off] = replace(fitted[cut_off], fault=Fault.MALFORMED, upload_every_s=0)
    if unknown is not None:
        fitted[unknown] = replace(fitted[unknown], registered=False)
    for fault, share in FAULT_SHARES.items():
        for _ in range(round(share * len(found))):
            broken = take()
            if broken is not None:
                fitted[broken] = replace(fitted[broken], fault=fault)
    return tuple(fitted)
