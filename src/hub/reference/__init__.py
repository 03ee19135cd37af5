"""Write the pages of docs/reference from the code, so that they cannot say what is not so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.reference import cli, events, hooks, manifest, metrics, names, quality, settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PAGES: dict[str, Callable[[], str]] = {
    "hooks.md": hooks.page,
    "settings.md": settings.page,
    "events.md": events.page,
    "cli.md": cli.page,
    "metrics.md": metrics.page,
    "manifest.md": manifest.page,
    "names.md": names.page,
    "quality.md": quality.page,
    "hub-plugin.schema.json": manifest.schema,
}
"""The file of each page, and who writes it."""


def write(folder: Path) -> list[str]:
    """Write all pages into ``folder``, take away what is none of them, and return what changed."""
    changed = stale(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in changed:
        if name in PAGES:
            (folder / name).write_text(PAGES[name](), encoding="utf-8")
        else:
            (folder / name).unlink()
    return changed


def stale(folder: Path) -> list[str]:
    """Return the names of files in ``folder`` that are missing, are not what the code says, or too many."""
    there = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*") if path.is_file()}
    wrong = [name for name, page in PAGES.items() if there.get(name) != page()]
    return wrong + sorted(there.keys() - PAGES.keys())
