"""`hub models` tells people and machines the same, asks before it deletes, and names what is not settled."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from hub import manifests
from hub.cli.models import command
from hub.errors import HubError
from hub.models import About, ModelFile

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Index


@pytest.fixture
def files(index: Index, monkeypatch: pytest.MonkeyPatch) -> list[ModelFile]:
    """A model that is fetched, and one that is offered, as the manifests of a hub would name them."""
    voice = index.publish("joe", b"speech", purpose="speaking", notice="Not settled.", attribution="By Joe")
    big = index.publish("big", b"big", purpose="language", optional=True)
    monkeypatch.setattr(manifests, "known_models", lambda: (voice, big))
    return [voice, big]


def run(tmp_path: Path, *words: str, **more: object) -> str:
    """Run the command and return what it printed on standard output."""
    result = CliRunner().invoke(command, [*words, "--data", str(tmp_path)], **more)  # type: ignore[arg-type]
    if isinstance(result.exception, HubError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def told(tmp_path: Path) -> dict[str, dict[str, object]]:
    return {card["id"]: card for card in json.loads(run(tmp_path, "list", "--json"))}


@pytest.mark.usefixtures("files")
def test_list_pull_verify_remove(tmp_path: Path) -> None:
    assert {name: card["word"] for name, card in told(tmp_path).items()} == {"joe": "waits", "big": "offered"}
    assert json.loads(run(tmp_path, "pull", "--json")) == {"joe": "ready", "big": "off"}
    assert json.loads(run(tmp_path, "pull", "big", "--json")) == {"big": "ready"}
    assert run(tmp_path, "verify") == "All models are whole.\n"
    listed = run(tmp_path, "list")
    assert listed.index("Thinks") < listed.index("big") < listed.index("Speaks") < listed.index("joe")
    assert "Removed" in run(tmp_path, "remove", "joe", "--yes")
    assert told(tmp_path)["joe"]["word"] == "removed"
    run(tmp_path, "pull")
    assert told(tmp_path)["joe"]["state"] == "off"
    run(tmp_path, "pull", "joe")
    assert told(tmp_path)["joe"]["state"] == "ready"


@pytest.mark.usefixtures("files")
def test_remove_says_what_stops_and_asks(tmp_path: Path) -> None:
    run(tmp_path, "pull")
    refused = CliRunner().invoke(command, ["remove", "joe", "--data", str(tmp_path)], input="n\n")
    assert refused.exit_code == 1
    assert "I have no voice" in refused.output
    assert told(tmp_path)["joe"]["state"] == "ready"


@pytest.mark.usefixtures("files")
def test_damage_is_named(tmp_path: Path) -> None:
    run(tmp_path, "pull")
    (tmp_path / "models" / "joe.bin").write_bytes(b"hissss")
    with pytest.raises(HubError, match="joe") as damaged:
        run(tmp_path, "verify")
    assert "pull" in damaged.value.fix


@pytest.mark.usefixtures("files")
def test_licences_say_whose_and_what_is_open(tmp_path: Path) -> None:
    (joe, big) = json.loads(run(tmp_path, "licences", "--json"))
    assert (joe["licence"], joe["attribution"], joe["notice"]) == ("MIT", "By Joe", "Not settled.")
    assert big["notice"] == ""
    assert "notice   Not settled." in run(tmp_path, "licences")


@pytest.mark.usefixtures("files")
def test_a_name_that_nobody_knows_is_answered_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(HubError, match="no model named 'jo'") as refusal:
        run(tmp_path, "pull", "jo")
    assert refusal.value.fix == "The models are: joe, big."


def test_an_unreachable_hub_is_said(index: Index, tmp_path: Path, files: list[ModelFile]) -> None:
    index.stop()
    assert told(tmp_path)["big"]["reachable"] is False
    assert "cannot be had from here now" in run(tmp_path, "list")
    with pytest.raises(HubError, match="cannot be reached"):
        run(tmp_path, "pull", files[1].name)


def test_this_hub_says_that_the_voice_is_not_settled() -> None:
    abouts = {file.model: file.about for file in manifests.known_models()}
    assert isinstance(abouts["piper-joe"], About)
    assert "lessac" in abouts["piper-joe"].notice
