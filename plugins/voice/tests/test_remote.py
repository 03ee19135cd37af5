"""A session on the hub's side, with a child that the test plays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from hub import (
    Advice,
    Audio,
    AudioFormat,
    Counted,
    Draft,
    Finished,
    HubError,
    Started,
    Trouble,
    Unavailable,
    Withdrawn,
)
from hub_voice import remote
from hub_voice.remote import RemoteSession
from hub_voice.settings import Input

SECOND = 32_000


class Child:
    """Takes frames; says that it worked sound off when the test says so."""

    def __init__(self) -> None:
        self.frames: list[tuple[str, dict[str, Any], bytes | None]] = []
        self.away = False
        self.sound = 0

    async def send(self, kind: str, data: dict[str, Any], payload: bytes | None) -> None:
        if self.away:
            raise Unavailable("It is away.", fix="Wait.")
        self.sound += len(payload or b"")
        self.frames.append((kind, data, payload))

    def kinds(self) -> list[str]:
        return [kind for kind, _, _ in self.frames if kind != "audio-chunk"]

    def last(self, kind: str) -> dict[str, Any]:
        return next(data for named, data, _ in reversed(self.frames) if named == kind)


@pytest.fixture
def child() -> Child:
    return Child()


@pytest.fixture
async def session(child: Child) -> AsyncIterator[RemoteSession]:
    made = RemoteSession("s", AudioFormat(), child.send, lambda _: None)
    await made.opened()
    yield made
    await made.close()


def told(session: RemoteSession, kind: type) -> list[Any]:
    return [event for event in session._events if isinstance(event, kind)]


async def eventually(check: Any) -> None:
    async with asyncio.timeout(60):
        while not check():
            await asyncio.sleep(0.005)


async def test_the_ears_are_never_more_than_half_a_second_behind(
    child: Child, session: RemoteSession
) -> None:
    """S0-28: what they have been sent and have not worked off."""
    await session.listen()
    await session.push(bytes(2 * SECOND))
    await asyncio.sleep(0.05)
    assert child.sound <= SECOND // 2 + SECOND // 10
    session.taken(child.sound)
    before = child.sound
    await eventually(lambda: child.sound > before)
    assert child.sound - before <= SECOND // 2 + SECOND // 10


async def test_sound_beyond_the_shelter_goes_oldest_first_and_is_counted(
    child: Child, session: RemoteSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "Input", lambda: Input(wait_ms=20))
    await session.listen()
    for number in range(80):  # eight seconds for ears that stand still
        await session.push(bytes([number]) * (SECOND // 10))
    assert session.dropped > 0
    lost = sum(event.times for event in told(session, Counted) if event.what == "dropped")
    assert lost == session.dropped // (SECOND // 10)
    kept = [chunk[0] for chunk in session._ring]
    assert kept == list(range(80 - len(kept), 80))


async def test_a_voice_is_asked_for_and_its_refusal_raised(child: Child, session: RemoteSession) -> None:
    asking = asyncio.create_task(session.use(voice="nobody"))
    await eventually(lambda: "hub.use" in child.kinds())
    session.used(child.last("hub.use")["request"], "There is no voice 'nobody'.", "Choose another.")
    with pytest.raises(HubError, match="nobody") as caught:
        await asking
    assert caught.value.fix == "Choose another."


async def test_how_it_was_told_to_go_on_is_told_to_a_new_child(child: Child, session: RemoteSession) -> None:
    for ways in ({"voice": "amy"}, {"half_duplex": True}):
        asking = asyncio.create_task(session.use(**ways))  # type: ignore[arg-type]  # one of them at a time
        count = child.kinds().count("hub.use")
        await eventually(lambda before=count: child.kinds().count("hub.use") > before)
        session.used(child.last("hub.use")["request"], "", "")
        await asking
    session.lost("It died.", "Wait.")
    child.frames.clear()
    await session.opened()
    assert child.last("hub.use") == {"session": "s", "request": 0, "voice": "amy", "half_duplex": True}


async def test_a_child_that_dies_while_a_voice_is_asked_for_holds_up_nobody(
    child: Child, session: RemoteSession
) -> None:
    asking = asyncio.create_task(session.use(voice="amy"))
    await eventually(lambda: "hub.use" in child.kinds())
    session.lost("It died.", "Wait.")
    async with asyncio.timeout(60):
        await asking
    await session.opened()
    assert child.last("hub.use")["voice"] == "amy"


@pytest.mark.parametrize("state", ["idle", "listening", "drafting", "accepted", "speaking"])
async def test_a_child_that_dies_in_any_state_is_told_once_and_taken_up_again(
    child: Child, session: RemoteSession, state: str
) -> None:
    if state != "idle":
        await session.listen()
    if state == "drafting":
        session.happened(Draft(3, "what is"))
    if state in ("accepted", "speaking"):
        await session.release("t")
    if state == "speaking":
        session.happened(Started("t", session.epoch, 1.0))
        session.happened(Audio(session.epoch, 0, 22_050, b"\1\0"))
    session.lost("It died.", "Wait.")
    session.lost("It died.", "Wait.")
    assert len(told(session, Trouble)) == 1
    assert not told(session, Audio)
    assert len(told(session, Withdrawn)) == (state == "drafting")
    assert session.active == (state != "idle")
    before, child.frames = session.epoch, []
    await session.push(bytes(3200))
    await session.opened()
    assert session.epoch > before
    assert child.kinds() == ["hub.open"] + ["hub.listen"] * (state != "idle")
    if state == "drafting":
        assert child.last("hub.open")["revision"] == 3


async def test_it_is_active_while_it_listens_or_speaks(session: RemoteSession) -> None:
    assert not session.active
    await session.listen()
    assert session.active
    await session.ignore()
    assert not session.active
    await session.release("t")
    assert session.active
    session.happened(Finished("t", 1))
    assert not session.active
    await session.listen()
    await session.close()
    assert not session.active


async def test_one_more_than_are_admitted_does_not_listen(child: Child) -> None:
    def refuse(_: RemoteSession) -> None:
        raise Unavailable("I am talking with 2 already.", fix="Try again soon.")

    session = RemoteSession("s", AudioFormat(), child.send, lambda _: None, refuse)
    await session.opened()
    with pytest.raises(Unavailable):
        await session.listen()
    assert not session.active
    assert "hub.listen" not in child.kinds()
    await session.close()


async def test_a_rate_that_is_not_so_is_told_to_the_person(
    session: RemoteSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    await session.listen()
    clock = [100.0]
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: clock[0])
    for _ in range(600):
        clock[0] += 0.02
        session.taken(10**9)
        session._cadence_check(960)
    monkeypatch.undo()
    (advice,) = told(session, Advice)
    assert "48,000" in advice.text
    assert "16,000" in advice.text


async def test_half_a_sample_is_left_out(child: Child) -> None:
    session = RemoteSession("s", AudioFormat("s16le", 16_000, 2), child.send, lambda _: None)
    await session.opened()
    await session.listen()
    await session.push(b"\1\2\3\4\5\6\7")
    await eventually(lambda: child.sound)
    assert child.frames[-1][2] == b"\1\2\3\4"
    await session.close()


async def test_what_the_client_played_never_overtakes_the_sound_before_it(
    child: Child, session: RemoteSession
) -> None:
    """Else an echo that comes late would be laid beside the silence after the answer."""
    await session.listen()
    await session.played(1, 100)
    assert child.last("hub.played") == {"session": "s", "epoch": 1, "samples": 100}, (
        "at once while none waits"
    )
    await session.push(bytes(2 * SECOND))
    await session.played(1, 200)
    await session.played(1, 300)
    await session.push(bytes(SECOND // 10))
    await session.played(1, 400)
    await asyncio.sleep(0.05)
    assert child.last("hub.played")["samples"] == 100
    while session.waiting:
        before = child.sound
        session.taken(child.sound)
        await eventually(lambda before=before: child.sound > before)
    await eventually(lambda: child.last("hub.played")["samples"] == 400)
    sent, heard = 0, []
    for _, data, payload in child.frames:
        sent += len(payload or b"")
        if "samples" in data:
            heard.append((data["samples"], sent))
    assert heard == [(100, 0), (300, 2 * SECOND), (400, 2 * SECOND + SECOND // 10)]


async def test_what_was_played_is_told_though_the_sound_before_it_is_dropped(
    child: Child, session: RemoteSession
) -> None:
    await session.listen()
    await session.push(bytes(2 * SECOND))
    await session.played(1, 200)
    await session.ignore()
    await eventually(lambda: "hub.played" in child.kinds())
    await session.listen()
    await session.push(bytes(2 * SECOND))
    await session.played(1, 300)
    assert child.last("hub.played")["samples"] == 200
    await session.push(bytes(5 * SECOND))
    assert session.dropped >= 2 * SECOND
    await eventually(lambda: child.last("hub.played")["samples"] == 300)
