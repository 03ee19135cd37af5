"""Which plugins were installed comes along in a backup, so that they can be fetched again elsewhere."""

from __future__ import annotations

from pathlib import Path

from hub.backup.create import create
from hub.backup.restore import restore
from hub.plugin.record import Installed, Record, digest

from .conftest import PASSPHRASE


def test_the_record_comes_along_and_the_wheels_stay(data: Path, tmp_path: Path) -> None:
    wheel = tmp_path / "hub_kettle-1.0-py3-none-any.whl"
    wheel.write_bytes(b"x")
    one = Installed("hub-kettle", "1.0", digest(wheel), wheel.name, ("kettle",))
    Record(data).keep(one, wheel)
    made = create(data, tmp_path / "b.backup", PASSPHRASE)
    assert [member.name for member in made.members if "plugins" in member.name] == ["plugins/plugins.toml"]
    restore(tmp_path / "b.backup", lambda _: PASSPHRASE, tmp_path / "new")
    again = Record(tmp_path / "new")
    assert again.read()["hub-kettle"].sha256 == one.sha256
    assert again.wheel(one) is None
