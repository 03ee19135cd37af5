"""A hub that runs follows what a terminal did to its plugins and its settings."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
from collections.abc import AsyncIterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from hub.hub import Hub
from hub.plugin import changes, manifest
from hub.plugin.record import FILE, FOLDER
from hub.testing import hub_with


def plant(folder: Path, name: str) -> EntryPoint:
    package = folder / f"hub_{name}"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("from hub import hookimpl\n@hookimpl\ndef hub_stop(hub): ...\n")
    (package / "hub-plugin.toml").write_text(f'name = "{name}"\ntitle = "{name}"\nsummary = "Is tried."\n')
    return EntryPoint(name, f"hub_{name}", manifest.GROUP)


def record(hub: Hub, text: str) -> None:
    path = hub.data / FOLDER / FILE
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


async def until(hub: Hub, name: str, state: str, reason: str = "") -> None:
    async with asyncio.timeout(60):
        while (plugin := hub.plugins.get(name)) is None or (plugin.state, reason in plugin.reason) != (
            state,
            True,
        ):
            await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def _patches() -> AsyncIterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


async def test_it_follows_what_a_terminal_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend(tmp_path)
    first, second = plant(tmp_path, "try_first"), plant(tmp_path, "try_second")
    # The patches within are taken back first: `hub_with` has one of its own in the same place.
    async with hub_with("hub_try_first", data=tmp_path / "data") as hub, _patches() as patch:
        await until(hub, "try_first", "ready")
        task = asyncio.create_task(changes.follow(hub, 0.05))
        await asyncio.sleep(0.2)

        patch.setattr(manifest, "installed", lambda: {"try_first": first, "try_second": second})
        record(hub, "# one more")
        await until(hub, "try_second", "ready")

        (hub.data / "hub.toml").write_text('disabled = ["try_first"]')
        await until(hub, "try_first", "disabled", "Switched off")
        (hub.data / "hub.toml").write_text("disabled = [")
        await asyncio.sleep(0.2)
        assert not task.done()
        assert hub.settings.disabled == ("try_first",)
        (hub.data / "hub.toml").unlink()
        await until(hub, "try_first", "ready")

        patch.setattr(manifest, "installed", lambda: {"try_first": first})
        record(hub, "# one less")
        await until(hub, "try_second", "disabled", "It was removed")
        patch.setattr(manifest, "installed", lambda: {"try_first": first, "try_second": second})
        record(hub, "# and back again")
        await until(hub, "try_second", "disabled", "installed anew while I ran")
        assert hub.plugins.get("try_first").state == "ready"
        task.cancel()
    importlib.invalidate_caches()
