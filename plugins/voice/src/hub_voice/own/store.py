"""Keep voices and their samples in voice.db, encrypted; a sample is a row, so that forgetting is whole."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING, Any

from hub import HubError, OwnVoice, Sound, VoiceSample
from hub_voice.own.sample import quality

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hub import Connection, Database, Selector
    from hub_voice.own.sample import Judged

FILE = "voice.db"
MIGRATIONS = (
    """
    CREATE TABLE voice (
        id TEXT PRIMARY KEY, person TEXT NOT NULL, name TEXT NOT NULL, description TEXT NOT NULL,
        created REAL NOT NULL, updated REAL NOT NULL, spoken TEXT NOT NULL DEFAULT ''
    ) WITHOUT ROWID;
    CREATE INDEX voice_of ON voice (person);
    CREATE TABLE sample (
        id TEXT PRIMARY KEY, voice TEXT NOT NULL, name TEXT NOT NULL, words TEXT NOT NULL,
        seconds REAL NOT NULL, recorded INTEGER NOT NULL, uploaded REAL NOT NULL,
        rate INTEGER NOT NULL, pcm BLOB NOT NULL
    );
    CREATE INDEX sample_of ON sample (voice, uploaded);
    """,
)
"""``recorded``: Hz of the file; ``rate``: Hz of ``pcm``, mono s16le."""

MOST, MOST_SAMPLES, MOST_S = 20, 200, 3_600.0
"""Voices of one person, samples of one voice, and seconds of all of them."""

LONGEST_NAME, LONGEST_WORDS = 60, 2_000
_VOICES = """
    SELECT v.id, v.person, v.name, v.description, v.created, v.updated, v.spoken,
        count(s.id), coalesce(sum(s.seconds), 0)
    FROM voice v LEFT JOIN sample s ON s.voice = v.id WHERE v.person = ? AND (? = '' OR v.id = ?)
    GROUP BY v.id ORDER BY lower(v.name)
"""
_SAMPLES = "SELECT id, voice, name, seconds, recorded, uploaded, words FROM sample"


class Unknown(HubError):  # noqa: N818  a state, not a fault
    """There is no such voice or sample of theirs; ``status`` as in HTTP."""

    status = 404


class Store:
    """The rows. Every method names the person whose voices they are."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def all(self, person: str) -> list[OwnVoice]:
        """Return their voices by name."""
        return [_voice(row) for row in await self._db.rows(_VOICES, (person, "", ""))]

    async def get(self, person: str, voice: str) -> OwnVoice:
        """Return one. Raises `Unknown`."""
        rows = await self._db.rows(_VOICES, (person, voice, voice)) if voice else []
        if not rows:
            raise Unknown("There is no such voice of yours.", fix="Choose one of the list.")
        return _voice(rows[0])

    async def create(self, person: str, name: str, description: str) -> OwnVoice:
        """Begin a voice. Raises `HubError` for a bad name, or one too many."""
        made, now = uuid.uuid4().hex, time.time()
        name, description = _name(name), _words(description)

        def insert(db: Connection) -> None:
            held = db.execute("SELECT count(*), sum(name = ?) FROM voice WHERE person = ?", (name, person))
            count, same = held.fetchone()
            if count >= MOST:
                raise HubError(f"You have {MOST} voices already.", fix="Delete one first.")
            if same:
                raise HubError(f"You have a voice {name} already.", fix="Choose another name.")
            db.execute(
                "INSERT INTO voice (id, person, name, description, created, updated)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (made, person, name, description, now, now),
            )

        await self._db.write(insert)
        return await self.get(person, made)

    async def change(self, person: str, voice: str, fields: dict[str, str]) -> OwnVoice:
        """Write ``fields``: name, description, spoken."""
        await self.get(person, voice)
        clean: dict[str, Callable[[str], str]] = {"name": _name, "description": _words, "spoken": str}
        for field, value in fields.items():
            await self._db.execute(
                f"UPDATE voice SET {field} = ?, updated = ? WHERE id = ?",  # noqa: S608  our own names
                (clean[field](value), time.time(), voice),
            )
        return await self.get(person, voice)

    async def delete(self, person: str, voice: str) -> None:
        """Destroy a voice with its samples, in backups of the file too."""
        await self.get(person, voice)

        def delete(db: Connection) -> None:
            db.execute("DELETE FROM sample WHERE voice = ?", (voice,))
            db.execute("DELETE FROM voice WHERE id = ?", (voice,))

        await self._db.forget(delete)

    async def samples(self, person: str, voice: str) -> list[VoiceSample]:
        """Return the samples of a voice, the oldest first."""
        await self.get(person, voice)
        rows = await self._db.rows(f"{_SAMPLES} WHERE voice = ? ORDER BY uploaded", (voice,))
        return [VoiceSample(*row) for row in rows]

    async def add(self, person: str, voice: str, judged: Judged, name: str, words: str) -> VoiceSample:
        """Keep a sample. Raises `HubError` when there is enough of it already."""
        await self.get(person, voice)
        made, now, sound = uuid.uuid4().hex, time.time(), judged.sound
        row = VoiceSample(made, voice, _words(name, 200), sound.seconds, judged.rate, now, _words(words))

        def insert(db: Connection) -> None:
            count, seconds = db.execute(
                "SELECT count(*), coalesce(sum(seconds), 0) FROM sample WHERE voice = ?", (voice,)
            ).fetchone()
            if count >= MOST_SAMPLES or seconds + sound.seconds > MOST_S:
                raise HubError("That voice has samples enough.", fix="Delete the poorest of them first.")
            db.execute(
                "INSERT INTO sample (id, voice, name, words, seconds, recorded, uploaded, rate, pcm)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (made, voice, row.name, row.words, row.seconds, row.rate, now, sound.rate, sound.pcm),
            )
            db.execute("UPDATE voice SET updated = ? WHERE id = ?", (now, voice))

        await self._db.write(insert)
        return row

    async def sound(self, person: str, voice: str, sample: str) -> Sound:
        """Return a sample. Raises `Unknown`."""
        await self.get(person, voice)
        rows = await self._db.rows("SELECT pcm, rate FROM sample WHERE id = ? AND voice = ?", (sample, voice))
        if not rows:
            raise Unknown("There is no such sample.", fix="Load the list of samples anew.")
        return Sound(bytes(rows[0][0]), rows[0][1])

    async def sounds(self, voice: str) -> list[Sound]:
        """Return all samples of a voice."""
        rows = await self._db.rows("SELECT pcm, rate FROM sample WHERE voice = ? ORDER BY uploaded", (voice,))
        return [Sound(bytes(pcm), rate) for pcm, rate in rows]

    async def delete_sample(self, person: str, voice: str, sample: str) -> None:
        """Destroy a sample."""
        await self.sound(person, voice, sample)
        await self._db.forget(lambda db: db.execute("DELETE FROM sample WHERE id = ?", (sample,)) and None)

    async def forget(self, selector: Selector) -> tuple[int, list[str]]:
        """Destroy what is selected; return how many things that were, and what was learnt of them."""
        if selector.talk or selector.topic:
            return 0, []  # a voice is of no talk, and about nothing
        where, args = _selected(selector)
        if not where:
            return 0, []
        found = await self._db.rows(f"SELECT id, spoken FROM voice WHERE {where}", args)  # noqa: S608  our own words
        ids = [row[0] for row in found]

        def delete(db: Connection) -> int:
            gone = 0
            for voice in ids:
                gone += db.execute("DELETE FROM sample WHERE voice = ?", (voice,)).rowcount
                gone += db.execute("DELETE FROM voice WHERE id = ?", (voice,)).rowcount
            return gone

        return (await self._db.forget(delete) if ids else 0), [row[1] for row in found if row[1]]


def _selected(selector: Selector) -> tuple[str, tuple[Any, ...]]:
    if selector.everything:
        return "1", ()
    parts, args = list[str](), list[Any]()
    if selector.person:
        parts.append("person = ?")
        args.append(selector.person)
    if selector.before is not None:
        parts.append("updated < ?")
        args.append(selector.before)
    return (" AND ".join(parts), tuple(args)) if selector.person else ("", ())


def _voice(row: Sequence[Any]) -> OwnVoice:
    id_, person, name, description, created, updated, spoken, samples, seconds = row
    return OwnVoice(
        id_, person, name, description, created, updated, samples, seconds, quality(seconds), spoken
    )


def _name(text: str) -> str:
    name = " ".join("".join(one for one in text if one.isprintable()).split())
    if not name or len(name) > LONGEST_NAME:
        raise HubError("A voice needs a name.", fix=f"Use 1 to {LONGEST_NAME} characters.")
    return name


def _words(text: str, most: int = LONGEST_WORDS) -> str:
    words = "".join(one for one in text if one.isprintable() or one == "\n").strip()
    if len(words) > most:
        raise HubError("Those words are too many.", fix=f"Use at most {most:,} characters.")
    return words
