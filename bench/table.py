"""Write docs/benchmarks.md from the rows in bench/out. Run after a bench: ``python bench/table.py``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rows import stat

ROOT = Path(__file__).parents[1]
HEAD = """# Benchmarks

Made by `make bench-<area>` and `python bench/table.py` from the raw samples in `bench/out`. The machines are
shared and noisy: read medians and ratios. "Promise" is the target of the issue the row belongs to, for the
statistic that it names; a 95th percentile stands only where there are at least 200 samples.
"""


def section(path: Path) -> str:
    """Return the table of one area."""
    rows = json.loads(path.read_text())
    lines = [f"## {path.stem}", "", f"`make bench-{path.stem}`", ""]
    lines += ["| id | unit | samples | p50 | p95 | min | max | promise | | beside |", "|" + "---|" * 10]
    lines += [_line(row) for row in rows]
    if notes := [f"- `{row['id']}`: {row['note']}" for row in rows if row.get("note")]:
        lines += ["", *notes]
    return "\n".join(lines)


def _line(row: dict[str, Any]) -> str:
    told, by = stat(row["samples"]), row.get("by", "p50")
    figures = [f"{told[name]:.3g}" for name in ("p50", "p95", "min", "max")]
    if len(row["samples"]) < 200:
        figures[1] = "-"  # a 95th percentile of few samples says nothing
    above = row.get("at_least", False)
    met = told[by] >= row["target"] if above else told[by] <= row["target"]
    promise = f"{by} {'≥' if above else '≤'} {row['target']:g}"
    said = "met" if met else "**missed**"
    cells = [f"`{row['id']}`", row["unit"], str(len(row["samples"])), *figures, promise, said, _beside(row)]
    return f"| {' | '.join(cells)} |"


def _beside(row: dict[str, Any]) -> str:
    if not row.get("peer"):
        return "-"
    peer = stat(row["peer_samples"])
    figure = f"p50 {peer['p50']:.3g}" + (
        f", p95 {peer['p95']:.3g}" if len(row["peer_samples"]) >= 200 else ""
    )
    return f"{row['peer']}: {figure}"


def main() -> None:
    """Write the page."""
    parts = [HEAD, *(section(path) for path in sorted((ROOT / "bench" / "out").glob("*.json")))]
    (ROOT / "docs" / "benchmarks.md").write_text("\n\n".join(part.strip() for part in parts) + "\n")


if __name__ == "__main__":
    main()
