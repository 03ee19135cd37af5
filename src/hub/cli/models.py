"""``hub models``: see, fetch, check and remove the models, and whose they are."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import click

from hub.cli.data import data
from hub.errors import HubError

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
names = click.argument("names", nargs=-1)


@click.group()
def command() -> None:
    """See, fetch, check and remove the models."""


@command.command("list")
@data
@as_json
def list_models(*, as_json: bool, **given: Any) -> None:
    """List the models: what each is for, its size, licence and state."""
    from hub.models.shown import PURPOSES, describe

    shelf = _models(given)
    cards = asyncio.run(_seen(shelf, describe))
    if as_json:
        _print_json([card.plain() for card in cards])
        return
    for purpose, title in PURPOSES.items():
        group = [card for card in cards if card.purpose == purpose]
        if group:
            click.echo(title)
        for card in group:
            size = f"{card.size / 1e6:8.1f} MB"
            click.echo(f"  {card.id:18} {size}  {card.word:9} {card.licence:13} {card.label}{_far(card)}")
            if card.reason:
                click.echo(f"      {card.reason}")


@command.command()
@data
@as_json
@names
def pull(names: tuple[str, ...], *, as_json: bool, **given: Any) -> None:
    """Fetch what is missing; all that is wanted, or those named, removed ones too."""
    shelf = _models(given)
    asyncio.run(_pull(shelf, names, quiet=as_json))
    files = shelf.named(*names) if names else shelf.files
    states = {file.name: shelf.state(file.name) for file in files}
    if as_json:
        _print_json({name: state.state for name, state in states.items()})
    for state in states.values():
        if state.state == "failed":
            raise HubError(state.reason, fix=state.fix)


async def _pull(shelf: Any, names: tuple[str, ...], *, quiet: bool) -> None:
    from hub.terminal import show_progress

    if names:
        await shelf.want(*names)
    shown = asyncio.create_task(show_progress(shelf, sys.stderr if quiet else None))
    await asyncio.sleep(0)
    try:
        await shelf.ensure(names or None)
        await asyncio.sleep(0)
    finally:
        shown.cancel()


@command.command()
@data
@as_json
@names
def verify(names: tuple[str, ...], *, as_json: bool, **given: Any) -> None:
    """Check every byte of every model that is here, or of those named."""
    shelf = _models(given)
    damaged = asyncio.run(_verify(shelf, names))
    if as_json:
        _print_json({"damaged": damaged})
    elif not damaged:
        click.echo("All models are whole.")
    if damaged:
        raise HubError(f"Damaged: {', '.join(damaged)}.", fix="Run `hub models pull`.")


async def _verify(shelf: Any, names: tuple[str, ...]) -> list[str]:
    job = asyncio.create_task(shelf.verify(*names))
    while sys.stderr.isatty() and not (await asyncio.wait({job}, timeout=0.2))[0]:
        if shelf.checks:
            click.echo(f"\rChecked {shelf.checks.read / 1e6:.0f} MB", err=True, nl=False)
    damaged: list[str] = await job
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", err=True, nl=False)
    return damaged


@command.command()
@data
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.argument("names", nargs=-1, required=True)
def remove(names: tuple[str, ...], *, yes: bool, **given: Any) -> None:
    """Delete models from the disk; they are not fetched again until you pull them."""
    from hub.models.shown import loss

    shelf = _models(given)
    files = shelf.named(*names)
    for said in dict.fromkeys(loss(file) for file in files):
        click.echo(said, err=True)
    if not yes:
        click.confirm(
            f"Remove {', '.join(dict.fromkeys(file.model for file in files))}?", abort=True, err=True
        )
    before = sum(held for held in _held(shelf, files))
    asyncio.run(shelf.remove(*names))
    click.echo(f"Removed; {before / 1e6:.0f} MB are free again.")


def _held(shelf: Any, files: Any) -> list[int]:
    asyncio.run(shelf.measure())
    return [shelf.disk.held[file.name] for file in files]


@command.command()
@data
@as_json
def licences(*, as_json: bool, **given: Any) -> None:
    """Say whose the models are, and under which terms."""
    from hub.models.shown import licences as all_of

    told = all_of(_models(given).files)
    if as_json:
        _print_json(told)
        return
    for one in told:
        click.echo(f"{one['label']} ({one['id']})")
        click.echo(f"  licence  {one['licence']}  {one['licence_url']}".rstrip())
        for key in ("origin", "attribution", "notice"):
            if one[key]:
                click.echo(f"  {key:8} {one[key]}")
        click.echo(f"  from     {'; '.join(one['sources'])}")


def _far(card: Any) -> str:
    return "" if card.state == "ready" or card.reachable else ", cannot be had from here now"


async def _seen(shelf: Any, describe: Any) -> Any:
    """Return the cards once it is known which hubs answer from here."""
    from hub.models.manifest import Upstream

    urls = {source.url for file in shelf.files for source in file.sources if isinstance(source, Upstream)}
    await asyncio.gather(*(shelf.reach.ask(url) for url in urls))
    await shelf.measure()
    return describe(shelf)


def _print_json(value: Any) -> None:
    import orjson

    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2))


def _models(given: dict[str, Any]) -> Any:
    from hub import config
    from hub.events import Bus
    from hub.manifests import known_models
    from hub.models import Models

    settings = config.load(**given)
    return Models(settings.data / "models", known_models(), Bus(), also=(settings.language_model,))
