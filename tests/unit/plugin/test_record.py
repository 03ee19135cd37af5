"""What was installed is written down so that it can be brought back, and only if it is still the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.errors import HubError
from hub.plugin.record import Installed, Record, digest

WHEEL = b"not really a wheel"


def put(data: Path, tmp_path: Path, version: str = "1.0") -> tuple[Record, Installed]:
    wheel = tmp_path / f"hub_kettle-{version}-py3-none-any.whl"
    wheel.write_bytes(WHEEL + version.encode())
    one = Installed("hub-kettle", version, digest(wheel), wheel.name, ("kettle",), ("boil==3",))
    record = Record(data)
    record.keep(one, wheel)
    return record, one


def test_nothing_was_installed(tmp_path: Path) -> None:
    assert Record(tmp_path / "nowhere").read() == {}
    assert Record(tmp_path).owner("kettle") is None


def test_what_was_kept_is_read_again_with_when(tmp_path: Path) -> None:
    _, one = put(tmp_path / "data", tmp_path)
    (again,) = Record(tmp_path / "data").read().values()
    assert again.at.startswith("20")
    assert (again.distribution, again.version, again.sha256) == ("hub-kettle", "1.0", one.sha256)
    assert (again.plugins, again.brought) == (("kettle",), ("boil==3",))


def test_the_wheel_is_kept_beside_it_and_only_believed_while_it_is_whole(tmp_path: Path) -> None:
    record, one = put(tmp_path / "data", tmp_path)
    kept = record.wheel(one)
    assert kept is not None
    assert kept.read_bytes() == WHEEL + b"1.0"
    kept.write_bytes(b"something else")
    assert record.wheel(one) is None
    kept.unlink()
    assert record.wheel(one) is None


def test_a_newer_version_takes_the_place_of_the_older(tmp_path: Path) -> None:
    put(tmp_path / "data", tmp_path)
    record, new = put(tmp_path / "data", tmp_path, "2.0")
    assert record.owner("kettle").version == "2.0"
    assert record.owner("hub-kettle").version == "2.0"
    assert [path.name for path in (tmp_path / "data" / "plugins" / "wheels").iterdir()] == [new.wheel]


def test_what_is_forgotten_leaves_nothing(tmp_path: Path) -> None:
    record, _ = put(tmp_path / "data", tmp_path)
    record.forget("hub-kettle")
    record.forget("hub-kettle")
    assert record.read() == {}
    assert list((tmp_path / "data" / "plugins" / "wheels").iterdir()) == []


def test_comments_by_hand_stay(tmp_path: Path) -> None:
    record, _ = put(tmp_path / "data", tmp_path)
    record.path.write_text("# mine\n" + record.path.read_text())
    put(tmp_path / "data", tmp_path, "2.0")
    assert record.path.read_text().startswith("# mine\n")


@pytest.mark.parametrize(
    "text", ["[distributions", "distributions = 3", '[distributions.hub-kettle]\nversion = "1"']
)
def test_a_record_that_is_broken_is_said_and_not_written_over(tmp_path: Path, text: str) -> None:
    record, _ = put(tmp_path / "data", tmp_path)
    record.path.write_text(text)
    with pytest.raises(HubError) as refused:
        record.read()
    assert refused.value.fix
    with pytest.raises(HubError):
        put(tmp_path / "data", tmp_path, "2.0")
    assert record.path.read_text() == text


def test_a_record_cannot_lead_to_another_file(tmp_path: Path) -> None:
    record, one = put(tmp_path / "data", tmp_path)
    outside = tmp_path / "data" / "core.db"
    outside.write_bytes(b"precious")
    record.path.write_text(record.path.read_text().replace(one.wheel, "../../core.db"))
    record.forget("hub-kettle")
    assert outside.read_bytes() == b"precious"
