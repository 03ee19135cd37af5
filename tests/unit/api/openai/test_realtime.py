"""`/v1/realtime` event by event, with a speech session that does what each test says."""

from __future__ import annotations

import asyncio
import base64
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from tests.serving import Told, serving
from tests.voiced import Voice

from hub import ports
from hub.errors import Unavailable
from hub.llm.provider import ToolCall

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.serving import Serving

SECOND = base64.b64encode(bytes(48_000)).decode()
TOOL = {"type": "function", "name": "turn_on", "parameters": {"type": "object", "properties": {}}}
PATIENCE_S = 30.0


class Client:
    """The other end of the socket."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.seen: list[dict[str, Any]] = []

    async def send(self, kind: str, **about: Any) -> None:
        await self.socket.send_str(json.dumps({"type": kind, **about}))

    async def receive(self) -> dict[str, Any]:
        message = await self.socket.receive(PATIENCE_S)
        assert message.type is aiohttp.WSMsgType.TEXT, (message, [one["type"] for one in self.seen])
        self.seen.append(json.loads(message.data))
        return self.seen[-1]

    async def until(self, *kinds: str) -> dict[str, Any]:
        while (event := await self.receive())["type"] not in kinds:
            assert event["type"] != "error", event
        return event

    async def error(self) -> dict[str, Any]:
        """Return the next error."""
        while (event := await self.receive())["type"] != "error":
            pass
        return dict(event["error"])

    async def ask(self, text: str = "Hello") -> None:
        content = [{"type": "input_text", "text": text}]
        item = {"type": "message", "role": "user", "content": content}
        await self.send("conversation.item.create", item=item)
        await self.send("response.create")

    @property
    def kinds(self) -> list[str]:
        return [event["type"] for event in self.seen]


class House:
    """A served hub, its voice, its model."""

    def __init__(self, served: Serving, voice: Voice, model: Told) -> None:
        self.served, self.voice, self.model = served, voice, model

    @asynccontextmanager
    async def socket(self, model: str = "told/m-1", **headers: str) -> AsyncIterator[Client]:
        async with (
            self.served.client(**headers) as client,
            client.ws_connect(f"/v1/realtime?model={model}", max_msg_size=0) as socket,
        ):
            made = Client(socket)
            assert (await made.receive())["type"] == "session.created"
            yield made


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    model, voice = Told("The sky is blue. ", "It is far away."), Voice()
    async with serving(tmp_path / "hub", model) as served:
        for port in (ports.Speech, ports.SpeechToText, ports.TextToSpeech):
            served.hub.provide(port, voice)
        yield House(served, voice, model)


def kinds_of_an_answer(*, sound: bool, deltas: int = 2) -> list[str]:
    kind = "output_audio_transcript" if sound else "output_text"
    audio = ["response.output_audio.done"] if sound else []
    return [
        "response.created", "response.output_item.added", "conversation.item.added",
        "response.content_part.added", *[f"response.{kind}.delta"] * deltas, *audio, f"response.{kind}.done",
        "response.content_part.done", "response.output_item.done", "conversation.item.done", "response.done",
    ]  # fmt: skip


async def test_words_are_answered_in_words(house: House) -> None:
    async with house.socket() as client:
        await client.send("session.update", session={"type": "realtime", "output_modalities": ["text"]})
        assert (await client.until("session.updated"))["session"]["output_modalities"] == ["text"]
        await client.ask()
        done = await client.until("response.done")
    text = [event for event in client.kinds if event.startswith(("response", "conversation"))]
    assert text[2:] == kinds_of_an_answer(sound=False)
    said = done["response"]["output"][0]["content"][0]
    assert said == {"type": "output_text", "text": "The sky is blue. It is far away."}
    assert done["response"]["status"] == "completed"
    assert not house.voice.sessions, "nobody speaks who is not asked to"


async def test_words_are_answered_aloud(house: House) -> None:
    async with house.socket() as client:
        await client.send(
            "session.update", session={"instructions": "Be brief.", "audio": {"output": {"voice": "joe"}}}
        )
        await client.ask()
        done = await client.until("response.done")
    sound = b"".join(
        base64.b64decode(event["delta"])
        for event in client.seen
        if event["type"] == "response.output_audio.delta"
    )
    assert len(sound) == pytest.approx(2 * 4_800, abs=8), "two pieces of 100 ms at 24 kHz"
    plain = [
        kind
        for kind in client.kinds
        if kind.startswith(("response", "conversation")) and "audio.delta" not in kind
    ]
    assert plain[2:] == kinds_of_an_answer(sound=True)
    assert done["response"]["output"][0]["content"][0]["transcript"] == "The sky is blue. It is far away."
    (session,) = house.voice.sessions
    assert session.calls[0] == ("use", "joe", False)
    assert ("close",) in session.calls
    assert house.model.requests[0].messages[0].text == "Be brief."


async def test_a_turn_by_voice_is_drafted_in_silence_and_told_once_it_is_over(house: House) -> None:
    async with house.socket() as client:
        await client.send("input_audio_buffer.append", audio=SECOND)
        while not house.voice.sessions or not house.voice.sessions[0].heard:
            await asyncio.sleep(0.01)
        (session,) = house.voice.sessions
        assert session.audio.rate == 24_000
        session.tell(ports.Voiced(True), ports.Voiced(False), ports.Draft(1, "What is the sky?"))
        await client.until("input_audio_buffer.speech_stopped")
        while not house.model.requests:
            await asyncio.sleep(0.01)
        session.tell(ports.Accepted(1, "What is the sky?", 300.0))
        done = await client.until("response.done")
    assert len(house.model.requests) == 1, "the draft's answer is the answer"
    assert house.model.requests[0].messages[-1].text == "What is the sky?"
    assert client.kinds[1:7] == [
        "input_audio_buffer.speech_started", "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed", "conversation.item.added", "conversation.item.done",
        "conversation.item.input_audio_transcription.completed",
    ]  # fmt: skip
    assert client.seen[6]["transcript"] == "What is the sky?"
    assert client.seen[1]["item_id"] == client.seen[3]["item_id"]
    assert done["response"]["status"] == "completed"


async def test_a_draft_that_was_not_final_is_never_told(house: House) -> None:
    async with house.socket() as client:
        await client.send("input_audio_buffer.append", audio=SECOND)
        while not house.voice.sessions:
            await asyncio.sleep(0.01)
        (session,) = house.voice.sessions
        session.tell(ports.Voiced(True), ports.Draft(1, "Turn on"), ports.Withdrawn(1))
        session.tell(ports.Draft(2, "Turn on the"), ports.Accepted(3, "Turn on the light.", 300.0))
        await client.until("response.done")
    assert client.kinds.count("response.created") == 1
    assert house.model.requests[-1].messages[-1].text == "Turn on the light."
    assert [kind for kind in client.kinds if kind == "conversation.item.added"] == [
        "conversation.item.added"
    ] * 2


async def test_who_speaks_over_the_answer_stops_it_and_what_was_heard_is_kept(house: House) -> None:
    house.voice.mute = True
    async with house.socket() as client:
        await client.ask()
        await client.until("response.output_audio_transcript.delta")
        (session,) = house.voice.sessions
        session.tell(ports.Audio(1, 0, 22_050, bytes(4_410)))
        await client.until("response.output_audio.delta")
        session.tell(
            ports.Voiced(True), ports.Voiced(False)
        )  # a cough: clients fall silent at speech_started
        session.tell(ports.Voiced(True), ports.BargeIn("x", 7))
        done = await client.until("response.done")
        assert client.kinds.count("input_audio_buffer.speech_started") == 1
        assert done["response"]["status_details"] == {"type": "cancelled", "reason": "turn_detected"}
        item = done["response"]["output"][0]
        assert item["content"][0]["transcript"] == "The sky"
        await client.send("conversation.item.retrieve", item_id=item["id"])
        kept = await client.until("conversation.item.retrieved")
        assert kept["item"]["content"][0]["transcript"] == "The sky"


async def test_cancelling_silences_and_another_answer_may_follow(house: House) -> None:
    house.voice.mute = True
    async with house.socket() as client:
        await client.ask()
        await client.until("response.output_audio_transcript.delta")
        await client.send("response.create")
        assert (await client.error())["code"] == "conversation_already_has_active_response"
        await client.send("response.cancel")
        done = await client.until("response.done")
        assert done["response"]["status_details"]["reason"] == "client_cancelled"
        (session,) = house.voice.sessions
        assert ("interrupt",) in session.calls
        await client.send("response.cancel")
        assert (await client.error())["code"] == "response_cancel_not_active"
        session.mute = False
        await client.ask("And now?")
        assert (await client.until("response.done"))["response"]["status"] == "completed"


async def test_a_function_is_called_by_the_client_and_its_result_answered(house: House) -> None:
    house.model.script = (ToolCall("call_1", "turn_on", '{"lamp": "desk"}'),)
    async with house.socket() as client:
        await client.send("session.update", session={"tools": [TOOL], "tool_choice": "auto"})
        await client.ask("Turn it on.")
        called = await client.until("response.function_call_arguments.done")
        assert (called["name"], called["arguments"]) == ("turn_on", '{"lamp": "desk"}')
        done = await client.until("response.done")
        assert done["response"]["output"][0]["type"] == "function_call"
        house.model.script = ("It is on.",)
        result = {"type": "function_call_output", "call_id": "call_1", "output": "done"}
        await client.send("conversation.item.create", item=result)
        await client.send("response.create")
        assert (await client.until("response.done"))["response"]["status"] == "completed"
    roles = [(message.role, message.text) for message in house.model.requests[-1].messages]
    assert roles[-3:] == [("user", "Turn it on."), ("assistant", ""), ("tool", "done")]


async def by_hand(client: Client, **audio: Any) -> None:
    await client.send("session.update", session={"audio": {"input": {"turn_detection": None, **audio}}})
    await client.until("session.updated")


async def test_turns_by_hand_are_committed_heard_and_answered(house: House) -> None:
    async with house.socket() as client:
        await by_hand(client)
        await client.send("input_audio_buffer.commit")
        assert (await client.error())["code"] == "input_audio_buffer_commit_empty"
        for _ in range(2):
            await client.send("input_audio_buffer.append", audio=SECOND)
        await client.send("input_audio_buffer.clear")
        await client.send("input_audio_buffer.append", audio=SECOND)
        await client.send("input_audio_buffer.commit")
        await client.send("response.create")
        heard = await client.until("conversation.item.input_audio_transcription.completed")
        assert heard["transcript"] == "1.0 seconds of words"
        await client.until("response.done")
    assert house.voice.sounds == [ports.Sound(bytes(48_000), 24_000)]
    assert house.model.requests[0].messages[-1].text == "1.0 seconds of words"


async def test_sound_in_an_item_is_heard(house: House) -> None:
    async with house.socket() as client:
        content = [{"type": "input_audio", "audio": SECOND}]
        item = {"id": "mine", "type": "message", "role": "user", "content": content}
        await client.send("conversation.item.create", item=item)
        heard = await client.until("conversation.item.input_audio_transcription.completed")
        assert (heard["item_id"], heard["transcript"]) == ("mine", "1.0 seconds of words")


@pytest.mark.parametrize("form", ["audio/pcmu", "audio/pcma"])
async def test_telephones_send_and_get_eight_bits(house: House, form: str) -> None:
    async with house.socket() as client:
        both = {"input": {"format": {"type": form}}, "output": {"format": {"type": form}}}
        await client.send("session.update", session={"audio": both})
        loud = base64.b64encode(bytes([0x00] * 4_000 + [0x80] * 4_000)).decode()
        await client.send("input_audio_buffer.append", audio=loud)
        await client.ask()
        await client.until("response.done")
    (session,) = house.voice.sessions
    assert session.audio.rate == 8_000
    assert len(session.heard) == 16_000
    sound = [
        base64.b64decode(one["delta"]) for one in client.seen if one["type"] == "response.output_audio.delta"
    ]
    assert len(b"".join(sound)) == pytest.approx(1_600, abs=4)


async def test_a_turn_that_goes_on_takes_the_place_of_its_beginning(house: House) -> None:
    house.voice.mute = True
    async with house.socket() as client:
        await client.send("input_audio_buffer.append", audio=SECOND)
        while not house.voice.sessions:
            await asyncio.sleep(0.01)
        (session,) = house.voice.sessions
        session.tell(ports.Accepted(1, "Turn on", 300.0))
        await client.until("response.created")
        session.tell(ports.Accepted(2, "Turn on the light.", 300.0))
        session.mute = False
        await client.until("conversation.item.deleted")
        await client.until("response.done")
    words = [message.text for message in house.model.requests[-1].messages if message.role == "user"]
    assert words == ["Turn on the light."]


async def test_a_commit_by_hand_ends_the_turn_and_listening_goes_on(house: House) -> None:
    async with house.socket() as client:
        await client.send("input_audio_buffer.append", audio=SECOND)
        await client.send("input_audio_buffer.commit")
        while not (house.voice.sessions and ("finish",) in house.voice.sessions[0].calls):
            await asyncio.sleep(0.01)
        (session,) = house.voice.sessions
        session.tell(ports.Accepted(1, "Yes.", 0.0))
        await client.until("response.done")
    assert session.calls.count(("listen", False)) == 2


async def test_an_answer_apart_is_no_part_of_the_talk(house: House) -> None:
    async with house.socket() as client:
        asked = [
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Sort this."}]}
        ]
        response = {
            "conversation": "none",
            "input": asked,
            "output_modalities": ["text"],
            "metadata": {"a": "b"},
        }
        await client.send("response.create", response=response)
        done = await client.until("response.done")
        assert done["response"]["metadata"] == {"a": "b"}
        assert "conversation.item.added" not in client.kinds
        await client.send("conversation.item.delete", item_id=done["response"]["output"][0]["id"])
        assert "no such item" in (await client.error())["message"]


async def test_what_was_not_played_is_cut_off(house: House) -> None:
    house.voice.mute = True
    async with house.socket() as client:
        await client.ask()
        added = await client.until("response.output_item.added")
        await client.until("response.output_audio_transcript.delta")
        await client.until("response.output_audio_transcript.delta")
        (session,) = house.voice.sessions
        session.tell(ports.Audio(1, 0, 22_050, bytes(2 * 22_050)))
        await client.until("response.output_audio.delta")
        id_ = added["item"]["id"]
        await client.send("conversation.item.truncate", item_id=id_, content_index=0, audio_end_ms=500)
        await client.until("conversation.item.truncated")
        await client.send("conversation.item.retrieve", item_id=id_)
        kept = (await client.until("conversation.item.retrieved"))["item"]["content"][0]["transcript"]
    assert kept == "The sky is blue."


async def test_the_beta_is_spoken_to_those_who_ask_for_it(house: House) -> None:
    headers = {"openai-beta": "realtime=v1"}
    async with house.socket("gpt-4o-realtime-preview", **headers) as client:
        session = client.seen[0]["session"]
        assert (session["modalities"], session["input_audio_format"]) == (["audio", "text"], "pcm16")
        await client.send("session.update", session={"voice": "alloy", "turn_detection": None})
        assert (await client.until("session.updated"))["session"]["turn_detection"] is None
        await client.ask()
        done = await client.until("response.done")
    assert {"conversation.item.created", "response.audio.delta", "response.audio_transcript.delta"} <= set(
        client.kinds
    )
    assert "conversation.item.done" not in client.kinds
    assert done["response"]["output"][0]["content"][0]["type"] == "audio"


NONSENSE = (
    "no json",
    "[1]",
    "{}",
    '{"type": "session.update"}',
    '{"type": "session.update", "session": {"type": "transcription"}}',
    '{"type": "session.update", "session": {"audio": {"input": {"format": {"type": "audio/opus"}}}}}',
    '{"type": "session.update", "session": {"audio": {"input": {"format": {"type": "audio/pcm", "rate": 1}}}}}',
    '{"type": "session.update", "session": {"voice": "nobody"}}',
    '{"type": "session.update", "session": {"tools": [{"type": "mcp"}]}}',
    '{"type": "session.update", "session": {"tool_choice": {"type": "function", "name": "x"}}}',
    '{"type": "input_audio_buffer.append", "audio": "%%%"}',
    '{"type": "input_audio_buffer.append", "audio": "AAAA"}',
    '{"type": "input_audio_buffer.commit"}',
    '{"type": "conversation.item.create", "item": {"type": "message"}}',
    '{"type": "conversation.item.create", "item": {"type": "message", "role": "user", "content": [{"type": "input_image"}]}}',
    '{"type": "conversation.item.create", "item": {"type": "function_call_output"}}',
    '{"type": "conversation.item.delete", "item_id": "x"}',
    '{"type": "conversation.item.truncate", "item_id": "x", "audio_end_ms": -1}',
    '{"type": "response.create"}',
    '{"type": "response.create", "response": {"output_modalities": ["smell"]}}',
    '{"type": "transcription_session.update"}',
)


async def test_what_makes_no_sense_is_told_and_the_session_goes_on(house: House) -> None:
    async with house.socket() as client:
        for sent in NONSENSE:
            await client.socket.send_str(sent)
            error = await client.error()
            assert (error["type"], sent) == ("invalid_request_error", sent)
            assert error["message"]
            await client.send("nonsense", event_id="mine")
            assert (await client.error())["event_id"] == "mine"
        await client.send("session.update", session={})
        await client.until("session.updated")


async def test_without_a_voice_sound_is_refused_with_what_to_do_and_words_go_on(house: House) -> None:
    house.voice.fails = Unavailable("My ears are starting.", fix="Wait a few seconds.")
    async with house.socket() as client:
        await client.send("input_audio_buffer.append", audio=SECOND)
        assert (await client.error())["message"] == "My ears are starting. Wait a few seconds."
        await client.ask()
        assert "My ears are starting." in (await client.error())["message"]
        assert (await client.until("response.done"))["response"]["status"] == "failed"
        await client.send("session.update", session={"output_modalities": ["text"]})
        await client.ask()
        assert (await client.until("response.done"))["response"]["status"] == "completed"
        await by_hand(client)
        await client.send("input_audio_buffer.append", audio=SECOND)
        await client.send("input_audio_buffer.commit")
        failed = await client.until("conversation.item.input_audio_transcription.failed")
        assert "ears are starting" in failed["error"]["message"]


async def test_a_voice_that_breaks_leaves_the_words(house: House) -> None:
    house.voice.mute = True
    async with house.socket() as client:
        await client.ask()
        await client.until("response.output_audio_transcript.delta")
        house.voice.sessions[0].tell(ports.Trouble("My voice stopped.", "Say it again."))
        assert "My voice stopped" in (await client.error())["message"]
        done = await client.until("response.done")
    assert done["response"]["output"][0]["content"][0]["transcript"] == "The sky is blue. It is far away."


async def test_strangers_wrong_keys_and_unknown_models_are_refused(house: House) -> None:
    for key, path, status in (
        ("", "/v1/realtime", 401),
        ("hub_wrong", "/v1/realtime", 401),
        (None, "/v1/realtime?model=gpt-9", 404),
    ):
        async with house.served.client(key) as client:
            with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
                await client.ws_connect(path)
            assert caught.value.status == status


async def test_a_page_brings_its_key_as_a_subprotocol(house: House) -> None:
    async with house.served.client("") as client:
        wanted = ("realtime", f"openai-insecure-api-key.{house.served.key}")
        async with client.ws_connect("/v1/realtime?model=gpt-realtime", protocols=wanted) as socket:
            assert socket.protocol == "realtime"
            assert json.loads((await socket.receive(PATIENCE_S)).data)["session"]["model"] == "hub/voice"


async def test_the_end_of_a_key_is_the_end_of_its_talk(house: House) -> None:
    hub = house.served.hub
    key, secret = await hub.keys.make(house.served.owner, "Short")
    async with house.served.client(secret) as client, client.ws_connect("/v1/realtime") as socket:
        await socket.receive(PATIENCE_S)
        await hub.keys.revoke(house.served.owner, key.id)
        message = await socket.receive(PATIENCE_S)
        assert message.type is aiohttp.WSMsgType.CLOSE
        assert message.data == 4401


async def test_a_client_that_leaves_takes_its_speech_and_its_answer_along(house: House) -> None:
    house.model.script = ("Well. ", "So. ", 30.0, "Never.")
    async with house.socket() as client:
        await client.ask()
        await client.until("response.output_audio_transcript.delta")
    async with asyncio.timeout(PATIENCE_S):
        await house.model.closed.wait()
        while ("close",) not in house.voice.sessions[0].calls:
            await asyncio.sleep(0.01)
