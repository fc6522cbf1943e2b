"""halfvol policy, as a civil servant would use it."""

from __future__ import annotations

import getpass
import json
from pathlib import Path

import pytest

from deploy.cli import main
from storage.database import Database
from tests.storage import town

STRICT = "# strict\n[service]\noverflows_per_1000 = 0.5\n"
LOOSE = "[service]\noverflows_per_1000 = 5\n"


class Command:
    """Runs ``halfvol policy`` on the test's database."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self._folder = folder
        self._capture = capture
        self.errors = ""

    def __call__(self, *words: str, code: int = 0) -> str:
        """What it prints."""
        assert main(["policy", *words]) == code
        printed = self._capture.readouterr()
        self.errors = printed.err
        return printed.out

    def file(self, text: str | bytes) -> str:
        """The path of a file with this text."""
        path = self._folder / "policy.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)


@pytest.fixture
def policy(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Command:
    with database.transaction() as connection:
        town.build(connection)
    monkeypatch.setenv("HALFVOL_DATABASE_URL", database.url)
    return Command(tmp_path, capsys)


def test_the_usual_policy_is_a_file_to_begin_with(policy: Command) -> None:
    usual = policy("show", "--usual", "--language", "nl")
    assert "Hoeveel overlopen wordt aanvaard" in usual
    assert policy("show", "--language", "nl") == usual
    assert "none was ever set" in policy.errors
    assert "never set a policy" in policy("history")
    assert "never set a policy" in policy("check")
    assert "can be the policy of Helsinki" in policy("check", policy.file(usual))


def test_set_look_back_and_undo(policy: Command) -> None:
    assert "version 1 is the policy of Helsinki" in policy("set", policy.file(STRICT), "--note", "after the summer")
    assert policy("show") == STRICT
    assert "version 1" in policy.errors
    policy("set", policy.file(LOOSE), "--replaces", "1")
    policy("set", policy.file(STRICT), "--replaces", "1", code=3)
    assert "has become version 2 since version 1 was looked at" in policy.errors
    assert "version 3 is the policy" in policy("restore", "1")
    assert policy("show") == policy("show", "--version", "1") == STRICT
    assert policy("show", "--version", "2") == LOOSE
    told = json.loads(policy("history", "--json"))
    assert [(each["version"], each["note"], each["saved_by"]) for each in told] == [
        (3, "version 1 again", getpass.getuser()),
        (2, "", getpass.getuser()),
        (1, "after the summer", getpass.getuser()),
    ]
    assert policy("history").splitlines()[2].endswith("after the summer")
    assert "version 3 of the policy of Helsinki can be followed" in policy("check")
    policy("restore", "9", code=4)
    assert "no version 9" in policy.errors


def test_what_is_wrong_is_told_and_nothing_changes(policy: Command) -> None:
    wrong = policy.file("[servic]\n[service]\noverflows_per_1000 = 0\n")
    for action in ("check", "set"):
        policy(action, wrong, code=3)
        assert "policy.toml: 2 settings cannot be right:" in policy.errors
        assert '\n  servic: there is no such setting; did you mean "service"?' in policy.errors
        assert "\n  service.overflows_per_1000: is 0" in policy.errors
    policy("set", policy.file(b"\xff"), code=3)
    assert "is not UTF-8 text" in policy.errors
    nowhere = (
        "[[fixed_days]]\ndays = ['monday']\narea = 'Sea'\n[[areas]]\nname = 'Sea'\nring = [[3, 52], [4, 52], [4, 53]]\n"
    )
    policy("set", policy.file(nowhere), code=3)
    assert 'no container stands in "Sea"' in policy.errors
    assert "never set a policy" in policy("history")
