"""Ears and mouth over Wyoming keep the contracts of their ports, against the servers of Home Assistant and ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from hub.ports.engines import Sound
from hub.testing import check_speech_to_text, check_text_to_speech
from hub_voice.wyoming.address import Address
from hub_voice.wyoming.backed import BackedMouth
from hub_voice.wyoming.ears import WyomingEars
from hub_voice.wyoming.mouth import WyomingMouth

from .conftest import Counting, free_port

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub_voice.pcm import Samples

pytestmark = [pytest.mark.models, pytest.mark.slow]
SAID = "My brother lives in a small house near the river."
PATIENCE_S = 120.0


async def test_the_ears_of_a_server(whisper_server: Address, piper: Callable[[str], Samples]) -> None:
    speech = Sound((np.clip(piper(SAID), -1, 1) * 32767).astype("<i2").tobytes())
    await check_speech_to_text(
        lambda: WyomingEars(whisper_server), speech=speech, said=SAID, patience_s=PATIENCE_S
    )


async def test_ears_that_are_away() -> None:
    await check_speech_to_text(lambda: WyomingEars(Address("127.0.0.1", free_port())), hears=False)


async def test_the_mouth_of_a_server(piper_server: Address) -> None:
    await check_text_to_speech(lambda: WyomingMouth(piper_server), languages=False, patience_s=PATIENCE_S)


async def test_a_mouth_that_is_away() -> None:
    await check_text_to_speech(lambda: WyomingMouth(Address("127.0.0.1", free_port())), speaks=False)


async def test_a_mouth_with_another_behind_it(piper_server: Address) -> None:
    own = Counting("own")
    await check_text_to_speech(
        lambda: BackedMouth(WyomingMouth(piper_server), own), languages=False, patience_s=PATIENCE_S
    )
