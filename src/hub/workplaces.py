"""Open what a plugin's command works on: the data folder, the models in it, and the plugin's settings."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hub.errors import HubError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hub.models import Models
    from hub.store.database import Database


@dataclass(frozen=True, slots=True)
class Workplace:
    """What lies where, without a running hub."""

    data: Path
    models: Models
    settings: dict[str, Any]
    """Of the plugin, as hub.toml has them: defaults are not filled in."""

    def database(self, name: str, migrations: Sequence[str]) -> Database:
        """Return a file of the plugin in the data folder, as `Hub.database` does; a hub may run on it."""
        from hub.store.database import Database  # noqa: PLC0415  only where one is wanted
        from hub.store.keys import master_key  # noqa: PLC0415  as above

        return Database(self.data / name, master_key(self.data), migrations)

    async def person(self, name: str = "") -> str:
        """Return the id of the person of that name, by default of the owner. Raises `HubError` for nobody."""
        from hub.store.schema import CORE  # noqa: PLC0415  as above

        core = self.database("core.db", CORE)
        await core.open()
        try:
            rows = await core.rows(
                "SELECT id FROM person WHERE lower(name) = lower(?) OR (? = '' AND role = 'owner')",
                (name, name),
            )
        finally:
            await core.close()
        if not rows:
            raise HubError(f"Nobody here is called {name}.", fix="See the page People for their names.")
        return str(rows[0][0])

    def pull(self, *names: str) -> None:
        """Fetch models that are not here, telling the terminal how far it is. Raises `HubError`."""
        asyncio.run(self._pull(names))
        for file in self.models.named(*names):
            state = self.models.state(file.name)
            if state.state != "ready":
                reason = state.reason or f"My {file.title} did not arrive."
                raise HubError(reason, fix=state.fix or f"hub models pull {file.model}")

    async def _pull(self, names: tuple[str, ...]) -> None:
        from hub.terminal import show_progress  # noqa: PLC0415  only for a terminal

        await self.models.want(*names)
        shown = asyncio.create_task(show_progress(self.models, sys.stderr))
        await asyncio.sleep(0)
        try:
            await self.models.ensure(names)
            await asyncio.sleep(0)
        finally:
            shown.cancel()


def workplace(plugin: str, data: Path | None = None) -> Workplace:
    """Return the workplace of ``plugin``; ``data``: the folder, by default as the environment says."""
    from hub import config  # noqa: PLC0415  commands start in no time
    from hub.events import Bus  # noqa: PLC0415  as above
    from hub.manifests import known_models  # noqa: PLC0415  as above
    from hub.models import Models  # noqa: PLC0415  as above

    settings = config.load(data=data)
    models = Models(settings.data / "models", known_models(), Bus(), also=(settings.language_model,))
    return Workplace(settings.data, models, dict(settings.plugins.get(plugin, {})))
