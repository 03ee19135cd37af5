from __future__ import annotations

import pytest
from hypothesis import settings

from hub.intents import answer

settings.register_profile("unhurried", deadline=None, max_examples=40)  # the machine may be busy
settings.load_profile("unhurried")


@pytest.fixture(autouse=True, scope="session")
def _patterns():
    """Compile the patterns once, before anything is measured by the clock."""
    answer("tell me a joke about nothing")
