"""A served hub with one model that says what it is told to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.serving import Serving, Told, serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Serving]:
    model = Told()
    async with serving(tmp_path, model) as served:
        served.model = model
        yield served
