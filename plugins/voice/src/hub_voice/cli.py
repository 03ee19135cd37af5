"""``hub voice``: prepare better ears, measure this machine, and list the engines."""

# ruff: noqa: PLC0415  a command imports what it needs when it needs it, so that --help is instant

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hub import HubError, workplace

if TYPE_CHECKING:
    from hub import Workplace
    from hub_voice.engine.hearers import Hearing
    from hub_voice.engine.tiers import Choice

SOURCES = ("moonshine-base-encoder", "moonshine-base-decoder", "moonshine-base-tokens")
PIECES_MB = 800
"""Room that `prepare` needs while it works."""

data = click.option("--data", type=click.Path(path_type=Path), help="Folder that holds all the hub knows.")
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def command() -> None:
    """Prepare, measure and list what the hub hears and speaks with."""


@command.command()
@data
@click.option("--again", is_flag=True, help="Make it anew.")
def prepare(*, data: Path | None, again: bool) -> None:
    """Fetch Moonshine base and make it quick, once: 55 MB, half a minute; it goes on where it was stopped."""
    from hub_voice.engine import hearers

    place = workplace("voice", data)
    folder = hearers.base_folder(place.data / "cache")
    if again:
        shutil.rmtree(folder, ignore_errors=True)
    if not hearers.is_prepared(folder):
        place.pull(*SOURCES)
        _make(place, folder)
    click.echo("Moonshine base is ready; the hub takes it at its next start.")
    _measure(_hearing(place))


def _make(place: Workplace, folder: Path) -> None:
    from hub_voice.engine.requantise import requantise

    folder.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free < PIECES_MB * 1_000_000:
        raise HubError(
            f"There is too little room in {folder}.", fix=f"Free {PIECES_MB} MB, then run: hub voice prepare"
        )
    encoder, decoder, tokens = (place.models.path(name) for name in SOURCES)

    def told(part: str, share: float) -> None:
        doing = f"making the {part}" if part else "done"
        line = f"Moonshine base  {share:4.0%}  {doing}"
        if sys.stderr.isatty():
            click.echo(f"\r\x1b[K{line}", err=True, nl=not part)
        else:
            click.echo(line, err=True)

    try:
        requantise(encoder, decoder, folder, told)
    except HubError:
        raise
    except Exception as error:
        raise HubError(
            f"Moonshine base could not be made: {type(error).__name__}: {str(error)[:200]}",
            fix="Run: hub models verify moonshine-base-en, then: hub voice prepare --again",
        ) from error
    unfinished = folder / "tokens.part"  # the last file: with it the folder is whole
    shutil.copyfile(tokens, unfinished)
    unfinished.replace(folder / "tokens.bin")


@command.command()
@data
@as_json
def bench(*, data: Path | None, as_json: bool) -> None:
    """Measure what hearing costs on this machine, two seconds, and keep which ears suit it."""
    place = workplace("voice", data)
    choice = _measure(_hearing(place), quiet=as_json)
    if as_json:
        _print_json(choice.plain())


def _measure(hearing: Hearing, *, quiet: bool = False) -> Choice:
    from hub_voice.engine import hearers, tiers

    missing = [name for name in (*hearers.TINY, "speech-sample") if name not in hearing.paths]
    if missing:
        raise HubError("My ears are not here yet.", fix="Run: hub models pull")
    clip = hearers.read_clip(hearing.paths["speech-sample"])
    ms = tiers.measure(hearers.open_tiny(hearing.paths), clip)
    tiers.keep(hearing.tier, ms)
    choice = tiers.choose(hearing.ears, ms, hearing.there)
    if not quiet:
        click.echo(f"Moonshine tiny   {ms:6.0f} ms of processor time for {tiers.CLIP_S} s of speech")
        if "moonshine-base" in hearing.there:
            cost = tiers.measure(hearers.open_base(hearing.base), clip)
            click.echo(f"Moonshine base   {cost:6.0f} ms")
        click.echo(f"Tier             {choice.tier or 'set by hand'}")
        _tell(choice)
    return choice


def _tell(choice: Choice) -> None:
    from hub_voice.engine import tiers

    click.echo(f"I hear with      {tiers.TITLES.get(choice.ears, choice.ears)}")
    click.echo(f"Because          {choice.reason}")
    if choice.fix:
        click.echo(f"Better           {choice.fix}")


@command.command()
@data
@as_json
def engines(*, data: Path | None, as_json: bool) -> None:
    """List the engines: what is there, what is missing, and what to do."""
    from hub_voice.engine import tiers

    place = workplace("voice", data)
    hearing = _hearing(place)
    choice = tiers.choose(hearing.ears, tiers.kept(hearing.tier), hearing.there)
    listed = [*_ears(hearing, choice), *_others(place)]
    if as_json:
        _print_json({"engines": listed, "choice": choice.plain()})
        return
    for one in listed:
        click.echo(f"{one['kind']:8} {one['title']:24} {one['state']:8} {one['fix']}".rstrip())
    _tell(choice)


def _ears(hearing: Hearing, choice: Choice) -> list[dict[str, str]]:
    from hub_voice.engine import hearers, tiers

    tiny = all(name in hearing.paths for name in hearers.TINY)
    there = hearing.there if tiny else hearing.there - {"moonshine-tiny"}
    return [
        {
            "kind": "ears",
            "name": name,
            "title": title,
            "state": ("in use" if name == choice.ears else "here") if name in there else "missing",
            "fix": "" if name in there else tiers.how_to_get(name),
        }
        for name, title in tiers.TITLES.items()
    ]


def _others(place: Workplace) -> list[dict[str, str]]:
    listed = []
    for name, kind, title in (
        ("piper-voice", "voice", "Piper"),
        ("silero", "ears", "Silero, hears speech"),
        ("smart-turn", "turns", "Smart Turn"),
    ):
        here = place.models.state(name).state == "ready"
        fix = "" if here else "Run: hub models pull"
        state = "in use" if here else "missing"
        listed.append({"kind": kind, "name": name, "title": title, "state": state, "fix": fix})
    return listed


def _hearing(place: Workplace) -> Hearing:
    """Return what the settings say of hearing, as the speech child gets it."""
    from hub_voice.engine import hearers

    names = (*hearers.TINY, *hearers.WHISPER, "speech-sample")
    ready = [name for name in names if place.models.state(name).state == "ready"]
    config: dict[str, Any] = {
        "models": {name: str(place.models.path(name)) for name in ready},
        "cache": str(place.data / "cache"),
        "data": str(place.data),
        **place.settings,
    }
    return hearers.hearing(config)


def _print_json(value: object) -> None:
    import orjson

    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2))
