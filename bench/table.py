"""Write docs/benchmarks.md from the rows in bench/out. Run after a bench: ``python bench/table.py``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
HEAD = """# Benchmarks

Made by `make bench-<area>` and `python bench/table.py` from the raw samples in `bench/out`. The machines are
shared and noisy: read medians and ratios. "At most" is the promise of the issue the row belongs to.
"""


def section(path: Path) -> str:
    """Return the table of one area."""
    rows = json.loads(path.read_text())
    lines = [f"## {path.stem}", "", f"`make bench-{path.stem}`", ""]
    lines += [
        "| id | unit | samples | p50 | p95 | min | max | at most | |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    return "\n".join([*lines, *(_line(row) for row in rows)])


def _line(row: dict[str, Any]) -> str:
    stat, few = row["stat"], len(row["samples"]) < 200
    figures = [f"{stat[name]:.3g}" for name in ("p50", "p95", "min", "max")]
    if few:
        figures[1] = "-"  # a 95th percentile of few samples says nothing
    met = "met" if stat["p50"] <= row["target"] else "**missed**"
    cells = [row["id"], row["unit"], str(len(row["samples"])), *figures, f"{row['target']:g}", met]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Write the page."""
    parts = [HEAD, *(section(path) for path in sorted((ROOT / "bench" / "out").glob("*.json")))]
    (ROOT / "docs" / "benchmarks.md").write_text("\n\n".join(part.strip() for part in parts) + "\n")


if __name__ == "__main__":
    main()
