"""Keep the record of what was installed, from which the same set can be made anew after an update."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hub.errors import HubError
from hub.store import toml

if TYPE_CHECKING:
    from pathlib import Path

FOLDER, FILE, WHEELS = "plugins", "plugins.toml", "wheels"


@dataclass(frozen=True, slots=True)
class Installed:
    """One distribution that was installed, and what came with it.

    ``sha256``: of its wheel, in hex; ``wheel``: the file kept in ``plugins/wheels``; ``plugins``: the names
    of its plugins; ``brought``: other packages, as ``name==version``, that nobody had asked for.
    """

    distribution: str
    version: str
    sha256: str
    wheel: str
    plugins: tuple[str, ...]
    brought: tuple[str, ...] = ()
    at: str = ""

    def plain(self) -> dict[str, Any]:
        """Return it as a table of TOML."""
        return {
            "version": self.version,
            "sha256": self.sha256,
            "wheel": self.wheel,
            "plugins": list(self.plugins),
            "brought": list(self.brought),
            "at": self.at or datetime.now(UTC).isoformat(timespec="seconds"),
        }


class Record:
    """``plugins/plugins.toml`` of a data folder, and the wheels beside it. Blocks."""

    def __init__(self, data: Path) -> None:
        self._folder = data / FOLDER
        self.path = self._folder / FILE

    def read(self) -> dict[str, Installed]:
        """Return what was installed, by distribution. Raises `HubError` when the record is broken."""
        told = toml.read(self.path)
        try:
            return {name: _one(name, about) for name, about in told.get("distributions", {}).items()}
        except (KeyError, TypeError, AttributeError) as error:
            raise HubError(
                f"{self.path} is not as I wrote it: {error}.",
                fix="Move it away and install the plugins again.",
            ) from error

    def owner(self, name: str) -> Installed | None:
        """Return the distribution ``name``, or the one that brought the plugin ``name``."""
        known = self.read()
        return known.get(name) or next((one for one in known.values() if name in one.plugins), None)

    def keep(self, installed: Installed, wheel: Path) -> None:
        """Write ``installed`` down and keep its ``wheel``, durably; the wheel of a version before goes."""
        before = self.read().get(installed.distribution)
        folder = self._folder / WHEELS
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = folder / f".{installed.wheel}"
        shutil.copyfile(wheel, draft)
        draft.replace(folder / installed.wheel)
        self.note(installed)
        if before and before.wheel != installed.wheel:
            self._drop(before)

    def note(self, installed: Installed) -> None:
        """Write down what is known of a distribution whose wheel is kept."""
        toml.change(self.path, {("distributions", installed.distribution): installed.plain()})

    def forget(self, distribution: str) -> None:
        """Strike ``distribution`` out, and its wheel too."""
        if known := self.read().get(distribution):
            toml.change(self.path, {("distributions", distribution): None})
            self._drop(known)

    def wheel(self, installed: Installed) -> Path | None:
        """Return the kept wheel, or None when it is gone or is no longer the one that was installed."""
        path = self._folder / WHEELS / installed.wheel
        return path if path.is_file() and digest(path) == installed.sha256 else None

    def _drop(self, installed: Installed) -> None:
        if installed.wheel and "/" not in installed.wheel:
            (self._folder / WHEELS / installed.wheel).unlink(missing_ok=True)


def digest(path: Path) -> str:
    """Return the sha256 of a file in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _one(name: str, about: dict[str, Any]) -> Installed:
    return Installed(
        name,
        str(about["version"]),
        str(about["sha256"]),
        str(about.get("wheel", "")).rpartition("/")[2],  # a name, never a way to somewhere else
        tuple(map(str, about["plugins"])),
        tuple(map(str, about.get("brought", ()))),
        str(about.get("at", "")),
    )
