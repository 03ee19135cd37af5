"""An answer as a model writes it, through the real child: what is said, and how much of it was heard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub import Audio, AudioFormat, Finished, Heard, Trouble

from .conftest import SHARED, Ear

if TYPE_CHECKING:
    from hub_voice.speech import ChildSpeech

pytestmark = [pytest.mark.models, SHARED]

ANSWER = """**Sure.** It is `5 km` to [the lake](https://maps.example/a/very/long/address?with=things):

```sh
curl -s https://maps.example/route | jq .length
```

| Way | Time |
|-----|------|
| By bike | 20 min |
"""
SAID = "Sure. It is five kilometres to the lake: The code is on the page. Way By bike, Time twenty minutes."


async def spoken(speech: ChildSpeech, name: str, text: str, size: int) -> tuple[float, int]:
    """Return the seconds of sound that ``text`` makes, given ``size`` letters at a time, and what was heard."""
    session = await speech.open(name, AudioFormat())
    ear = Ear(session)
    for at in range(0, len(text), size):
        await session.say("t", text[at : at + size])
    await session.say("t", "", last=True)
    await session.release("t")
    await ear.wait(Finished)
    assert not ear.all(Trouble)
    await session.close()
    sound = sum(len(frame.pcm) / 2 / frame.rate for frame in ear.all(Audio))
    return sound, ear.all(Heard)[-1].chars


async def test_an_answer_in_markdown_is_said_in_words_and_heard_to_the_letter(speech: ChildSpeech) -> None:
    sound, heard = await spoken(speech, "markdown", ANSWER, 3)
    assert heard == len(ANSWER)
    words, _ = await spoken(speech, "words", SAID, 1000)
    assert 0.75 * words < sound < 1.35 * words, "no address, no command and no ruler was spoken"
