from __future__ import annotations

import array
import asyncio
import struct
from typing import TYPE_CHECKING

import aiohttp
import pytest
from tests.engines import Mouth

from hub import ports
from hub.errors import HubError
from hub.events import TurnDelta
from hub.web import messages
from hub.web import socket as module
from hub.web.socket import NOT_SIGNED_IN, TOO_SLOW, floats

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PCM = array.array("h", [0, 16_384, -32_768]).tobytes()


class Session:
    """A speech session that is played by the test: it says what is put into ``out``."""

    def __init__(self) -> None:
        self.out: asyncio.Queue[ports.SpeechEvent] = asyncio.Queue()
        self.pushed: list[bytes] = []
        self.said: list[str] = []
        self.acknowledged: list[tuple[int, int]] = []
        self.epoch = 1
        self.calls: list[str] = []

    async def events(self) -> AsyncIterator[ports.SpeechEvent]:
        while True:
            yield await self.out.get()

    async def listen(self, *, push_to_talk: bool = False) -> None:
        self.calls.append(f"listen {push_to_talk}")

    async def finish(self) -> None:
        self.calls.append("finish")

    async def ignore(self) -> None:
        self.calls.append("ignore")

    async def push(self, pcm: bytes) -> None:
        self.pushed.append(pcm)

    async def say(self, turn: str, text: str, *, last: bool = False) -> None:
        self.said.append(text)

    async def release(self, turn: str) -> None:
        self.calls.append("release")

    async def played(self, epoch: int, samples: int) -> None:
        self.acknowledged.append((epoch, samples))

    async def interrupt(self) -> int:
        self.epoch += 1
        return self.epoch

    async def use(self, *, voice: str = "", half_duplex: bool | None = None) -> None:
        if voice == "nobody":
            raise HubError("There is no voice of that name.", fix="Choose another.")
        self.calls.append(f"use {voice} {half_duplex}")

    async def close(self) -> None:
        self.calls.append("close")


class Speech:
    """A voice of one session."""

    def __init__(self) -> None:
        self.session = Session()
        self.audio: ports.AudioFormat | None = None
        self.opened: list[str] = []

    async def open(self, session: str, audio: ports.AudioFormat) -> ports.SpeechSession:
        self.opened.append(session)
        self.audio = audio
        return self.session


@pytest.fixture
def speech(hub) -> Speech:
    made = Speech()
    hub.provide(ports.Speech, made)
    return made


async def eventually(check) -> None:
    async with asyncio.timeout(60):
        while not check():
            await asyncio.sleep(0.01)


async def test_a_stranger_is_turned_away_with_a_reason(site) -> None:
    async with aiohttp.ClientSession() as stranger, stranger.ws_connect(f"{site.url}/ws/session/x") as socket:
        assert "hub claim" in (await socket.receive_json())["fix"]
        assert (await socket.receive()).data == NOT_SIGNED_IN


async def test_words_written_are_answered_in_the_script(site) -> None:
    async with site.tab({}) as tab:
        await tab.send(type="write", text="What is 6 times 7?")
        accepted = await tab.until("transcription")
        assert (accepted["text"], accepted["is_final"]) == ("What is 6 times 7?", True)
        swap = await tab.until("swap")
        while swap["target"] != "#lines" or swap["how"] != "beforeend":
            swap = await tab.until("swap")
        assert f'id="hub-{accepted["turn"]}"' in swap["html"]
        assert "42" in (await tab.until("delta"))["text"]
        final = await tab.until("llm_response")
        assert (final["final"], final["quality"], final["spoken"]) == (True, "exact", False)
        assert "Exact: worked out" in (await tab.until("swap"))["html"]


async def test_a_second_tab_reads_along_and_hears_nothing(site, speech) -> None:
    async with site.tab({}) as first, site.tab({}) as second:
        await first.send(type="start_recording")
        await first.until("recording_started")
        await speech.session.out.put(ports.Accepted(1, "What is 2 plus 2?", 200))
        await speech.session.out.put(ports.Audio(1, 0, 22_050, PCM))
        await first.until("audio")
        seen = await second.until("transcription")
        assert seen["text"] == "What is 2 plus 2?"
        while (message := await second.receive())["type"] != "delta":
            assert message["type"] != "audio"


@pytest.mark.parametrize(
    "bad", ["{", "[]", '{"type":"shout"}', '{"type":"write","text":"   "}', '{"type":"hello"}', "x" * 70_000]
)
async def test_nonsense_is_answered_and_the_socket_lives_on(site, bad) -> None:
    async with site.tab({}) as tab:
        await tab.socket.send_str(bad)
        refusal = await tab.until("error")
        assert refusal["fix"]
        await tab.send(type="ping")
        await tab.until("pong")


async def test_too_much_sound_at_once_is_refused_and_the_socket_lives_on(site) -> None:
    async with site.tab({}) as tab:
        await tab.socket.send_bytes(bytes(messages.MAX_SOUND + 2))
        assert "bytes" in (await tab.until("error"))["message"]
        await tab.send(type="ping")
        await tab.until("pong")


async def test_two_people_who_name_their_sessions_alike_have_two(site, speech) -> None:
    """Whoever opens a session takes it over; its name is the client's to choose."""
    guest = await site.hub.invites.redeem(
        await site.hub.invites.new(await site.hub.claims.owner(), "Gus", "guest")
    )
    async with site.tab({}) as mine:
        await mine.send(type="start_recording")
        await mine.until("recording_started")
    site.client.cookie_jar.update_cookies({"hub_test": await site.hub.sessions.start(guest, "test")})
    async with site.tab({}) as theirs:
        await theirs.send(type="start_recording")
        await theirs.until("recording_started")
    first, second = speech.opened
    assert first != second


async def test_one_person_takes_only_so_many_sockets(site, monkeypatch) -> None:
    """Each may hold megabytes that wait to be sent."""
    monkeypatch.setattr(module, "MOST_TABS", 2)
    async with site.tab({}), site.tab({}), site.tab() as third:
        assert (await third.receive())["code"] == "too_many"
        assert await third.receive() == {"type": "closed", "code": module.TOO_MANY}
    async with site.tab({}):
        pass


async def test_sound_before_listening_is_no_trouble(site) -> None:
    async with site.tab({}) as tab:
        await tab.socket.send_bytes(PCM)
        await tab.send(type="played", epoch=0, samples=0)
        await tab.send(type="stop_recording")
        await tab.send(type="cancel")
        await tab.send(type="ping")
        assert (await tab.until("pong", "error"))["type"] == "pong"


async def test_without_a_voice_the_press_is_answered_with_reason_and_fix(site) -> None:
    async with site.tab({}) as tab:
        await tab.send(type="start_recording")
        told = await tab.until("error")
        assert (told["code"], told["message"]) == ("unavailable", "No voice plugin is running.")
        assert told["fix"]


async def test_sound_goes_both_ways_with_epoch_and_rate(site, speech) -> None:
    async with site.tab({}) as tab:
        await tab.send(type="start_recording", mode="push")
        await tab.until("recording_started")
        assert speech.audio == ports.AudioFormat("s16le", 16_000)
        await tab.socket.send_bytes(PCM)
        await speech.session.out.put(ports.Audio(65_537, 0, 22_050, PCM))
        frame = (await tab.until("audio"))["data"]
        assert struct.unpack_from("<BBHI", frame) == (1, 0, 1, 22_050)
        assert frame[8:] == PCM
        await tab.send(type="played", epoch=1, samples=3)
        await eventually(lambda: speech.session.acknowledged)
        assert speech.session.pushed == [PCM]
        assert speech.session.calls[0] == "listen True"
    await eventually(lambda: "close" in speech.session.calls)


async def test_a_client_of_seed_004_needs_no_hello_and_speaks_floats(site, speech) -> None:
    async with site.tab() as tab:
        await tab.send(type="start_recording")
        assert (await tab.until("welcome"))["session"] == "test"
        await tab.until("recording_started")
        assert speech.audio == ports.AudioFormat("f32le", 16_000)
        await speech.session.out.put(ports.Accepted(1, "What is 2 plus 2?", 200))
        await speech.session.out.put(ports.Audio(1, 0, 22_050, PCM))
        kinds = set()
        while "audio" not in kinds:
            message = await tab.receive()
            kinds.add(message["type"])
        assert array.array("f", message["data"]).tolist() == [0.0, 0.5, -1.0]
        assert not kinds & {"swap", "delta", "answering"}


async def test_speaking_over_the_answer_silences_the_page(site, speech) -> None:
    async with site.tab({}) as tab:
        await tab.send(type="start_recording")
        await tab.until("recording_started")
        await speech.session.out.put(ports.Audio(4, 0, 22_050, PCM))
        await speech.session.out.put(ports.BargeIn("none", 0))
        assert (await tab.until("flush"))["epoch"] == 5


async def test_cancel_goes_back_to_idle_by_legal_steps(site, speech) -> None:
    async with site.tab({}) as tab:
        await tab.send(type="start_recording")
        await speech.session.out.put(ports.Accepted(1, "What is 2 plus 2?", 200))
        states = [(await tab.until("state"))["state"] for _ in range(3)]
        assert states == ["idle", "recording", "processing"]
        await tab.send(type="cancel")
        assert (await tab.until("flush"))["epoch"] == 2
        while states[-1] != "idle":
            states.append((await tab.until("state"))["state"])
        assert set(states) <= {"recording", "processing", "synthesizing", "idle"}


async def test_a_client_that_does_not_read_is_closed_and_costs_others_nothing(site, hub) -> None:
    talk = await hub.conversations.latest(site.person)
    async with site.tab({}, max_msg_size=0) as stuck, site.tab({}) as good:
        stuck.socket._conn.transport.pause_reading()
        for _ in range(400):
            await talk.write("What is 2 plus 2?")
            await talk.settled()
        await good.send(type="ping")
        await good.until("pong")
        flood = "x" * 200_000
        for _ in range(200):
            hub.bus.publish(TurnDelta(conversation=talk.id, turn="t", text=flood))
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.2)
        stuck.socket._conn.transport.resume_reading()
        while (message := await stuck.receive())["type"] != "closed":
            pass
        assert message["code"] == TOO_SLOW


def test_floats() -> None:
    assert array.array("f", floats(PCM)).tolist() == [0.0, 0.5, -1.0]


async def test_what_the_client_wants_of_a_talk_holds_before_and_in_it(site, speech) -> None:
    async with site.tab({}) as tab:
        await tab.send(type="use", half_duplex=True)
        await tab.send(type="start_recording")
        await tab.until("recording_started")
        assert speech.session.calls[:2] == ["use  True", "listen False"]
        await tab.send(type="set_voice", voice="amy")
        await tab.send(type="set_voice", voice="nobody")
        assert (await tab.until("error"))["fix"] == "Choose another."
        assert speech.session.calls[-1] == "use amy None"


async def test_the_page_is_told_of_ducking_captions_advice_and_time(site, speech) -> None:
    async with site.tab({}) as tab:
        await tab.send(type="start_recording")
        await tab.until("recording_started")
        for event in (
            ports.Duck(True), ports.Partial("what is"), ports.Advice("I hear myself.", "half_duplex"),
            ports.Timed("t", 91.26, text=180.0, sent=391.5, sure=True),
        ):  # fmt: skip
            await speech.session.out.put(event)
        assert await tab.until("duck") == {"type": "duck", "on": True}
        assert await tab.until("caption") == {"type": "caption", "text": "what is"}
        assert (await tab.until("advice"))["suggests"] == "half_duplex"
        timing = await tab.until("timing")
        assert (timing["turn"], timing["tail"], timing["sent"], timing["played"]) == ("t", 91, 392, None)


async def test_gaps_in_the_clients_sound_are_counted(site, hub, speech) -> None:
    with hub.bus.subscribe("speech.counted") as counted:
        async with site.tab({}) as tab:
            await tab.send(type="start_recording")
            await tab.until("recording_started")
            await tab.send(type="played", epoch=1, samples=10, dry=True)
            await tab.send(type="played", epoch=1, samples=20, dry=2)
            event = await anext(counted)
            assert (event.what, event.times) == ("underrun", 2)
            await eventually(lambda: len(speech.session.acknowledged) == 2)
            assert counted.take() == []


async def test_two_channels_are_agreed_in_the_hello(site, speech) -> None:
    async with site.tab({"audio": {"encoding": "s16le", "rate": 48_000, "channels": 2}}) as tab:
        await tab.send(type="start_recording")
        await tab.until("recording_started")
        assert speech.audio == ports.AudioFormat("s16le", 48_000, 2)


async def test_a_persona_brings_its_voice_to_the_talk(site, hub, speech) -> None:
    await hub.personas.create(name="Ada", prompt="Be brief.", voice="amy")
    await hub.personas.create(name="Bea", prompt="Be kind.", voice="")
    hub.provide(ports.TextToSpeech, Mouth())
    async with site.tab({}) as tab:
        await tab.send(type="set_persona", persona="Ada")
        await tab.send(type="start_recording")
        await tab.until("recording_started")
        assert "use amy None" in speech.session.calls
        await tab.send(type="set_persona", persona="Bea")
        await eventually(lambda: "use low None" in speech.session.calls)  # the usual voice again
        await tab.send(type="set_persona", persona="Nobody at all")
        assert "no such persona" in (await tab.until("error"))["message"]
    talk = await hub.conversations.latest(site.person)
    assert talk.persona.name == "Bea"
    async with site.tab({}) as other:
        await hub.personas.use(talk.id, "Ada", site.person)
        await other.send(type="start_recording")
        await eventually(lambda: speech.session.calls.count("use amy None") == 2)
