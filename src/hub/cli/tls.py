"""``hub tls``: let phones and tablets of the house reach the hub securely, so that they lend it their ear."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from hub.cli.data import data
from hub.errors import HubError

if TYPE_CHECKING:
    from hub.config import Settings
    from hub.tls.keeper import Keeper

WILD = "0.0.0.0"  # noqa: S104  to be reached from the house is what `hub tls on` is for


@click.group()
def command() -> None:
    """Let the house reach the hub over TLS: browsers lend a microphone only to pages that are secure."""


@command.command()
@data
@click.option("--host", default=WILD, show_default=True, help="Address to listen on.")
def on(*, host: str, **given: Any) -> None:
    """Make the authority of this house, listen in the house, and say what to do on the phone."""
    settings = _change({("tls", "on"): True, ("host",): host}, given)
    keeper = _keeper(settings)
    keeper.ensure()
    click.echo("TLS is on from the next start of the hub, which then listens in your house.")
    _tell(keeper, settings)


@command.command()
@data
def off(**given: Any) -> None:
    """Listen on this machine only again; the authority stays, for the day you switch it on again."""
    from hub import config

    given = {name: value for name, value in given.items() if value is not None}
    changes: dict[tuple[str, ...], Any] = {("tls", "on"): None}
    if config.load(**given).host == WILD:
        changes[("host",)] = None
    _change(changes, given)
    click.echo("TLS is off from the next start of the hub. Devices may forget its certificate.")


@command.command()
@data
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(*, as_json: bool, **given: Any) -> None:
    """Say what devices trust: fingerprint, names, and until when."""
    settings = _settings(given)
    keeper = _keeper(settings)
    standing = keeper.standing()
    if as_json:
        told: dict[str, Any] = {"on": settings.tls.on, "fingerprint": None}
        if standing:
            told |= {
                "fingerprint": standing.fingerprint, "names": standing.names, "left_out": standing.left_out,
                "until": standing.until.isoformat(), "authority_until": standing.authority_until.isoformat(),
                "address": address(settings, keeper),
            }  # fmt: skip
        return click.echo(json.dumps(told, indent=2))
    click.echo(f"TLS is {'on' if settings.tls.on else 'off'}.")
    if standing is None:
        return click.echo("There is no authority yet. Make one: hub tls on")
    _tell(keeper, settings)
    return None


@command.command()
@data
@click.option("--authority", is_flag=True, help="The authority too: every device must trust it anew.")
def renew(*, authority: bool, **given: Any) -> None:
    """Make the hub's certificate anew; a hub that runs takes it with its next start."""
    settings = _settings(given)
    keeper = _keeper(settings)
    if not keeper.exists:
        raise HubError("There is nothing to renew.", fix="Begin with: hub tls on")
    keeper.ensure(renew=True, authority=authority)
    click.echo("Made anew. Start the hub anew to use it.")
    _tell(keeper, settings)


def address(settings: Settings, keeper: Keeper) -> str:
    """Return where a phone reads how to trust this hub: in plain, for it does not trust it yet."""
    host = keeper.nearest() or "127.0.0.1"
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}/trust"


def _tell(keeper: Keeper, settings: Settings) -> None:
    standing = keeper.standing()
    if standing is None:
        return
    url = address(settings, keeper)
    click.echo(f"\n  On the phone, open  {url}\n")
    if sys.stdout.isatty():
        click.echo(_drawn(url))
    click.echo(f"  Fingerprint  {standing.fingerprint}")
    click.echo(f"  Names        {', '.join(standing.names)}")
    click.echo(f"  Valid until  {standing.until:%Y-%m-%d}; made anew by itself")
    if standing.left_out:
        click.echo(f"  Left out     {', '.join(standing.left_out)}")
        click.echo("               The authority may not speak for these: hub tls renew --authority")


def _drawn(url: str) -> str:
    """Return ``url`` as a QR code for a terminal, two rows a line."""
    import io

    import segno

    out = io.StringIO()
    segno.make(url, error="l", micro=False).terminal(out=out, compact=True)
    return out.getvalue()


def _settings(given: dict[str, Any]) -> Settings:
    from hub import config

    return config.load(**given)


def _keeper(settings: Settings) -> Keeper:
    from hub.tls.keeper import Keeper

    return Keeper(settings)


def _change(changes: dict[tuple[str, ...], Any], given: dict[str, Any]) -> Settings:
    """Write ``changes`` into hub.toml and return what is set then; raise `HubError` where they cannot be."""
    from hub import config
    from hub.store import toml

    settings = _settings({name: value for name, value in given.items() if value is not None})
    for key in changes:
        if by := config.overrides(settings.given).get(key) or config.overrides(settings.given).get(key[:1]):
            raise HubError(f"{'.'.join(key)} is set by {by}.", fix=f"Take {by} away, then try again.")
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)

    def check(told: dict[str, Any]) -> None:
        config.load(told, **settings.given)

    return config.load(toml.change(settings.data / config.FILE, changes, check), **settings.given)
