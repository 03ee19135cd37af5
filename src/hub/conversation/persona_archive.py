"""Import personas from a ZIP of a YAML file and recordings: each with recordings gets a voice of one's own.

All of it comes in, or nothing does. No name that stands in a ZIP is ever one on a disk.
"""

from __future__ import annotations

import asyncio
import io
import posixpath
import zipfile
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING

from hub.conversation.persona_file import LONGEST, read
from hub.errors import HubError
from hub.sound import LARGEST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.conversation.persona import Persona
    from hub.conversation.persona_file import Recording
    from hub.conversation.personas import Personas
    from hub.ports import OwnVoice, Voices

_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    RuntimeError,
    NotImplementedError,
    EOFError,
    OSError,
    ValueError,
)
"""What `zipfile` raises for what is damaged, locked by a password, or packed in a way it does not know."""


async def import_file(data: bytes, personas: Personas, voices: Voices, person: str) -> list[Persona]:
    """Add the personas of a YAML file, or of a ZIP with one, whose recordings become voices of ``person``.

    A voice is called as its persona; it can be chosen once it was learnt. Raises `HubError`.
    """
    if not data.startswith(b"PK"):
        return await personas.import_yaml(data.decode("utf-8", "replace"))
    archive = await asyncio.to_thread(_Archive, data)
    many = await asyncio.to_thread(read, archive.text)
    samples = [given.pop("samples", ()) for given in many]
    archive.check([one for each in samples for one in each])
    made: list[OwnVoice] = []
    try:
        for persona, recordings in zip(personas.made(many), samples, strict=True):
            if recordings:
                made.append(await voices.create(person, persona.name, "Imported with its persona."))
                await _copy(archive, recordings, voices, made[-1])
        return await personas.add(many)
    except BaseException:
        for voice in made:
            with suppress(HubError):
                await voices.delete(person, voice.id)
        raise


async def _copy(archive: _Archive, recordings: Sequence[Recording], voices: Voices, voice: OwnVoice) -> None:
    for one in recordings:
        data = await asyncio.to_thread(archive.bytes_of, one.file)
        name = posixpath.basename(one.file)
        try:
            await voices.add_sample(voice.person, voice.id, data, name=name, words=one.words)
        except HubError as error:
            raise HubError(f"{one.file}: {error}", fix=error.fix) from None


class _Archive:
    """A ZIP in memory. Raises `HubError` for one that cannot be read, or holds no single YAML file."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _UNREADABLE:
            raise _broken() from None
        names = [name for name in self._zip.namelist() if not name.startswith("__MACOSX/")]
        files = [name for name in names if name.lower().endswith((".yaml", ".yml"))]
        if len(files) != 1:
            raise HubError("I need one YAML file in that ZIP.", fix="Put name, prompt and samples into it.")
        self._folder, self._names = posixpath.dirname(files[0]), frozenset(names)
        self.text = self._bytes(files[0], LONGEST).decode("utf-8", "replace")

    def check(self, recordings: Sequence[Recording]) -> None:
        """Raise `HubError` when one of ``recordings`` is not there."""
        if gone := next((one.file for one in recordings if self._place(one.file) not in self._names), ""):
            raise HubError(f"{gone[:80]} is not in that ZIP.", fix="Name it as it lies beside the YAML file.")

    def bytes_of(self, file: str) -> bytes:
        """Return what is in ``file``, named as in the YAML file."""
        return self._bytes(self._place(file), LARGEST)

    def _place(self, file: str) -> str:
        return posixpath.normpath(posixpath.join(self._folder, file))

    def _bytes(self, name: str, most: int) -> bytes:
        try:
            with self._zip.open(name) as member:
                data = member.read(most + 1)  # never more, whatever the ZIP says of its size
        except _UNREADABLE:
            raise _broken() from None
        if len(data) > most:
            raise HubError(f"{name[:80]} is too large.", fix=f"Keep it below {most >> 10:,} KB.")
        return data


def _broken() -> HubError:
    return HubError("That ZIP cannot be read.", fix="Pack it once more, without a password.")
