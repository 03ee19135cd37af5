"""Draw a plugin's tile: its state in a word, its heartbeat in ticks, and one number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.web import status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.hub import Hub
    from hub.plugin.hookspecs import Tile
    from hub.plugin.lifecycle import Plugin

TICKS, PITCH, FLOOR = 30, 6, 14
HEIGHTS = {"w": 12, "c": 8, "s": 4, "o": 2}
KINDS = {"ready": "w", "degraded": "c"}


@dataclass(frozen=True, slots=True)
class TileView:
    """What the template needs of one tile."""

    name: str
    title: str
    state: str
    tone: status.Tone
    beats: list[tuple[str, str]]
    checks: str
    number: str
    unit: str
    note: str
    reason: str
    fix: str
    due: float | None = None
    """Unix seconds to which the page counts the number down."""


def tiles(hub: Hub) -> list[TileView]:
    """Return all tiles in their fixed order."""
    return [tile(hub, plugin) for plugin in hub.plugins]


def tile(hub: Hub, plugin: Plugin) -> TileView:
    """Return the tile of ``plugin``."""
    shown = plugin.tile()
    return TileView(
        name=plugin.name,
        title=plugin.title,
        state="starting" if plugin.state in status.STARTING else plugin.state,
        tone=status.tone(hub, plugin),
        beats=ticks(plugin.beats),
        checks=checks(plugin.beats),
        number=shown.number,
        unit=shown.unit,
        note=_missed(hub, plugin) or _note(plugin, shown),
        reason=_sentence(plugin.reason),
        fix=plugin.fix,
    )


def _note(plugin: Plugin, shown: Tile) -> str:
    """Return the last line: what happened last, unless there is a reason that matters more."""
    if plugin.reason or not plugin.running:
        return ""
    return shown.note or ("" if shown.number else plugin.summary)


def _missed(hub: Hub, plugin: Plugin) -> str:
    """Say that a plugin was too slow for its events."""
    lost = hub.plugins.pump.lost(plugin.name)
    return f"Too slow: it missed {lost:,} event{'s' * (lost != 1)}" if lost else ""


def ticks(beats: Sequence[str]) -> list[tuple[str, str]]:
    """Return one path per kind of tick, newest on the right; what was never checked is a low tick."""
    kinds = ["o"] * (TICKS - len(beats)) + [KINDS.get(beat, "s") for beat in beats][-TICKS:]
    paths: dict[str, str] = {}
    for place, kind in enumerate(kinds):
        height = HEIGHTS[kind]
        paths[kind] = paths.get(kind, "") + f"M{2 + place * PITCH} {FLOOR - height}v{height}"
    return sorted(paths.items())


def checks(beats: Sequence[str]) -> str:
    """Return the same in words."""
    if not beats:
        return "Not running: no checks"
    well = sum(beat == "ready" for beat in beats)
    return f"{well} of {len(beats)} checks well"


def _sentence(text: str) -> str:
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."
