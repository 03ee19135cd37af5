"""Voices of one's own: kept, judged, trained as a durable job, cancelled, forgotten, and nobody else's."""

from __future__ import annotations

import asyncio
import math
import random
import struct
from typing import TYPE_CHECKING, Any

import pytest

from hub import CloningEngine, EngineInfo, Sound, Voices, sound
from hub.errors import HubError
from hub.plugin.hookspecs import Selector
from hub.ports import NullCloningEngine
from hub.testing import check_cloning_engine, check_voices

if TYPE_CHECKING:
    from conftest import Voiced


def voice_like(seconds: float = 6.0, rate: int = 24_000, level: int = 8_000) -> bytes:
    """Return a WAV that is long, loud and clean enough."""
    noise = random.Random(1)
    samples = [
        round(level * math.sin(at / 11) * (0.6 + 0.4 * math.sin(at / 2_400)) + noise.randint(-200, 200))
        for at in range(int(seconds * rate))
    ]
    return sound.pack(Sound(struct.pack(f"<{len(samples)}h", *samples), rate))


GOOD = voice_like()


class Cloner:
    """Learns as fast as it is let."""

    info = EngineInfo("cloner", "A cloner")

    def __init__(self) -> None:
        self.go, self.begun, self.forgotten = asyncio.Event(), asyncio.Event(), list[str]()
        self.samples: list[Sound] = []
        self.fault: Exception | None = None

    async def train(self, voice: str, samples: Any, progress: Any) -> str:
        self.samples = list(samples)
        await progress(25.0, "Listening")
        self.begun.set()
        await self.go.wait()
        if self.fault:
            raise self.fault
        return f"own-{voice[:8]}"

    async def forget(self, spoken: str) -> None:
        self.forgotten.append(spoken)


@pytest.fixture
def cloner(voiced: Voiced) -> Cloner:
    voiced.hub.provide(CloningEngine, made := Cloner())
    return made


async def begin(voiced: Voiced, name: str = "Mine", samples: int = 0, who: str = "owner") -> str:
    status, made = await voiced.ask("POST", "/voices", {"name": name, "description": "My own."}, who=who)
    assert status == 201, made
    for _ in range(samples):
        status, told = await voiced.ask("POST", f"/voices/{made['id']}/samples", GOOD, who=who)
        assert status == 201, told
    return str(made["id"])


async def until(voiced: Voiced, job: str, *states: str) -> Any:
    async with asyncio.timeout(60):
        while (told := (await voiced.ask("GET", f"/training/{job}"))[1])["state"] not in states:
            await asyncio.sleep(0.02)
    return told


def told(voiced: Voiced, name: str) -> list[Any]:
    return [event for event in voiced.hub.bus.recent(500) if event.name == name]


async def test_a_voice_is_made_changed_and_destroyed(voiced: Voiced) -> None:
    voice = await begin(voiced, samples=2)
    status, one = await voiced.ask("GET", f"/voices/{voice}")
    assert (status, one["name"], one["quality"], one["samples"], one["seconds"]) == (
        200,
        "Mine",
        "quick",
        2,
        12.0,
    )
    assert [event.voice for event in told(voiced, "voice.created")] == [voice]
    await voiced.ask("PATCH", f"/voices/{voice}", {"name": "Ours"})
    listed = (await voiced.ask("GET", "/voices"))[1]
    assert [one["name"] for one in listed["voices"]] == ["low", "high"]
    assert [one["name"] for one in listed["own"]] == ["Ours"]
    samples = (await voiced.ask("GET", f"/voices/{voice}/samples"))[1]
    assert [(one["duration_secs"], one["sample_rate"]) for one in samples] == [(6.0, 24_000)] * 2
    status, file = await voiced.ask("GET", f"/voices/{voice}/samples/{samples[0]['id']}")
    assert (status, file) == (200, GOOD)
    await voiced.ask("DELETE", f"/voices/{voice}/samples/{samples[0]['id']}")
    assert (await voiced.ask("GET", f"/voices/{voice}"))[1]["quality"] == ""
    assert (await voiced.ask("DELETE", f"/voices/{voice}"))[0] == 200
    assert (await voiced.ask("GET", f"/voices/{voice}"))[0] == 404


def clipped() -> bytes:
    samples = memoryview(voice_like(3.0)[44:]).cast("h")
    cut = [32_767 if one > 0 else -32_768 for one in samples]
    return sound.pack(Sound(struct.pack(f"<{len(cut)}h", *cut), 24_000))


async def test_a_poor_sample_is_refused_with_the_mend(voiced: Voiced) -> None:
    voice = await begin(voiced)
    poor = {
        "cannot read": b"no sound", "shorter": voice_like(0.5), "quiet": voice_like(3.0, level=60),
        "dull": voice_like(3.0, rate=8_000), "loud": clipped(), "no sound": b"",
    }  # fmt: skip
    for why, file in poor.items():
        status, said = await voiced.ask("POST", f"/voices/{voice}/samples", file)
        assert status in {415, 422}, why
        assert why in said["error"], said
        assert said["fix"], why
    assert (await voiced.ask("GET", f"/voices/{voice}"))[1]["samples"] == 0


async def test_a_bad_name_is_refused(voiced: Voiced) -> None:
    await begin(voiced)
    for given in ({"name": ""}, {"name": "x" * 61}, {"name": "Mine"}, {"name": 3}, {"nome": "x"}):
        status, said = await voiced.ask("POST", "/voices", given)
        assert (status, bool(said["fix"])) == (422, True), given


async def test_nobody_has_anothers_voice_and_guests_have_none(voiced: Voiced) -> None:
    voice = await begin(voiced, samples=1)
    sample = (await voiced.ask("GET", f"/voices/{voice}/samples"))[1][0]["id"]
    for method, path in (
        ("GET", f"/voices/{voice}"), ("PATCH", f"/voices/{voice}"), ("DELETE", f"/voices/{voice}"),
        ("GET", f"/voices/{voice}/samples"), ("GET", f"/voices/{voice}/samples/{sample}"),
        ("POST", f"/voices/{voice}/samples"), ("DELETE", f"/voices/{voice}/samples/{sample}"),
        ("POST", f"/voices/{voice}/train"),
    ):  # fmt: skip
        assert (await voiced.ask(method, path, who="member"))[0] == 404, path
        assert (await voiced.ask(method, path, who="guest"))[0] == 403, path
        assert (await voiced.ask(method, path, who="stranger"))[0] == 401, path
    assert (await voiced.ask("POST", "/voices", {"name": "x"}, who="guest"))[0] == 403
    assert (await voiced.ask("GET", "/voices", who="member"))[1]["own"] == []
    assert (await voiced.ask("GET", "/voices", who="guest"))[1]["own"] == []


async def test_without_an_engine_it_says_what_to_install(voiced: Voiced) -> None:
    voice = await begin(voiced, samples=2)
    status, said = await voiced.ask("POST", f"/voices/{voice}/train")
    assert (status, said["error"]) == (503, "I have no cloning engine.")
    assert "Install a plugin" in said["fix"]


async def test_it_takes_ten_seconds(voiced: Voiced, cloner: Cloner) -> None:
    voice = await begin(voiced, samples=1)
    status, said = await voiced.ask("POST", f"/voices/{voice}/train")
    assert (status, "6 seconds" in said["error"]) == (422, True)


async def test_a_voice_is_learnt_as_a_job_with_progress(voiced: Voiced, cloner: Cloner) -> None:
    voice = await begin(voiced, samples=2)
    status, begun = await voiced.ask("POST", f"/voices/{voice}/train")
    assert (status, begun["at"]) == (202, f"/training/{begun['job']}")
    await asyncio.wait_for(cloner.begun.wait(), 60)
    now = (await voiced.ask("GET", begun["at"]))[1]
    assert (now["state"], now["percent"], now["note"]) == ("running", 25.0, "Listening")
    assert (await voiced.ask("POST", f"/voices/{voice}/train"))[1]["job"] == begun["job"]
    assert (await voiced.ask("GET", f"/voices/{voice}"))[1]["training"] == begun["job"]
    assert (await voiced.ask("GET", begun["at"], who="member"))[0] == 404
    cloner.go.set()
    assert (await until(voiced, begun["job"], "done"))["percent"] == 100.0
    assert (await voiced.ask("GET", f"/voices/{voice}"))[1]["spoken"] == f"own-{voice[:8]}"
    assert [one.seconds for one in cloner.samples] == [6.0, 6.0]
    assert [
        len(told(voiced, f"training.{what}")) for what in ("started", "progress", "complete", "failed")
    ] == [1, 1, 1, 0]
    await voiced.ask("DELETE", f"/voices/{voice}")
    assert cloner.forgotten == [f"own-{voice[:8]}"]


async def test_a_training_goes_on_after_its_plugin_was_away(voiced: Voiced, cloner: Cloner) -> None:
    voice = await begin(voiced, samples=2)
    job = (await voiced.ask("POST", f"/voices/{voice}/train"))[1]["job"]
    await asyncio.wait_for(cloner.begun.wait(), 60)
    plugin = voiced.hub.plugins.get("voice")
    await voiced.hub.plugins.restart("voice")
    assert plugin.running
    voiced.hub.provide(CloningEngine, cloner)
    cloner.go.set()
    assert (await until(voiced, job, "done"))["percent"] == 100.0
    assert (await voiced.ask("GET", f"/voices/{voice}"))[1]["spoken"]


async def test_a_training_can_be_stopped(voiced: Voiced, cloner: Cloner) -> None:
    voice = await begin(voiced, samples=2)
    job = (await voiced.ask("POST", f"/voices/{voice}/train"))[1]["job"]
    await asyncio.wait_for(cloner.begun.wait(), 60)
    assert (await voiced.ask("DELETE", f"/training/{job}", who="member"))[0] == 404
    assert (await voiced.ask("DELETE", f"/training/{job}"))[1]["state"] == "cancelled"
    assert (await voiced.ask("DELETE", f"/training/{job}"))[1]["state"] == "cancelled"
    assert (await voiced.ask("GET", f"/voices/{voice}"))[1]["training"] == ""
    assert [event.reason for event in told(voiced, "training.failed")] == ["You cancelled it."]


@pytest.mark.parametrize("fault", [HubError("Too noisy.", fix="Read it again."), RuntimeError("secret path")])
async def test_a_training_that_fails_says_why(voiced: Voiced, cloner: Cloner, fault: Exception) -> None:
    voice = await begin(voiced, samples=2)
    cloner.fault = fault
    cloner.go.set()
    job = (await voiced.ask("POST", f"/voices/{voice}/train"))[1]["job"]
    now = await until(voiced, job, "failed")
    assert now["reason"]
    assert now["fix"]
    assert "secret" not in str(now)
    assert len(told(voiced, "training.failed")) == 1


async def test_a_person_takes_their_voices_along_and_forgets_them(voiced: Voiced, cloner: Cloner) -> None:
    mine = await begin(voiced, samples=1)
    await begin(voiced, "Theirs", who="member")
    owner = voiced.serving.owner.id
    kept = (await voiced.hub.reach.export(owner)).kept["voice"]
    assert b'"wav"' in kept
    assert mine.encode() in kept
    done = await voiced.hub.reach.forget(Selector(person=owner))
    assert done.counts["voice"] == 2
    assert not done.failed
    assert (await voiced.ask("GET", "/voices"))[1]["own"] == []
    assert len((await voiced.ask("GET", "/voices", who="member"))[1]["own"]) == 1
    await voiced.hub.reach.forget(Selector(everything=True))
    assert (await voiced.ask("GET", "/voices", who="member"))[1]["own"] == []


async def test_the_keeper_and_an_engine_keep_the_contracts_of_their_ports(voiced: Voiced) -> None:
    await check_voices(lambda: voiced.hub.port(Voices), GOOD)
    await check_cloning_engine(NullCloningEngine, [], learns=False)
    engine = Cloner()
    engine.go.set()
    with pytest.raises(AssertionError, match="without samples"):
        await check_cloning_engine(lambda: engine, [Sound(bytes(48_000), 24_000)])


async def test_nothing_of_a_sample_lies_open_on_the_disk(voiced: Voiced) -> None:
    voice = await begin(voiced, samples=1)
    await voiced.ask("PATCH", f"/voices/{voice}", {"description": "a very secret description"})
    for path in voiced.hub.data.rglob("*"):
        if path.is_file():
            held = path.read_bytes()
            assert GOOD[10_000:10_400] not in held, path
            assert b"a very secret description" not in held, path
    assert (voiced.hub.data / "voice.db").stat().st_mode & 0o077 == 0


async def test_who_is_removed_takes_their_voices_along(voiced: Voiced) -> None:
    await begin(voiced, "Theirs", samples=1, who="member")
    await voiced.hub.reach.plan()
    people = await voiced.hub.people.all()
    member = next(one for one in people if one.role == "member")
    await voiced.hub.people.remove(voiced.serving.owner, member.id)
    async with asyncio.timeout(60):
        while await voiced.hub.port(Voices).all(member.id):
            await asyncio.sleep(0.05)
