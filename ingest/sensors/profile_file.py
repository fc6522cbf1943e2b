"""Profiles as TOML files, one a model: those that ship with Halfvol, and those that a municipality adds."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from domain.errors import InvalidInput
from domain.sensors import Reading
from ingest.sensors import (
    aiut,
    decentlab,
    dragino,
    elsys,
    enginko,
    milesight,
    pepperl_fuchs,
    pipiot,
    sensoneo,
    smartends,
    terabee,
    vega,
    yosensi,
)
from ingest.sensors.javascript import decode_with_script, read_script
from ingest.sensors.profile import NO_CODEC, Codec, DecodedField, SensorProfile, ValueRange
from ingest.sensors.take import undecodable

CODECS: Mapping[str, Codec] = {
    "aiut": aiut.decode_alevel,
    "decentlab": decentlab.decode_dl_mbx,
    "dragino": dragino.decode_distance,
    "dragino four probes": dragino.decode_four_probes,
    "elsys": elsys.decode_records,
    "enginko": enginko.decode_level,
    "pepperl+fuchs": pepperl_fuchs.decode_sonic_level,
    "pipiot": pipiot.decode_level_sense,
    "sensoneo": sensoneo.decode_single_sensor,
    "smartends": smartends.decode_brighter_bins,
    "terabee": terabee.decode_level_monitoring,
    "vega": vega.decode_vegapuls,
    "yosensi": yosensi.decode_measurements,
}
"""Codecs that a profile can name; beside them ``milesight`` (with ``channels``), ``javascript`` (with ``script``), and
``none`` for devices whose messages hold values already."""

PROPERTY_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z][a-z0-9]*)*", re.ASCII)
"""Such that its form in camelCase leads back to it."""
_KEYS = frozenset(
    {
        "vendor", "model", "codec", "channels", "script", "observed_properties", "reporting_interval_s", "mounting",
        "no_echo_m", "tilt_limit_deg", "source",
    }
)  # fmt: skip
_PROPERTY_KEYS = frozenset({"unit", "range", "decoded"})


def read_profile(path: Path) -> SensorProfile:
    """The profile that a TOML file holds.

    Raises
    ------
    InvalidInput
        When the file cannot be read or says something that a profile cannot be; names the file.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        return _profile(document, path.parent)
    except OSError as error:
        raise InvalidInput(f"cannot be read ({error.strerror})", where=str(path)) from None
    except UnicodeDecodeError:
        raise InvalidInput("is not UTF-8", where=str(path)) from None
    except (ValueError, TypeError) as error:
        remedy = "see docs/sensors.md for what a profile holds"
        raise InvalidInput(f"is no profile: {error}", where=str(path), remedy=remedy) from None


def _profile(document: Mapping[str, Any], folder: Path) -> SensorProfile:
    _only(document, _KEYS, "the profile")
    properties = document.get("observed_properties")
    if not isinstance(properties, dict) or not properties:
        raise ValueError("[observed_properties] is missing; name at least one")
    decoded: dict[str, DecodedField] = {}
    ranges: dict[str, ValueRange] = {}
    for name, entry in properties.items():
        ranges[name] = _value_range(name, entry)
        for field, meaning in entry.get("decoded", {}).items():
            decoded[field] = _decoded_field(name, field, meaning)
    interval = document.get("reporting_interval_s", 3600)
    if not isinstance(interval, int) or isinstance(interval, bool) or not 0 < interval <= 31 * 86_400:
        raise ValueError(f"reporting_interval_s is {interval!r}, expected whole seconds, at most 31 days")
    codec_name = _text(document, "codec")
    profile = SensorProfile(
        vendor=_text(document, "vendor"),
        model=_text(document, "model"),
        codec_name=codec_name,
        codec=_no_codec,
        observed_properties=ranges,
        reporting_interval_s=interval,
        mounting=_text(document, "mounting"),
        no_echo_m=tuple(_pair(each, "no_echo_m") for each in document.get("no_echo_m", ())),
        tilt_limit_deg=_number(document.get("tilt_limit_deg", 30.0), "tilt_limit_deg"),
        decoded=decoded,
    )
    object.__setattr__(profile, "codec", _codec(codec_name, document, folder, profile))
    return profile


def _codec(name: str, document: Mapping[str, Any], folder: Path, profile: SensorProfile) -> Codec:
    if name == NO_CODEC:
        return _no_codec
    if name == "milesight":
        return milesight.decoder(document.get("channels", {}))
    if name == "javascript":
        if not profile.decoded:
            raise ValueError("no observed property says which field of decodeUplink's data it is (decoded = {..})")
        return partial(decode_with_script, read_script(folder / _text(document, "script")), profile)
    if name not in CODECS:
        raise ValueError(
            f"codec is {name!r}, expected one of {', '.join([*CODECS, 'milesight', 'javascript', NO_CODEC])}"
        )
    return CODECS[name]


def _no_codec(_f_port: int, _payload: bytes) -> Reading:
    raise undecodable("this model has no codec: its messages must hold values, or the network server decode them")


def _value_range(name: str, entry: object) -> ValueRange:
    if not PROPERTY_NAME.fullmatch(name) or len(name) > 63:
        raise ValueError(
            f"{name!r} cannot name an observed property: lower case letters, digits and _ as in sound_level"
        )
    if not isinstance(entry, dict):
        raise TypeError(f'{name} must be a table such as {{ unit = "m", range = [0, 4.5] }}')
    _only(entry, _PROPERTY_KEYS, name)
    if not isinstance(entry.get("decoded", {}), dict):
        raise TypeError(f"{name}.decoded must be a table of field = factor")
    return ValueRange(_text(entry, "unit"), *_pair(entry.get("range"), f"{name}.range"))


def _decoded_field(name: str, field: str, meaning: object) -> DecodedField:
    where = f"{name}.decoded.{field}"
    if isinstance(meaning, dict):
        return DecodedField(name, 1.0, {word: _number(value, where) for word, value in meaning.items()})
    return DecodedField(name, _number(meaning, where))


def _only(table: Mapping[str, Any], allowed: frozenset[str], where: str) -> None:
    extra = sorted(table.keys() - allowed)
    if extra:
        raise ValueError(f"{where} has {', '.join(extra)}, expected only {', '.join(sorted(allowed))}")


def _text(table: Mapping[str, Any], key: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value or len(value) > 128 or not value.isprintable():
        raise ValueError(f"{key} is {value!r}, expected a text")
    return value


def _number(value: object, where: str) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not math.isfinite(value):
        raise ValueError(f"{where} is {value!r}, expected a number")
    return float(value)


def _pair(value: object, where: str) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError(f"{where} is {value!r}, expected [minimum, maximum]")
    low, high = (_number(each, where) for each in value)
    if not low < high:
        raise ValueError(f"{where} is {value!r}, but its first number must be the smaller")
    return low, high
