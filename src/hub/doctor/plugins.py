"""Check the plugins: what each is, whether it loads and how fast, and what in it would hold the hub up."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from hub.doctor.finding import Case, Finding, State, check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Look = Callable[[str], Any]

WAIT_S = 10.0
SLOW_S = 1.0
_AT_MOST = 3


@check("Plugins")
def plugins(case: Case) -> Iterator[Finding]:
    """Check each installed plugin."""
    from hub.plugin import manifest  # noqa: PLC0415  may be what is broken

    off = set(case.settings.disabled) if case.settings else set()
    with ThreadPoolExecutor(4) as threads:
        looked = threads.map(
            lambda item: examine(*item, off=item[0] in off), sorted(manifest.installed().items())
        )
        for found in looked:
            yield from found


@check("Plugins")
def record(case: Case) -> Iterator[Finding]:
    """Compare what was installed with what is here: an update of the hub may have lost a plugin."""
    from hub.plugin.environment import missing, version  # noqa: PLC0415  as above
    from hub.plugin.record import Record  # noqa: PLC0415

    known = Record(case.data).read()
    sync = "Bring it back.", "hub plugins sync"
    faults = []
    for one in known.values():
        here = version(one.distribution)
        if not here:
            what = f"{one.distribution} {one.version} was installed, and is gone."
            faults.append(Finding("Record", "stop", what, *sync))
        elif here != one.version:
            what = f"{one.distribution} is {here}; {one.version} was installed by me."
            faults.append(Finding("Record", "care", what, "Bring back the one that was tried.", sync[1]))
        elif lost := missing(one.distribution):
            what = f"{one.distribution} needs {', '.join(lost)}, which is not here."
            faults.append(Finding("Record", "stop", what, *sync))
    yield from faults
    if known and not faults:
        yield Finding("Record", "well", f"All {len(known)} that were installed are here.")


@check("Plugins")
def deaths(case: Case) -> Iterator[Finding]:
    """Tell which plugins took a hub down lately, and how: held it up for good, or ended its process."""
    from hub.plugin import crash  # noqa: PLC0415  may be what is broken
    from hub.plugin.record import FOLDER  # noqa: PLC0415

    told = crash.read(case.data / FOLDER).deaths
    for name in sorted({death.plugin for death in told}):
        own = [death for death in told if death.plugin == name]
        often = "once" if len(own) == 1 else f"{len(own)} times"
        state: State = "stop" if len(own) >= crash.ENOUGH else "care"
        what = f"It took the hub down {often}, last by {own[-1].said()}."
        yield Finding(name, state, what, "Update it, or remove it.", f"hub plugins remove {name}")


def examine(name: str, entry: Any, *, off: bool = False, look_at: Look | None = None) -> list[Finding]:
    """Return what is to be said of one plugin; one finding when all is well.

    ``look_at``: imports a module in a process of its own, as `hub.plugin.inspection.look` does.
    """
    from hub.errors import HubError  # noqa: PLC0415  may be what is broken
    from hub.plugin import inspection, manifest, source  # noqa: PLC0415

    try:
        about = manifest.read(entry)
        folder = manifest.package_folder(entry)
    except HubError as error:
        return [Finding(name, "stop", str(error), error.fix)]
    if off:
        return [Finding(about.title, "well", "Switched off in the settings.")]
    if not about.built:
        return [Finding(about.title, "well", about.fix or "Not built yet.")]
    look = look_at(entry.module) if look_at else inspection.look(entry.module, WAIT_S)
    if look.trouble:
        return [*_extras(about, entry), _unloadable(about, entry, look.trouble)]
    read = source.read(folder)
    faults = [
        *_hooks(about, look), *_extras(about, entry), *_commands(about), *_loading(about, look, read),
        *_blocking(about, read),
    ]  # fmt: skip
    return faults or [Finding(about.title, "well", f"It loads in {look.seconds * 1000:.0f} ms.")]


def _unloadable(about: Any, entry: Any, why: str) -> Finding:
    dist = entry.dist.name if entry.dist else entry.name
    command = f"{sys.executable} -m pip install --force-reinstall {dist}"
    return Finding(
        about.title, "stop", f"It cannot be loaded: {why}.", "Install it again, or switch it off.", command
    )


def _hooks(about: Any, look: Any) -> Iterator[Finding]:
    if look.unknown:
        named, many = ", ".join(look.unknown), len(look.unknown) > 1
        what = f"{named} {'are no hooks' if many else 'is no hook'} of this hub."
        yield Finding(about.title, "stop", what, "Update the plugin or the hub, or correct the name.")
    if look.unfit:
        yield Finding(
            about.title, "stop", look.unfit, "Let it take the arguments of docs/reference/hooks.md."
        )
    if look.unmarked:
        named = ", ".join(look.unmarked)
        yield Finding(about.title, "care", f"{named} is never called.", "Put @hookimpl above it.")


def _extras(about: Any, entry: Any) -> Iterator[Finding]:
    from hub.plugin import manifest  # noqa: PLC0415  as above

    dist = entry.dist.name if entry.dist else entry.name
    for name, extra in about.extras.items():
        if lost := manifest.missing(extra):
            state: State = "stop" if extra.required else "care"
            what = f"{', '.join(lost)} is missing. {extra.why}"
            command = f"hub plugins install '{dist}[{name}]'"
            yield Finding(about.title, state, what, f"Install its extra {name}.", command)


def _commands(about: Any) -> Iterator[Finding]:
    from hub.cli.contributed import owner_of  # noqa: PLC0415  as above

    for name in about.commands:
        if owner := owner_of(name, about.name):
            yield Finding(
                about.title, "care", f"The command {name} is {owner}.", "Choose another name for it."
            )


def _loading(about: Any, look: Any, read: Any) -> Iterator[Finding]:
    heavy = _few(read.heavy) or ", ".join(look.heavy)
    if heavy:
        what = f"It imports {heavy} as soon as it is loaded."
        yield Finding(about.title, "care", what, "Import it inside the function that uses it.")
    if look.seconds >= SLOW_S:
        what = f"Its import takes {look.seconds:.1f} s."
        yield Finding(about.title, "care", what, "Move what it does at import into hub_start.")


def _blocking(about: Any, read: Any) -> Iterator[Finding]:
    if read.blocking:
        what = f"It holds everybody up while it waits: {_few(read.blocking)}."
        yield Finding(about.title, "care", what, "Run that on a thread: await asyncio.to_thread(...).")


def _few(places: Iterable[object]) -> str:
    named = [str(place) for place in places]
    more = len(named) - _AT_MOST
    return ", ".join(named[:_AT_MOST]) + (f" and {more} more" if more > 0 else "")
