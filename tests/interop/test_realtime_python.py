"""The openai package's realtime client, as its users write it, against the hub."""

from __future__ import annotations

import asyncio
import base64
from typing import TYPE_CHECKING, Any

import openai
import pytest
from tests.interop.conftest import MODEL
from tests.voiced import Voice

from hub import ports

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.serving import Serving

PATIENCE_S = 60.0
TOOL: Any = {
    "type": "function", "name": "turn_on", "description": "Turn a lamp on.",
    "parameters": {"type": "object", "properties": {"lamp": {"type": "string"}}},
}  # fmt: skip


@pytest.fixture
def voice(api: Serving) -> Voice:
    voice = Voice()
    for port in (ports.Speech, ports.SpeechToText, ports.TextToSpeech):
        api.hub.provide(port, voice)
    return voice


@pytest.fixture
async def client(api: Serving, voice: Voice) -> AsyncIterator[openai.AsyncOpenAI]:
    del voice
    async with openai.AsyncOpenAI(base_url=api.v1, api_key=api.key, max_retries=0) as made:
        yield made


async def until(connection: Any, kind: str) -> Any:
    async with asyncio.timeout(PATIENCE_S):
        async for event in connection:
            assert event.type != "error", event
            if event.type == kind:
                return event
    raise AssertionError("the connection ended")


async def say(connection: Any, text: str) -> None:
    content = [{"type": "input_text", "text": text}]
    await connection.conversation.item.create(item={"type": "message", "role": "user", "content": content})
    await connection.response.create()


async def test_text_as_in_the_packages_first_example(client: openai.AsyncOpenAI) -> None:
    async with client.realtime.connect(model=MODEL) as connection:
        await connection.session.update(session={"type": "realtime", "output_modalities": ["text"]})
        await say(connection, "Tell me about whales #7")
        said = ""
        async with asyncio.timeout(PATIENCE_S):
            async for event in connection:
                if event.type == "response.output_text.delta":
                    said += event.delta
                elif event.type == "response.output_text.done":
                    assert event.text == said
                elif event.type == "response.done":
                    assert event.response.status == "completed"
                    assert event.response.usage
                    break
    assert said


async def test_sound_both_ways(client: openai.AsyncOpenAI, voice: Voice) -> None:
    async with client.realtime.connect(model="gpt-realtime") as connection:
        detection: Any = {"type": "semantic_vad", "interrupt_response": False}
        audio: Any = {"input": {"turn_detection": detection}, "output": {"voice": "marin"}}
        await connection.session.update(session={"type": "realtime", "audio": audio})
        updated = await until(connection, "session.updated")
        assert updated.session.audio.output.voice == "marin"
        await connection.input_audio_buffer.append(audio=base64.b64encode(bytes(9_600)).decode())
        while not voice.sessions:
            await asyncio.sleep(0.01)
        (session,) = voice.sessions
        session.tell(ports.Voiced(True), ports.Accepted(1, "Tell me about whales #7", 300.0))
        heard = await until(connection, "conversation.item.input_audio_transcription.completed")
        assert heard.transcript == "Tell me about whales #7"
        delta = await until(connection, "response.output_audio.delta")
        assert base64.b64decode(delta.delta)
        done = await until(connection, "response.done")
        assert done.response.output[0].content[0].transcript
    assert ("use", "", True) in session.calls


async def test_a_function_and_its_result(client: openai.AsyncOpenAI) -> None:
    async with client.realtime.connect(model=MODEL) as connection:
        await connection.session.update(
            session={"type": "realtime", "output_modalities": ["text"], "tools": [TOOL]}
        )
        await say(connection, 'call turn_on with {"lamp": "desk"}')
        done = await until(connection, "response.done")
        (call,) = done.response.output
        assert (call.type, call.name, call.arguments) == ("function_call", "turn_on", '{"lamp": "desk"}')
        result: Any = {"type": "function_call_output", "call_id": call.call_id, "output": "It is on."}
        await connection.conversation.item.create(item=result)
        await connection.response.create()
        assert (await until(connection, "response.done")).response.status == "completed"


async def test_a_wrong_key_is_a_401(api: Serving) -> None:
    async with openai.AsyncOpenAI(base_url=api.v1, api_key="hub_wrong", max_retries=0) as stranger:
        with pytest.raises(Exception, match="401"):
            async with stranger.realtime.connect(model=MODEL):
                pass
