"""How a setting names a road engine. Apart, since settings are read before anything slow is imported."""

from __future__ import annotations

STRAIGHT_LINES = "straight-lines"
FORMS = "osrm+http://host:5000, valhalla+http://host:8002 (or https), or straight-lines"


def check_roads_url(text: str) -> str:
    """Return a setting that names a road engine, unchanged; "" = the imported streets.

    Raises
    ------
    ValueError
        When it names none.
    """
    engine, plus, url = text.partition("+")
    if text in {"", STRAIGHT_LINES}:
        return text
    if not (
        plus and engine in {"osrm", "valhalla"} and url.startswith(("http://", "https://")) and url.count("/") >= 2
    ):
        raise ValueError(f"must look like {FORMS}")
    return text
