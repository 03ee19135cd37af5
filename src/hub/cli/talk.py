"""``hub talk``."""

from __future__ import annotations

import asyncio
import signal
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hub.cli.data import data
from hub.errors import HubError

if TYPE_CHECKING:
    from hub.talking.talk import Talk

LOOK_S = 0.05


@click.command()
@data
@click.option("--url", help="Where the hub is (default: as its settings say).")
@click.option("--hands-free", is_flag=True, help="Listen all the time; without it, while Space is held.")
@click.option("--headphones", is_flag=True, help="Listen while the hub speaks too; it cannot hear itself.")
@click.option(
    "--file", "question", type=click.Path(path_type=Path), help="Ask what is said in this WAV file, and end."
)
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write the answer's sound here instead of playing it."
)
def command(*, question: Path | None, out: Path | None, **given: Any) -> None:
    """Talk with the hub from this terminal: hold Space and speak; Esc stops the answer, Ctrl-C ends."""
    from hub import config

    url, hands_free = given.pop("url"), given.pop("hands_free")
    headphones = given.pop("headphones")
    settings = config.load(**given)
    address = (url or _address(settings)).rstrip("/")
    if question:
        asyncio.run(_ask(settings, address, question, out))
        return
    if not hands_free and not sys.stdin.isatty():
        raise HubError("There is no keyboard to hold Space on.", fix="Use --hands-free, or --file.")
    asyncio.run(_talk(settings, address, out, hands_free=hands_free, headphones=headphones))


async def _ask(settings: Any, url: str, question: Path, out: Path | None) -> None:
    """Say a file and hear the answer, or write it into a file."""
    from hub.talking import files
    from hub.talking.screen import Screen
    from hub.talking.talk import Talk, until_done

    sound = await asyncio.to_thread(files.read, question)
    recording = files.Recording(out)
    sink = recording if out else _speaker()
    async with _line(settings, url, sound.rate) as line:
        talk = Talk(line, sink, Screen(sys.stdout))
        try:
            await until_done(_asked(talk, sound), talk.listen(), talk.play())
        finally:
            await sink.stop()
    await asyncio.to_thread(recording.save)


async def _asked(talk: Talk, sound: Any) -> None:
    await talk.welcomed()
    await talk.ask(sound)


async def _talk(settings: Any, url: str, out: Path | None, *, hands_free: bool, headphones: bool) -> None:
    """Talk until Ctrl-C."""
    from hub.talking import files, machine
    from hub.talking.screen import Screen
    from hub.talking.talk import Talk, until_done

    microphone = machine.find(machine.RECORDERS, "microphone")
    recording = files.Recording(out)
    sink = recording if out else _speaker()
    screen, over = Screen(sys.stdout), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    async with _line(settings, url, machine.RATE) as line:
        talk = Talk(line, sink, screen)
        begin = partial(talk.begin, push=not hands_free, alternate=hands_free and not headphones)
        person = _hands_free(talk, begin, screen) if hands_free else _held(talk, begin, screen)
        try:
            await until_done(
                over.wait(), person, talk.listen(), talk.play(), talk.hear(machine.record(microphone))
            )
        finally:
            screen.close()
            await sink.stop()
    await asyncio.to_thread(recording.save)


async def _hands_free(talk: Talk, begin: Any, screen: Any) -> None:
    await talk.welcomed()
    screen.note("Talk; I answer when you pause. Ctrl-C ends.")
    await begin()
    await asyncio.Event().wait()


async def _held(talk: Talk, begin: Any, screen: Any) -> None:
    """Listen while Space is held, or from one tap of it to the next."""
    import time

    from hub.talking.hold import Hold
    from hub.talking.keys import keys

    await talk.welcomed()
    screen.note("Hold Space and talk, or tap it before and after. Esc stops me, Ctrl-C ends.")
    hold = Hold()
    async with keys() as pressed:
        while True:
            try:
                key = await asyncio.wait_for(pressed.get(), LOOK_S)
            except TimeoutError:
                key = ""
            did = hold.pressed(time.monotonic()) if key == " " else hold.look(time.monotonic())
            if did == "begin":
                await begin()
            elif did == "end":
                await talk.end()
            elif key == "\x1b":
                hold.reset()
                await talk.cancel()


def _speaker() -> Any:
    from hub.talking import machine

    return machine.Speaker(machine.find(machine.PLAYERS, "speaker"))


def _line(settings: Any, url: str, rate: int) -> Any:
    from hub.cli.claim import new_code
    from hub.talking.line import call

    return call(url, partial(new_code, settings), rate=rate, trust=_trust(settings, url))


def _trust(settings: Any, url: str) -> Any:
    """Return what makes this program trust the house's own authority; None where there is none."""
    import ssl

    from hub.tls.keeper import FOLDER

    authority = settings.data / FOLDER / "authority.crt"
    if not url.startswith("https") or not authority.exists():
        return None
    trust = ssl.create_default_context()
    trust.load_verify_locations(authority)
    return trust


def _address(settings: Any) -> str:
    """Return where the hub of these settings is reached from this machine."""
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::", ""} else settings.host  # noqa: S104  asked, not bound
    scheme = "https" if settings.tls.on else "http"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{settings.port}"
