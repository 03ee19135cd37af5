"""The optional ears of the tests: fetched once into the checkout's own folder, and made quick once."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from plugins.voice.tests.conftest import MANIFEST, ROOT

from hub.events import Bus
from hub.models import Models, read_manifest
from hub_voice.engine import hearers
from hub_voice.engine.requantise import requantise

HOME = ROOT / ".data/optional"


@contextmanager
def alone() -> Iterator[None]:
    """Keep other test processes out meanwhile."""
    HOME.mkdir(parents=True, exist_ok=True)
    with (HOME / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


async def pulled(about: str) -> dict[str, Path]:
    """Return the files of an optional model by name, fetched if need be."""
    models = Models(HOME / "models", read_manifest(MANIFEST), Bus())
    await models.want(about)
    await models.ensure([about])
    return {file.name: models.path(file.name) for file in models.named(about)}


async def base() -> Path:
    """Return the folder of base-en, prepared if need be."""
    folder = hearers.base_folder(HOME / "cache")
    with alone():
        if not hearers.is_prepared(folder):
            files = await pulled("moonshine-base-en")
            requantise(files["moonshine-base-encoder"], files["moonshine-base-decoder"], folder)
            shutil.copyfile(files["moonshine-base-tokens"], folder / "tokens.bin")
    return folder


async def whisper() -> dict[str, Path]:
    """Return the files of Whisper tiny.en."""
    with alone():
        return await pulled("whisper-tiny-en")
