"""Choose the local model that the hub thinks with, and keep that right when a model is removed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import psutil

from hub.errors import HubError
from hub.llm.onboard.embedded import MODEL

if TYPE_CHECKING:
    from hub.hub import Hub
    from hub.models import ModelFile

_NEEDED = 1.3  # of its size, in RAM
_BESIDES = 300_000_000  # bytes
KEY = ("language_model",)


def ram(file: ModelFile) -> int:
    """Return about how many bytes of RAM thinking with ``file`` takes."""
    return int(_NEEDED * file.size) + _BESIDES


async def use(hub: Hub, model: str) -> None:
    """Think with ``model`` from now on, over restarts too.

    Raises `HubError` when it is not one to think with, is not here, or needs more RAM than is free.
    """
    file = _thinker(hub, model)
    hub.models.path(file.name)
    if by := hub.configuration.overridden(KEY):
        raise HubError(f"{by} decides which model I use.", fix=f"Start the hub without {by}.")
    if file.name == hub.embedded.model:
        return
    await asyncio.to_thread(_make_sure_it_fits, hub, file)
    await hub.configuration.change({KEY: file.name})
    await follow(hub, file.name)


async def follow(hub: Hub, model: str) -> None:
    """Let the setting be in force: have ``model`` fetched if need be, and think with it then."""
    hub.models.prefer(model)
    await hub.embedded.use(model)


async def remove(hub: Hub, *names: str) -> None:
    """Remove models; if the hub thinks with one of them, it goes back to its own or stops thinking."""
    gone = {file.name for file in hub.models.named(*names)}
    if (
        hub.embedded.model in gone
        and hub.embedded.model != MODEL
        and hub.models.state(MODEL).state == "ready"
    ):
        await use(hub, MODEL)
    await hub.models.remove(*names)
    if hub.embedded.model in gone:
        await hub.embedded.stop()
        hub.spawn(hub.embedded.start(), name="embedded")


def _thinker(hub: Hub, model: str) -> ModelFile:
    file = hub.models.named(model)[0]
    if file.about is None or file.about.purpose != "language":
        raise HubError(f"{model} is not a model to think with.", fix="Choose one under Thinks.")
    return file


def _make_sure_it_fits(hub: Hub, file: ModelFile) -> None:
    free = psutil.virtual_memory().available + (hub.embedded.child.rss() if hub.embedded.child else 0)
    if free < ram(file):
        raise HubError(
            f"That model needs {ram(file) / 1e9:.1f} GB of RAM, and {free / 1e9:.1f} GB are free.",
            fix="End other programs, or choose a smaller model.",
        )
