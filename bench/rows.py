"""Make, print and keep the rows of a bench: one row a measure, with all its samples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

OUT = Path(__file__).parent / "out"


def quantile(samples: list[float], q: float) -> float:
    """Return the ``q`` quantile of ``samples`` by linear interpolation."""
    ordered = sorted(samples)
    place = (len(ordered) - 1) * q
    low, high = int(place), min(int(place) + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def stat(samples: list[float]) -> dict[str, float]:
    """Return p50, p95, p99, min and max of ``samples``."""
    named = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "min": 0.0, "max": 1.0}
    return {name: quantile(samples, q) for name, q in named.items()}


def row(
    id_: str, unit: str, samples: list[float], target: float, *, by: str = "p50", at_least: bool = False,
    peer: str | None = None, peer_samples: list[float] | None = None, note: str = "",
) -> dict[str, Any]:  # fmt: skip
    """Return one result. ``target`` is for the statistic ``by``; at most it, unless ``at_least``."""
    told = stat(samples)
    beside = f"  {peer} p50 {quantile(peer_samples, 0.5):.3f}" if peer and peer_samples else ""
    bound = "at least" if at_least else "at most"
    print(
        f"{id_:24} {by} {told[by]:9.3f} {unit:5} of {len(samples):4}  {bound} {target:g}{beside}", flush=True
    )
    return {
        "id": id_, "unit": unit, "samples": samples, "stat": told, "target": target, "by": by,
        "at_least": at_least, "peer": peer, "peer_samples": peer_samples, "note": note,
    }  # fmt: skip


def save(area: str, rows: list[dict[str, Any]]) -> None:
    """Keep ``rows`` in bench/out, in place of earlier rows of the same ids."""
    OUT.mkdir(exist_ok=True)
    path = OUT / f"{area}.json"
    kept = {old["id"]: old for old in json.loads(path.read_text())} if path.exists() else {}
    kept |= {new["id"]: new for new in rows}
    path.write_text(json.dumps(list(kept.values())) + "\n")
