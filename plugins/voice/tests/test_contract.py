"""The real port, over the real child and the real models, keeps the contract of its port."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.testing import check_speech

from .conftest import SHARED

if TYPE_CHECKING:
    from hub_voice.speech import ChildSpeech

pytestmark = [pytest.mark.models, SHARED]


async def test_the_voice_keeps_the_contract_of_its_port(speech: ChildSpeech) -> None:
    await check_speech(lambda: speech)
