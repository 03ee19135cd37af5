"""Real hubs as processes, with the real models where `make dev` or `make test` has put them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODELS = Path(os.environ.get("HUB_MODELS", ROOT / ".data" / "models"))


def lend_models(data: Path) -> Path:
    """Put the models into the data folder ``data`` without copying a byte, and return ``data``."""
    data.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copytree(MODELS, data / "models", copy_function=os.link)
    except OSError:
        shutil.rmtree(data / "models", ignore_errors=True)
        shutil.copytree(MODELS, data / "models")
    return data


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder of its own with all models in it."""
    if not MODELS.is_dir():
        pytest.skip(f"no models in {MODELS}: run `hub models pull`")
    return lend_models(tmp_path / "data")
