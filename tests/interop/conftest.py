"""What clients that we did not write are pointed at: a served hub behind a language server over real HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.serving import Serving, serving

from hub.testing.upstream import Upstream

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

MODEL = "lab/big-1"


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    async with Upstream(sentences=3) as up:
        yield up


@pytest.fixture
async def api(tmp_path: Path, upstream: Upstream) -> AsyncIterator[Serving]:
    lab = {"kind": "openai", "base_url": upstream.url, "model": "big-1", "enabled": True}
    async with serving(tmp_path / "hub", providers={"lab": lab}) as served:
        yield served
