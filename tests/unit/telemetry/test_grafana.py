"""Every panel of the dashboards asks for series that the hub has, with labels that these have."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from hub.telemetry.gauges import GAUGES
from hub.telemetry.metrics import METRICS

BOARDS = sorted((Path(__file__).parents[3] / "deploy" / "grafana").glob("*.json"))
LABELS = {one.name: set(one.labels) for one in (*METRICS, *GAUGES)}
HISTOGRAMS = {one.name for one in METRICS if one.kind == "histogram"}
_SERIES = re.compile(r"\b((?:hub|timmy|personaplex)_[a-z_]+)(?:\{([^}]*)\})?")


def expressions(board: Path) -> list[str]:
    panels = json.loads(board.read_text(encoding="utf-8"))["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]]


def family(name: str) -> str:
    plain = re.sub(r"_(bucket|sum|count)$", "", name)
    return plain if plain in HISTOGRAMS else name


@pytest.mark.parametrize("board", BOARDS, ids=lambda one: one.name)
def test_every_series_and_label_is_there(board: Path) -> None:
    asked = expressions(board)
    assert len(asked) > 10
    for told in asked:
        found = _SERIES.findall(told)
        assert found, told
        for name, selectors in found:
            assert family(name) in LABELS, f"{name} in {told}"
            used = set(re.findall(r"(\w+)\s*[=!]~?", selectors))
            assert used <= LABELS[family(name)], f"{used} of {name}"
        grouped = {label.strip() for one in re.findall(r"by \(([^)]*)\)", told) for label in one.split(",")}
        assert grouped - {"le"} <= set.union(*(LABELS[family(name)] for name, _ in found)), told
        assert told.count("(") == told.count(")")


@pytest.mark.parametrize("board", BOARDS, ids=lambda one: one.name)
def test_a_histogram_is_asked_by_its_buckets_and_a_counter_by_its_growth(board: Path) -> None:
    counters = {one.name for one in METRICS if one.kind == "counter"}
    for told in expressions(board):
        for name, _ in _SERIES.findall(told):
            if family(name) in HISTOGRAMS:
                assert name.endswith(("_bucket", "_sum", "_count")), told
            if name in counters:
                assert re.search(rf"(rate|increase)\({name}", told), told


@pytest.mark.parametrize("board", BOARDS, ids=lambda one: one.name)
def test_no_panel_lies_over_another(board: Path) -> None:
    taken: set[tuple[int, int]] = set()
    panels = json.loads(board.read_text(encoding="utf-8"))["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    for panel in panels:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & taken, panel["title"]
        taken |= cells


def test_expressions_are_whole_and_prometheus_can_read_them(tmp_path: Path) -> None:
    boards = [expressions(board) for board in BOARDS]
    asked = [
        one.replace("$__range", "24h").replace("$__rate_interval", "1m") for told in boards for one in told
    ]
    for told in asked:
        bare = re.sub(r'"[^"]*"', "", told)
        assert "$" not in bare, told
        assert '"' not in bare, told
        assert all(bare.count(left) == bare.count(right) for left, right in ("()", "[]", "{}")), told
    if promtool := shutil.which("promtool"):  # where it is installed it knows the whole language
        rules = [{"record": f"panel:{number}", "expr": told} for number, told in enumerate(asked)]
        path = tmp_path / "rules.yml"
        path.write_text(json.dumps({"groups": [{"name": "boards", "rules": rules}]}))  # JSON is YAML
        done = subprocess.run(
            [promtool, "check", "rules", str(path)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
