"""``hub memory import, undo, export``: take other memories after a look, and write down what is kept."""

# ruff: noqa: PLC0415  a command imports what it needs when it needs it, so that --help is instant

from __future__ import annotations

import asyncio
import sys
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from hub import HubError, workplace

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hub_memory.exchange.exchange import Exchange, Preview
    from hub_memory.memory import SqliteMemory

T = TypeVar("T")

CHROMA = "chroma.sqlite3"
SHORT = 100
"""Characters of a sample."""

NAMED = 5
"""Bad rows that are named."""

TALKS = ("chatgpt", "claude")
"""Formats whose rows are talks."""

data = click.option("--data", type=click.Path(path_type=Path), help="Folder that holds all the hub knows.")
person = click.option("--person", default="", help="Whose memory it is, by name; the owner's by default.")


@click.command(name="import")
@data
@person
@click.option("--yes", is_flag=True, help="Do it without asking.")
@click.argument("file", type=click.Path(path_type=Path))
def import_(*, data: Path | None, person: str, yes: bool, file: Path) -> None:
    """Take the memories in FILE: JSON, our own export, that of ChatGPT or Claude, or ChromaDB's folder."""
    raw = _read(file)

    async def work(exchange: Exchange, space: str) -> Preview | None:
        preview = await exchange.preview(space, raw)
        click.echo(_shown(preview))
        if not preview.new or not (yes or click.confirm("Take them?")):
            return None
        return await exchange.take(space, raw)

    if done := _with_memory(data, person, work):
        click.echo(f"Taken: {done.new:,}. To undo it: hub memory undo {done.batch}")


@click.command()
@data
@person
@click.argument("batch")
def undo(*, data: Path | None, person: str, batch: str) -> None:
    """Forget for good what the import BATCH brought."""
    gone = _with_memory(data, person, lambda exchange, space: exchange.undo(space, batch))
    click.echo(f"Forgotten: {gone:,}.")


@click.command()
@data
@person
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
def export(*, data: Path | None, person: str, file: Path) -> None:
    """Write all that is remembered of a person to FILE as JSON; - writes it here."""
    raw = _with_memory(data, person, lambda exchange, space: exchange.export(space))
    if str(file) == "-":
        sys.stdout.buffer.write(raw)
        return
    try:
        with file.open("xb") as out:
            file.chmod(0o600)
            out.write(raw)
    except OSError as error:
        raise HubError(f"{file} cannot be written: {error.strerror}.", fix="Choose another name.") from error
    click.echo(f"Written to {file}, for anybody who can read it.")


@click.command()
@data
@person
@click.argument("file", type=click.Path(path_type=Path))
def sql(*, data: Path | None, person: str, file: Path) -> None:
    """Write a person's memory to FILE, an SQLite database to search with sqlite-vec and full text."""
    from hub_memory.exchange import portable

    count, model = _with_file(
        data, person, lambda memory, space: memory.read(lambda db: portable.write(db, space, file))
    )
    click.echo(f"Written to {file}: {count:,} entries, not encrypted, for anybody who can read it.")
    click.echo(f"Vectors: memory_vec, by {model}." if model else "It has no vectors: nothing is learnt yet.")


def _with_memory(data: Path | None, name: str, work: Callable[[Exchange, str], Awaitable[T]]) -> T:
    """Do ``work`` on the memory of a person; what is new is embedded by the hub, which may be running."""
    from hub_memory.exchange.exchange import Exchange

    return _with_file(data, name, lambda memory, space: work(Exchange(memory, _later), space))


def _with_file(data: Path | None, name: str, work: Callable[[SqliteMemory, str], Awaitable[T]]) -> T:
    from hub_memory.memory import SqliteMemory
    from hub_memory.store.schema import MIGRATIONS

    async def opened() -> T:
        place = workplace("memory", data)
        if place.settings.get("server"):
            raise HubError(
                "Your memory lies on a server.", fix="Use the file of one hub: empty the setting server."
            )
        space = await place.person(name)
        memory = SqliteMemory(place.database("memory.db", MIGRATIONS))
        await memory.open()
        try:
            return await work(memory, space)
        finally:
            await memory.close()

    return asyncio.run(opened())


async def _later() -> None:
    """Leave the embedding to the hub."""


def _read(file: Path) -> bytes:
    from hub_memory.exchange import archive
    from hub_memory.exchange.reading import LARGEST

    path = file / CHROMA if file.is_dir() else file
    try:
        journal = path.with_name(f"{path.name}-wal")
        if journal.exists() and journal.stat().st_size:
            raise HubError(f"{path} is being written.", fix="Close the program that writes it.")
        if path.stat().st_size > LARGEST:
            if zipfile.is_zipfile(path):
                return archive.slim(path)
            raise HubError("That file is too large.", fix=f"Cut it: I take {LARGEST >> 20} MB at once.")
        return path.read_bytes()
    except OSError as error:
        raise HubError(f"{path} cannot be read: {error.strerror}.", fix="Name a file of memories.") from error


def _shown(preview: Preview) -> str:
    lines = [f"{preview.new:,} new, {preview.duplicates:,} known already, {preview.left_out:,} left out."]
    for one in preview.samples:
        day = time.strftime("%d %B %Y", time.localtime(one.entry.created)) if one.entry.created else "now"
        lines.append(f"  {day}: {' '.join(one.entry.text.split())[:SHORT]}")
    row = "talk" if preview.format in TALKS else "row"
    lines += [f"  Left out, {row} {one.line}: {one.why}" for one in preview.skipped[:NAMED]]
    if preview.lost:
        stays = ", ".join(f"{name} ({times:,})" for name, times in preview.lost.items())
        lines.append(f"  Left out of these: {stays}.")
    if preview.waiting:
        lines.append(f"  {preview.waiting:,} wait until you have looked at them on the memory page.")
    return "\n".join(lines)
