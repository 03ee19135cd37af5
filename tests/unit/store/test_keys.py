"""The master key: made once, kept private, and never replaced while data depends on it."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import HubError
from hub.store.keys import master_key, unwrap, wrap

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def no_key_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUB_MASTER_KEY", raising=False)


def test_it_is_made_once_and_private(tmp_path: Path) -> None:
    key = master_key(tmp_path)
    assert len(key) == 32
    assert master_key(tmp_path) == key
    assert master_key(tmp_path / "other") != key
    assert (tmp_path / "keys" / "master.key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["master.key"]


def test_open_to_others_it_is_closed(tmp_path: Path) -> None:
    key = master_key(tmp_path)
    (tmp_path / "keys" / "master.key").chmod(0o644)
    (tmp_path / "keys").chmod(0o755)
    assert master_key(tmp_path) == key
    assert (tmp_path / "keys" / "master.key").stat().st_mode & 0o077 == 0
    assert (tmp_path / "keys").stat().st_mode & 0o077 == 0


def test_of_many_at_once_all_get_the_same(tmp_path: Path) -> None:
    pids: list[int] = []
    for n in range(8):
        if (pid := os.fork()) == 0:
            (tmp_path / f"seen-{n}").write_bytes(master_key(tmp_path / "data"))
            os._exit(0)
        pids.append(pid)
    assert all(os.waitpid(pid, 0)[1] == 0 for pid in pids)
    assert len({(tmp_path / f"seen-{n}").read_bytes() for n in range(8)}) == 1


def test_the_environment_overrides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_MASTER_KEY", " " + "0f" * 32 + "\n")
    assert master_key(tmp_path) == b"\x0f" * 32
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize("given_key", ["", "zz" * 32, "0f" * 31, "0f" * 33])
def test_a_wrong_environment_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given_key: str) -> None:
    monkeypatch.setenv("HUB_MASTER_KEY", given_key)
    with pytest.raises(HubError, match="HUB_MASTER_KEY") as error:
        master_key(tmp_path)
    assert error.value.fix
    assert given_key == "" or given_key not in str(error.value)


@pytest.mark.parametrize("content", [b"", b"0f0f", b"\xff" * 32, b"zz" * 32])
def test_a_damaged_file_is_told_and_left(tmp_path: Path, content: bytes) -> None:
    master_key(tmp_path)
    path = tmp_path / "keys" / "master.key"
    path.write_bytes(content)
    with pytest.raises(HubError, match=r"master\.key"):
        master_key(tmp_path)
    assert path.read_bytes() == content


def test_lost_while_there_is_data_it_is_not_made_anew(tmp_path: Path) -> None:
    master_key(tmp_path)
    (tmp_path / "keys" / "master.key").unlink()
    (tmp_path / "core.db").write_bytes(b"data")
    with pytest.raises(HubError, match="missing"):
        master_key(tmp_path)
    assert not (tmp_path / "keys" / "master.key").exists()


def test_a_place_that_cannot_hold_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("a file in the way")
    with pytest.raises(HubError, match=r"master\.key"):
        master_key(tmp_path)


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_wrapped_keys_open_only_with_the_master_that_wrapped_them(master: bytes, key: bytes) -> None:
    wrapped = wrap(master, key)
    assert key not in wrapped
    assert unwrap(master, wrapped) == key
    assert wrap(master, key) != wrapped
    with pytest.raises(HubError):
        unwrap(bytes(b ^ 1 for b in master), wrapped)
    for broken in (b"", wrapped[:-1], wrapped[:5], wrapped[:-1] + bytes([wrapped[-1] ^ 1])):
        with pytest.raises(HubError):
            unwrap(master, broken)


def test_threads_do_not_disturb_each_other(tmp_path: Path) -> None:
    master_key(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: master_key(tmp_path), range(50)))) == 1
