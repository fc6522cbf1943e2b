"""What the simulated town hears from the platform: the emptyings that drivers reported to the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import httpx

from simulators.collection import TownEmptying
from simulators.town import Town

TIMEOUT_S = 3.0


class Platform:
    """The API as far as the town needs it. An API that is away or answers strangely is no error here.

    Parameters
    ----------
    api_url
        Where the pages are served, ``http://127.0.0.1:8000``; the API is below ``/v1``.
    """

    def __init__(self, town: Town, api_url: str) -> None:
        self._town = town
        self._client = httpx.Client(base_url=api_url.rstrip("/"), timeout=TIMEOUT_S)
        self._town_ids: dict[int, int] = {}

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def emptyings(self, since: datetime) -> frozenset[TownEmptying] | None:
        """The emptyings since an aware time that were not withdrawn; None when the API could not tell."""
        try:
            reported = self._get("/v1/emptyings", {"since": since.isoformat()})["emptyings"]
            unknown = {report["containerId"] for report in reported} - self._town_ids.keys()
            if unknown:
                self._town_ids = self._read_containers()
            return frozenset(
                TownEmptying(self._town_ids[report["containerId"]], datetime.fromisoformat(report["emptiedAt"]))
                for report in reported
                if report.get("withdrawnAt") is None and report["containerId"] in self._town_ids
            )
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            return None

    def _read_containers(self) -> dict[int, int]:
        """The town's container ids by the platform's, matched by the code painted on the containers."""
        by_code = self._town.container_by_code
        features = self._get("/v1/containers", {})["features"]
        return {
            feature["id"]: by_code[feature["properties"]["code"]].id
            for feature in features
            if feature["properties"]["code"] in by_code
        }

    def _get(self, path: str, parameters: dict[str, str]) -> Any:
        answer = self._client.get(path, params=parameters)
        answer.raise_for_status()
        return answer.json()
