"""OpenStreetMap extracts of regions by name, downloaded so that an interrupted download goes on where it stopped."""

from __future__ import annotations

import json
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path

import httpx

from domain.errors import HalfvolError, InvalidInput, NotFound, Unavailable

TIMEOUT = httpx.Timeout(60.0, connect=10.0)
PIECE = 1 << 16
_RESUMED, _NOTHING_MORE = 206, 416

Progress = Callable[[int, int | None], None]
"""Told how many bytes there are, and how many there will be if that is known."""


def region_url(name: str) -> str:
    """Where the extract of a region is, from the table that pyrosm carries (Geofabrik and BBBike).

    Raises
    ------
    NotFound
        When there is no such region, or several; the sentence names what comes near.
    """
    from pyrosm.data import available, search_source  # noqa: PLC0415  (takes a second to import)

    wanted = "/".join(part.strip().lower().replace(" ", "_").replace("-", "_") for part in name.split("/"))
    try:
        return str(search_source(wanted)["url"])
    except ValueError as error:
        if "ambiguous" in str(error):
            options = str(error).rpartition("e.g. ")[2].rstrip(".")
            raise NotFound(f"there are several regions called {name!r}", remedy=f"say which: {options}") from None
        known = [each for group in available.values() for each in _names(group)]
        near = ", ".join(get_close_matches(wanted.rpartition("/")[2], known, n=5, cutoff=0.6))
        remedy = f"did you mean {near}?" if near else "download an extract yourself and give its file"
        raise NotFound(f"no region is called {name!r}", remedy=remedy) from None


def _names(group: object) -> list[str]:
    if isinstance(group, str):
        return [group]
    if isinstance(group, dict):
        return [name for each in group.values() for name in _names(each)]
    return [name for each in group for name in _names(each)] if isinstance(group, (list, tuple, set)) else []


def download(
    url: str, folder: Path, *, progress: Progress | None = None, transport: httpx.BaseTransport | None = None
) -> Path:
    """Download a file into a folder and return its path; what is there completely is not downloaded again.

    Until it is complete it is called ``.part``; the next attempt asks for the rest, if the server still has the same.

    Raises
    ------
    Unavailable
        When the server cannot be reached, or the connection breaks.
    InvalidInput
        When the folder cannot be written to, or the server has no such file.
    """
    target = folder / url.rpartition("/")[2]
    part, note = target.with_name(target.name + ".part"), target.with_name(target.name + ".part.json")
    if target.exists():
        return target
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with httpx.Client(timeout=TIMEOUT, follow_redirects=True, transport=transport) as client:
            _fetch(client, url, part, note, progress or (lambda _done, _total: None))
        part.replace(target)
        note.unlink(missing_ok=True)
    except httpx.TransportError as error:
        raise Unavailable(
            f"the download does not go on ({type(error).__name__}: {error})",
            where=url,
            remedy="check the internet connection and try again: it goes on where it stopped; or bring the file"
            " from elsewhere and import that",
        ) from None
    except OSError as error:
        raise InvalidInput(f"cannot be written ({error.strerror})", where=str(folder)) from None
    return target


def _fetch(client: httpx.Client, url: str, part: Path, note: Path, progress: Progress) -> None:
    there = part.stat().st_size if part.exists() and note.exists() else 0
    headers = {"Range": f"bytes={there}-", "If-Range": _tag(note)} if there and _tag(note) else {}
    with client.stream("GET", url, headers=headers) as response:
        if response.status_code == _NOTHING_MORE:
            part.unlink()
            raise _broken(url, "the server no longer has the part that is missing")
        if response.status_code != _RESUMED:
            there = 0
        if not response.is_success:
            what = f"the server answers with status {response.status_code}"
            raise InvalidInput(what, where=url, remedy="download an extract yourself and give its file")
        length = response.headers.get("Content-Length")
        total = there + int(length) if length else None
        tag = response.headers.get("ETag") or response.headers.get("Last-Modified") or ""
        note.write_text(json.dumps({"tag": tag}), encoding="utf-8")
        with part.open("ab" if there else "wb") as file:
            for piece in response.iter_raw(PIECE):
                file.write(piece)
                there += len(piece)
                progress(there, total)
    if total is not None and there != total:
        raise _broken(url, f"it ended after {there:,} of {total:,} bytes")


def _tag(note: Path) -> str:
    try:
        return str(json.loads(note.read_text(encoding="utf-8"))["tag"])
    except (ValueError, KeyError, OSError):
        return ""


def _broken(url: str, why: str) -> HalfvolError:
    return Unavailable(f"the download is not complete: {why}", where=url, remedy="try again")
