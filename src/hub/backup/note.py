"""Remember when the last backup was made, and whether it was read back whole."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

if TYPE_CHECKING:
    from pathlib import Path

    from hub.hub import Hub

NAME = "backup.json"
_FRESH_S = 5.0
_seen: dict[Path, tuple[float, Note | None]] = {}


class Note(BaseModel):
    """A backup that was made. ``at``: Unix seconds; ``file``: where it was put; ``size``: bytes."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)
    at: float
    file: str
    size: int
    verified: bool


def read(data: Path) -> Note | None:
    """Return what is noted of the last backup of ``data``; None when there was none."""
    try:
        return Note.model_validate_json((data / NAME).read_bytes())
    except (OSError, ValidationError):
        return None


def write(data: Path, note: Note) -> None:
    """Note a backup; a crash leaves the note before or this one."""
    draft = data / f"{NAME}.{os.getpid()}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(note.model_dump_json())
        file.flush()
        os.fsync(file.fileno())
    draft.replace(data / NAME)
    _seen.pop(data, None)


def last(hub: Hub) -> tuple[float, bool] | None:
    """Return when the last backup was made and whether it was verified; looks at most every 5 s.

    Cheap enough for every rendering: otherwise it is one look into a dictionary.
    """
    now = time.monotonic()
    at, note = _seen.get(hub.data, (-_FRESH_S, None))
    if now - at >= _FRESH_S:
        note = read(hub.data)
        _seen[hub.data] = (now, note)
    return (note.at, note.verified) if note else None
