"""Be the embedder process: open MiniLM, made quick at the first start, and embed what the hub sends.

Frames: ``hub.config`` (model, kept) -> ``hub.ready`` (model, dimensions); ``hub.embed`` (request, texts) ->
``hub.embedded`` (request; payload: n x dimensions little-endian f32), or ``hub.refused`` (request, reason).
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from hub import run_child
from hub_memory.embed.minilm import DIMENSIONS, NAME, MiniLM

if TYPE_CHECKING:
    from wyoming.event import Event

    from hub import Link

log = structlog.get_logger(__name__)

QUANTISE = "hub_memory.embed.quantise"


async def main(link: Link) -> None:
    """Serve until the link ends, or until the hub asks to drain: nothing is under way between two frames."""
    model: MiniLM | None = None
    async for frame in link:
        if frame.type == "hub.config":
            model = await asyncio.to_thread(open_model, frame.data)
            await link.send("hub.ready", {"model": NAME, "dimensions": DIMENSIONS})
        elif frame.type == "hub.drain":
            return
        elif frame.type == "hub.embed" and model is not None:
            await link.send(*await _answer(model, frame))


async def _answer(model: MiniLM, frame: Event) -> tuple[str, dict[str, Any], bytes | None]:
    request = {"request": frame.data.get("request", 0)}
    try:
        vectors = await asyncio.to_thread(model.embed, frame.data["texts"])
    except Exception as error:
        log.exception("not embedded")
        return "hub.refused", request | {"reason": f"{type(error).__name__}: {str(error)[:200]}"}, None
    return "hub.embedded", request, vectors.astype("<f4").tobytes()


def open_model(config: dict[str, Any]) -> MiniLM:
    """Open the model that is ``kept`` quantised; where there is none, or a torn one, make it of ``model``."""
    kept = Path(config["kept"])
    if kept.exists():
        try:
            return MiniLM(kept)
        except Exception as error:  # noqa: BLE001  what cannot be opened is worth nothing: make it anew
            log.warning("model.unusable", file=kept.name, reason=str(error)[:200])
            kept.unlink(missing_ok=True)
    # In a process of its own: what it takes of memory is given back with it.
    subprocess.run([sys.executable, "-m", QUANTISE, config["model"], str(kept)], check=True)
    return MiniLM(kept)


if __name__ == "__main__":
    run_child(main)
