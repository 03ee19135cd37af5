"""Personas from a ZIP with recordings (S4-35): copied into voices of one's own, all of them or none."""

from __future__ import annotations

import io
import math
import struct
import zipfile
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from hub import Sound, Voices, sound

if TYPE_CHECKING:
    from conftest import Voiced

RATE = 24_000
GOOD = sound.pack(
    Sound(b"".join(struct.pack("<h", round(8_000 * math.sin(at / 11))) for at in range(2 * RATE)), RATE)
)
TWO = """
- name: Grandmother
  prompt: You tell of the old days.
  samples:
    - sounds/one.wav
    - {file: sounds/two.wav, words: It was winter.}
- name: Plain
"""


def packed(yaml: str = TWO, /, **files: bytes) -> bytes:
    """Return a ZIP of a folder with a YAML file and recordings in it."""
    with zipfile.ZipFile(out := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("people/people.yaml", yaml)
        archive.writestr("__MACOSX/people/._people.yaml", "x")
        for name, data in files.items():
            archive.writestr(f"people/sounds/{name}.wav", data)
    return out.getvalue()


async def send(voiced: Voiced, data: bytes, who: str = "owner") -> tuple[int, str]:
    form = aiohttp.FormData()
    form.add_field("file", data, filename="people.zip")
    async with (
        voiced.client(who, accept="text/html") as client,
        client.post("/voices/personas/file", data=form) as answer,
    ):
        return answer.status, await answer.text()


async def held(voiced: Voiced) -> Any:
    return await voiced.hub.port(Voices).all(voiced.serving.owner.id)


async def test_personas_come_with_their_recordings_as_voices_of_who_imports(voiced: Voiced) -> None:
    status, page = await send(voiced, packed(one=GOOD, two=GOOD))
    assert (status, "Imported: Grandmother, Plain." in page) == (200, True)
    assert [one.name for one in voiced.hub.personas.all()] == ["Grandmother", "Plain"]
    [voice] = await held(voiced)
    assert (voice.name, voice.samples, round(voice.seconds)) == ("Grandmother", 2, 4)
    voices, who = voiced.hub.port(Voices), voiced.serving.owner.id
    first, second = await voices.samples(who, voice.id)
    assert (first.name, second.name, second.words) == ("one.wav", "two.wav", "It was winter.")
    assert (await voices.sound(who, voice.id, first.id)).pcm == sound.read_wav(GOOD).pcm


async def test_a_yaml_file_alone_will_do(voiced: Voiced) -> None:
    assert (await send(voiced, b"name: Ada\nprompt: Be exact."))[0] == 200
    assert [one.name for one in voiced.hub.personas.all()] == ["Ada"]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (packed(one=GOOD), "sounds/two.wav is not in that ZIP."),
        (packed(one=GOOD, two=b"no sound"), "sounds/two.wav: "),
        (packed("- name: A\n  samples: [../../etc/passwd]"), "../../etc/passwd is not in that ZIP."),
        (packed(TWO + "- name: plain\n", one=GOOD, two=GOOD), "There is a persona plain already."),
        (packed("- name: A\n  samples: 3"), "The samples of persona 1 are no list."),
        (packed("x" * 70_000), "is too large"),
        (packed(one=GOOD)[:300], "That ZIP cannot be read."),
        (b"PK\x03\x04", "That ZIP cannot be read."),
        (TWO.encode(), "That file names recordings."),
        (b"", "There was no file in it."),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_told_and_nothing_is_kept(voiced: Voiced, data: bytes, why: str) -> None:
    status, page = await send(voiced, data)
    assert status == 422
    assert why in page
    assert not voiced.hub.personas.all()
    assert not await held(voiced)


async def test_a_small_file_that_unpacks_to_much_is_refused(voiced: Voiced) -> None:
    status, page = await send(voiced, packed(one=bytes(26 << 20), two=GOOD))
    assert (status, "is too large" in page) == (422, True)
    assert not await held(voiced)


async def test_only_the_owner_imports(voiced: Voiced) -> None:
    assert (await send(voiced, packed(one=GOOD, two=GOOD), "member"))[0] == 403
    assert not voiced.hub.personas.all()
