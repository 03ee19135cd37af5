from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub import config
from hub.errors import HubError

if TYPE_CHECKING:
    from pathlib import Path


def test_the_command_line_wins_over_environment_over_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hub.toml").write_text('port = 1\nhost = "::1"\nnames = ["hub.lan"]\n')
    settings = config.load(data=tmp_path)
    assert (settings.port, settings.host, settings.names) == (1, "::1", ("hub.lan",))
    monkeypatch.setenv("HUB_PORT", "2")
    assert config.load(data=tmp_path).port == 2
    assert config.load(data=tmp_path, port=3).port == 3


def test_plugin_settings_come_from_tables(tmp_path: Path) -> None:
    (tmp_path / "hub.toml").write_text("[plugins.voice]\npatience = 1.5\n")
    assert config.load(data=tmp_path).plugins["voice"] == {"patience": 1.5}


def test_it_listens_on_this_machine_only_unless_told_otherwise(tmp_path: Path) -> None:
    assert config.load(data=tmp_path).host == "127.0.0.1"


@pytest.mark.parametrize("text", ["port = 70000", "port = 'x'", "not toml ["])
def test_what_is_wrong_is_named_with_a_fix(tmp_path: Path, text: str) -> None:
    (tmp_path / "hub.toml").write_text(text)
    with pytest.raises(HubError) as caught:
        config.load(data=tmp_path)
    assert "port" in str(caught.value) or "hub.toml" in str(caught.value)
    assert caught.value.fix


def test_settings_are_frozen(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="frozen"):
        config.load(data=tmp_path).port = 1
