"""Set-up of a checkout with nothing but Python 3.11 and its standard library.

Makes the virtual environment ``.venv`` with the pinned dependencies and builds the page assets. With ``--test`` it
adds what the tests need: the test tools, and the system programs mosquitto and Chromium, through apt where it may.
Run by ``make``; a second run does nothing that is already done.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"

SYSTEM_TOOLS = {"mosquitto": "mosquitto", "chromium": "chromium"}
"""Programs that only the tests need, with the Debian package that carries each."""
SYSTEM_LIBRARIES = {"libatomic.so.1": "libatomic1"}
"""Shared libraries that the browser tests' driver needs and a bare machine lacks, with the package of each."""
FONTS = "fonts-liberation"
"""Debian package of the fonts that Chromium draws the pages with; a bare machine has none."""


def main() -> int:
    """Do what is still missing and say in one line each what is being done."""
    parser = argparse.ArgumentParser(description="Set up this checkout: .venv, pinned dependencies, page assets.")
    parser.add_argument("--test", action="store_true", help="also what the tests need")
    arguments = parser.parse_args()
    if sys.version_info < (3, 11):
        return fail(
            f"Halfvol needs Python 3.11 or newer, this is {sys.version.split()[0]}", "make PYTHON=python3.11 .."
        )
    try:
        make_environment()
        install("requirements-test.lock" if arguments.test else "requirements.lock")
        subprocess.run([BIN / "python", "-m", "deploy.assets"], cwd=ROOT, check=True)
        if arguments.test:
            install_system_tools()
    except subprocess.CalledProcessError as error:
        return fail(f"the set-up stopped at: {' '.join(map(str, error.cmd))}", "its output above says why")
    return 0


def fail(what: str, remedy: str) -> int:
    """Print one sentence and return the exit code of a failed set-up."""
    print(f"setup: {what}; {remedy}", file=sys.stderr)
    return 1


def say(text: str) -> None:
    """Tell what is being done, at once."""
    print(f"setup: {text}", flush=True)


def make_environment() -> None:
    """Create ``.venv``; where Debian has split ``venv`` off, install that package first if we may."""
    if (BIN / "pip").exists():
        return
    say("creating .venv")
    create = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    if subprocess.run(create, capture_output=True, check=False).returncode == 0:
        return
    if not apt_allowed():
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        sys.exit(fail("this Python cannot make virtual environments", f"install it first: apt install {version}-venv"))
    apt_install(["python3-venv"])
    subprocess.run(create, check=True)


def install(lock: str) -> None:
    """Install the packages that the lock names, and Halfvol itself, unless exactly that was done before."""
    stamp = VENV / f".{lock}"
    wanted = hashlib.sha256((ROOT / lock).read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say(f"installing the packages of {lock}")
    if not (BIN / "uv").exists():
        subprocess.run([BIN / "pip", "install", "--quiet", "--disable-pip-version-check", "uv"], check=False)
    installer = [BIN / "uv", "pip"] if (BIN / "uv").exists() else [BIN / "pip"]
    environment = os.environ | {"VIRTUAL_ENV": str(VENV), "UV_LINK_MODE": "copy"}
    subprocess.run([*installer, "install", "--quiet", "-r", lock], cwd=ROOT, check=True, env=environment)
    subprocess.run([*installer, "install", "--quiet", "--no-deps", "-e", "."], cwd=ROOT, check=True, env=environment)
    stamp.write_text(wanted)


def install_system_tools() -> None:
    """Install what the tests start as programs of the system, or say exactly what to install."""
    missing = [package for program, package in SYSTEM_TOOLS.items() if not shutil.which(program)]
    missing += [package for library, package in SYSTEM_LIBRARIES.items() if not can_load(library)]
    if not missing:
        return
    packages = [*missing, FONTS] if "chromium" in missing else missing
    if apt_allowed():
        apt_install(packages)
    else:
        say(f"the tests that need {', '.join(missing)} will be skipped; to run them: apt install {' '.join(packages)}")


def can_load(library: str) -> bool:
    """Whether the system has this shared library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def apt_allowed() -> bool:
    """Whether this process may install Debian packages."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_install(packages: list[str]) -> None:
    """Install Debian packages without starting the services that they carry (RUNLEVEL=1 keeps invoke-rc.d from it)."""
    say(f"installing {', '.join(packages)} through apt")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for action in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        command = ["apt-get", "-qq", *action]
        done = subprocess.run(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        if done.returncode != 0:
            print(done.stdout, file=sys.stderr)
            raise subprocess.CalledProcessError(done.returncode, command)


if __name__ == "__main__":
    sys.exit(main())
