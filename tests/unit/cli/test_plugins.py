"""`hub plugins`: what it lists, and switching on and off in a hub.toml that people edit too."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hub import config
from hub.cli import plugins
from hub.errors import HubError
from hub.plugin import crash


def run(*arguments: str) -> Result:
    done = CliRunner().invoke(plugins.command, arguments)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def test_the_bare_command_lists(tmp_path: Path) -> None:
    said = run("--data", str(tmp_path)).output
    assert said == run("list", "--data", str(tmp_path)).output
    assert said == run("--data", str(tmp_path), "list").output
    for name in ("executor", "memory", "nostr", "voice"):
        assert f"{name} " in said


def test_as_json_with_all_that_a_machine_wants(tmp_path: Path) -> None:
    rows = {row["name"]: row for row in json.loads(run("list", "--json", "--data", str(tmp_path)).output)}
    voice = rows["voice"]
    assert (voice["state"], voice["bundled"], voice["distribution"]) == ("on", True, "timmy-hub-voice")
    assert voice["version"]
    assert {one["name"] for one in voice["permissions"]} >= {"microphone"}


def test_off_and_on_again_leave_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "hub.toml"
    path.write_text("# mine\nport = 9000  # high\n")
    assert "voice is off." in run("disable", "voice", "--data", str(tmp_path)).output
    assert config.load(data=tmp_path).disabled == ("voice",)
    run("disable", "memory", "--data", str(tmp_path))
    run("disable", "voice", "--data", str(tmp_path))
    assert config.load(data=tmp_path).disabled == ("memory", "voice")
    assert " off " in run("--data", str(tmp_path)).output
    run("enable", "voice", "--data", str(tmp_path))
    run("enable", "memory", "--data", str(tmp_path))
    assert path.read_text() == "# mine\nport = 9000  # high\n"


def test_a_running_hub_is_told_of(tmp_path: Path) -> None:
    import fcntl

    with (tmp_path / "hub.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "follows within seconds" in run("disable", "voice", "--data", str(tmp_path)).output


def test_what_cannot_be_switched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(HubError, match="no plugin nobody"):
        run("disable", "nobody", "--data", str(tmp_path))
    with pytest.raises(HubError, match="no plugin nobody"):
        run("doctor", "nobody", "--data", str(tmp_path))
    monkeypatch.setenv("HUB_DISABLED", '["voice"]')
    with pytest.raises(HubError, match="HUB_DISABLED"):
        run("enable", "voice", "--data", str(tmp_path))
    assert not (tmp_path / "hub.toml").exists()


def test_a_plugin_that_is_gone_can_still_be_switched_on(tmp_path: Path) -> None:
    (tmp_path / "hub.toml").write_text('disabled = ["gone"]\n')
    run("enable", "gone", "--data", str(tmp_path))
    assert config.load(data=tmp_path).disabled == ()


def test_a_broken_record_does_not_keep_the_list_away(tmp_path: Path) -> None:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "plugins.toml").write_text("[broken")
    assert "voice" in run("list", "--data", str(tmp_path)).output


def test_the_doctor_looks_at_one(tmp_path: Path) -> None:
    done = run("doctor", "voice", "--json", "--data", str(tmp_path))
    told, lost = json.loads(done.output)
    assert lost == {"name": "", "findings": []}
    assert told["findings"][0]["state"] in {"well", "care"}
    assert told["quality"] in {"", "bronze", "silver", "gold", "platinum"}
    assert all(one["fix"] for one in told["missing"])


def test_new_says_what_to_do_next(tmp_path: Path) -> None:
    said = run("new", "samovar", "--kind", "panel", "--into", str(tmp_path / "s")).output
    assert "hub plugins install" in said
    assert "pytest" in said


def test_one_that_took_the_hub_down_is_told_of_and_may_be_tried_again(tmp_path: Path) -> None:
    folder = tmp_path / "plugins"
    folder.mkdir()
    deaths = [crash.Death("memory", time.time(), "os._exit(3)", "hub_memory/__init__.py, line 4")] * 2
    crash.write(folder, crash.Book(deaths=deaths))
    told = run("doctor", "memory", "--data", str(tmp_path))
    assert told.exit_code == 1
    said = " ".join(told.output.split())  # a narrow terminal breaks the line
    assert "It took the hub down 2 times, last by os._exit(3) in hub_memory/__init__.py, line 4." in said
    assert "tried again" in run("enable", "memory", "--data", str(tmp_path)).output
    assert crash.read(folder).deaths == []
    assert run("doctor", "memory", "--data", str(tmp_path)).exit_code == 0
