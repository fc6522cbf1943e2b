"""List the sensor models that Halfvol knows: those that ship with it, and those in HALFVOL_PROFILES_DIR."""

from __future__ import annotations

import argparse
import json

from deploy.settings import Settings
from ingest.sensors import PROFILES, SensorProfile


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("--json", action="store_true", help="as a JSON array")


def run(arguments: argparse.Namespace, settings: Settings) -> None:
    """Print the profiles."""
    profiles = sorted(PROFILES.values(), key=lambda profile: (profile.vendor.casefold(), profile.model.casefold()))
    if arguments.json:
        print(json.dumps([_as_json(profile) for profile in profiles], indent=2))
        return
    columns = [("VENDOR", "MODEL", "CODEC", "EVERY", "OBSERVED PROPERTIES")]
    columns += [
        (
            profile.vendor,
            profile.model,
            profile.codec_name,
            f"{profile.reporting_interval_s // 60} min",
            ", ".join(f"{name} ({each.unit})" for name, each in profile.observed_properties.items()),
        )
        for profile in profiles
    ]
    widths = [max(len(row[column]) for row in columns) for column in range(4)]
    for row in columns:
        print("  ".join([*(row[column].ljust(widths[column]) for column in range(4)), row[4]]))


def _as_json(profile: SensorProfile) -> dict[str, object]:
    return {
        "vendor": profile.vendor,
        "model": profile.model,
        "codec": profile.codec_name,
        "reporting_interval_s": profile.reporting_interval_s,
        "mounting": profile.mounting,
        "observed_properties": {
            name: {"unit": each.unit, "range": [each.minimum, each.maximum]}
            for name, each in profile.observed_properties.items()
        },
        "decoded_fields": {name: field.observed_property for name, field in profile.decoded.items()},
    }
