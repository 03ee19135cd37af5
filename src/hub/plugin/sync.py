"""Make the environment hold again what the record says was installed, at the very same versions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from hub.errors import HubError
from hub.plugin import environment
from hub.plugin.environment import pip
from hub.plugin.install import install
from hub.plugin.record import Installed, Record


@dataclass(frozen=True, slots=True)
class Synced:
    """What `sync` did with one distribution; ``trouble`` says why it could not be brought back."""

    installed: Installed
    state: str
    trouble: HubError | None = None


def sync(data: Path) -> list[Synced]:
    """Make the environment hold what the record says: after an update that lost the plugins.

    The wheel that was kept is used when its digest is still right, else the same version is fetched and
    must have that digest. One that fails does not keep the others out.
    """
    return [_bring(data, one) for one in Record(data).read().values()]


def _bring(data: Path, one: Installed) -> Synced:
    brought = [each for each in one.brought if not environment.version(each.partition("==")[0])]
    here = environment.version(one.distribution) == one.version
    if here and not brought and not environment.missing(one.distribution):
        return Synced(one, "here")
    try:
        kept = Record(data).wheel(one)
        if kept is None:
            _refetch(data, one, brought)
        else:
            install(data, [str(kept), *brought])
    except HubError as error:
        return Synced(one, "failed", error)
    return Synced(one, "installed")


def _refetch(data: Path, one: Installed, brought: list[str]) -> None:
    """Fetch the recorded version anew; a wheel with another digest is not the one that was trusted."""
    with TemporaryDirectory(prefix="hub-plugins-") as scratch:
        exact = Path(scratch) / "exact.txt"
        exact.write_text(f"{one.distribution}=={one.version} --hash=sha256:{one.sha256}\n")
        pip(
            "download", "--no-deps", "--only-binary", ":all:", "--require-hashes", "--dest", scratch,
            "--requirement", str(exact), about=f"Fetching {one.distribution} {one.version}",
        )  # fmt: skip
        install(data, [str(next(Path(scratch).glob("*.whl"))), *brought])
