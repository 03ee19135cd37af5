"""``hub voice``: what it prints and keeps, on a data folder with the real models."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from plugins.voice.tests.conftest import FOLDER, MANIFEST
from plugins.voice.tests.engine import optional

from hub import HubError
from hub.cli.contributed import found
from hub.models import read_manifest
from hub_voice import cli
from hub_voice.engine import hearers
from hub_voice.speech import MODELS

pytestmark = pytest.mark.models


@pytest.fixture
def data(model: Callable[[str], Path], tmp_path: Path) -> Path:
    """A data folder with the models that every hub has."""
    (tmp_path / "models").mkdir()
    for entry in read_manifest(MANIFEST):
        if entry.name in (*MODELS, "speech-sample"):
            (tmp_path / "models" / entry.file).symlink_to(FOLDER / entry.file)
    ran(tmp_path, "models-are-known")
    return tmp_path


def ran(data: Path, *words: str) -> str:
    if words == ("models-are-known",):  # as after the first start: what lies there was checked
        import asyncio

        from hub import workplace

        names = [*MODELS, "speech-sample"]
        asyncio.run(workplace("voice", data).models.ensure(names))
        return ""
    result = CliRunner().invoke(cli.command, [*words, "--data", str(data)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_it_is_a_command_of_hub() -> None:
    assert found()["voice"].run == "hub_voice.cli:command"


def test_the_bench_measures_and_keeps_the_tier(data: Path) -> None:
    told = json.loads(ran(data, "bench", "--json"))
    assert told["ms"] > 1
    assert told["tier"] in {"quick", "fair", "slow"}
    assert told["ears"] == "moonshine-tiny"  # nothing better is here
    assert json.loads((data / "voice-tier.json").read_text("utf-8"))["ms"] == pytest.approx(
        told["ms"], abs=0.1
    )
    listed = json.loads(ran(data, "engines", "--json"))
    assert listed["choice"] == {**told, "ms": round(told["ms"], 1), "reason": listed["choice"]["reason"]}
    assert "processor time" in ran(data, "bench")


def test_the_engines_say_what_is_missing_and_what_to_do(data: Path) -> None:
    listed = {one["name"]: one for one in json.loads(ran(data, "engines", "--json"))["engines"]}
    assert listed["moonshine-tiny"]["state"] == "in use"
    assert listed["moonshine-base"] == {
        "kind": "ears", "name": "moonshine-base", "title": "Moonshine base", "state": "missing",
        "fix": "Run: hub voice prepare",
    }  # fmt: skip
    assert "wyoming_ears" in listed["wyoming"]["fix"]
    assert listed["piper-voice"]["state"] == "in use"
    assert "hub voice prepare" in ran(data, "engines")


def test_without_models_it_says_what_to_do(tmp_path: Path) -> None:
    assert "hub models pull" in ran(tmp_path, "engines")
    with pytest.raises(HubError, match="not here yet") as caught:
        ran(tmp_path, "bench")
    assert "hub models pull" in caught.value.fix


@pytest.mark.slow
async def test_what_is_prepared_is_not_made_again_and_is_chosen(data: Path) -> None:
    made = await optional.base()
    (data / "cache").mkdir(exist_ok=True)
    hearers.base_folder(data / "cache").symlink_to(made)
    import asyncio

    told = await asyncio.to_thread(ran, data, "prepare")
    assert "is ready" in told
    assert "I hear with      Moonshine base" in told


@pytest.mark.slow
async def test_a_model_of_another_layout_is_refused_and_nothing_half_made_stays(data: Path) -> None:
    import asyncio

    from hub import workplace

    await optional.base()  # its sources lie there
    place = workplace("voice", data)
    for file in place.models.named("moonshine-base-en"):
        (data / "models" / file.file).write_bytes(b"no model")

    class Found:
        def path(self, name: str) -> Path:
            return data / "models" / next(file.file for file in place.models.files if file.name == name)

    broken = type("Place", (), {"models": Found(), "data": data})()
    folder = hearers.base_folder(data / "cache")
    with pytest.raises(HubError, match="could not be made") as caught:
        await asyncio.to_thread(cli._make, broken, folder)
    assert "prepare --again" in caught.value.fix
    assert not hearers.is_prepared(folder)
    assert not list(folder.iterdir())
