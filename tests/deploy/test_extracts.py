"""Extracts by the name of their region, from a real server on this machine that breaks off on demand."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from deploy.extracts import download, region_url
from domain.errors import InvalidInput, NotFound, Unavailable

CONTENT = bytes(range(256)) * 4096


class Server(ThreadingHTTPServer):
    """Serves one file with ranges; ``breaks_after`` bytes it hangs up."""

    daemon_threads = True

    def __init__(self) -> None:
        self.content, self.tag = CONTENT, '"one"'
        self.breaks_after: int | None = None
        self.ranges: list[str | None] = []
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/town-latest.osm.pbf"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        if self.path != "/town-latest.osm.pbf":
            self.send_error(404)
            return
        wanted = self.headers["Range"]
        self.server.ranges.append(wanted)
        resumes = wanted is not None and self.headers["If-Range"] == self.server.tag
        first = int(wanted.removeprefix("bytes=").rstrip("-")) if resumes else 0
        rest = self.server.content[first:]
        self.send_response(206 if resumes else 200)
        self.send_header("ETag", self.server.tag)
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        self.wfile.write(rest[: self.server.breaks_after])

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.02,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def test_downloads_once(server: Server, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    file = download(server.url, tmp_path / "new", progress=lambda done, total: told.append((done, total)))
    assert file.name == "town-latest.osm.pbf"
    assert file.read_bytes() == CONTENT
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert [each.name for each in file.parent.iterdir()] == [file.name]
    download(server.url, tmp_path / "new")
    assert len(server.ranges) == 1


def test_goes_on_where_it_was_interrupted(server: Server, tmp_path: Path) -> None:
    server.breaks_after = 300_000
    with pytest.raises(Unavailable, match="try again: it goes on where it stopped"):
        download(server.url, tmp_path)
    assert not (tmp_path / "town-latest.osm.pbf").exists()
    server.breaks_after = None
    assert download(server.url, tmp_path).read_bytes() == CONTENT
    assert server.ranges[0] is None
    assert server.ranges[1] is not None
    assert server.ranges[1] != "bytes=0-"


def test_begins_anew_when_the_server_has_another_file_by_now(server: Server, tmp_path: Path) -> None:
    server.breaks_after = 300_000
    with pytest.raises(Unavailable):
        download(server.url, tmp_path)
    server.breaks_after, server.content, server.tag = None, CONTENT[::-1], '"two"'
    assert download(server.url, tmp_path).read_bytes() == CONTENT[::-1]


def test_no_internet_and_no_such_file(server: Server, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="status 404; download an extract yourself"):
        download(server.url.replace("town", "nowhere"), tmp_path)
    url = server.url
    # While the serving thread waits for connections, the kernel keeps a closed socket and takes them.
    server.shutdown()
    server.server_close()
    with pytest.raises(Unavailable, match=r"does not go on \(ConnectError: .*check the internet connection"):
        download(url, tmp_path)


def test_a_folder_that_cannot_be_made(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InvalidInput, match="cannot be written"):
        download(server.url, tmp_path / "file")


@pytest.mark.parametrize(
    "name", ["netherlands/utrecht", "Netherlands / Utrecht", "Helsinki", "new york", "europe/georgia"]
)
def test_regions_by_name(name: str) -> None:
    url = region_url(name)
    assert url.startswith("https://")
    assert url.endswith(".osm.pbf")


def test_regions_that_do_not_exist_or_are_several() -> None:
    with pytest.raises(NotFound, match=r"no region is called 'utrehct'; did you mean .*utrecht"):
        region_url("utrehct")
    with pytest.raises(NotFound, match=r"several regions called 'georgia'; say which: '.*/georgia' or "):
        region_url("georgia")
    with pytest.raises(NotFound, match="no region is called 'zzzzqqq'; download an extract yourself"):
        region_url("zzzzqqq")
