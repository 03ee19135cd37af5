"""Know the child processes of a hub by name, for whoever asks how they do or has to restart one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.errors import HubError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.supervise.child import Child


class Children:
    """The children that were started, each with the plugin it works for ("": the hub itself)."""

    def __init__(self) -> None:
        self._all: dict[str, tuple[Child, str]] = {}

    def __iter__(self) -> Iterator[Child]:
        return (child for child, _ in list(self._all.values()))

    def add(self, child: Child, *, plugin: str = "") -> None:
        """Add ``child``; one of the same name takes the place of the other."""
        self._all[child.spec.name] = (child, plugin)

    def of(self, plugin: str) -> list[Child]:
        """Return the children that work for ``plugin``."""
        return [child for child, owner in self._all.values() if owner == plugin]

    def drop(self, plugin: str) -> list[Child]:
        """Forget the children that work for ``plugin`` and return them."""
        gone = self.of(plugin)
        self._all = {name: one for name, one in self._all.items() if one[1] != plugin}
        return gone

    def get(self, name: str) -> Child:
        """Return the child of that name. Raises `HubError` when there is none."""
        if name not in self._all:
            raise HubError(f"There is no process called {name[:40]!r}.", fix="Go back to the health page.")
        return self._all[name][0]
