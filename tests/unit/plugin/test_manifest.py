"""A manifest says what is true, in bounds, or says what is wrong with it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from hub.api.app import build
from hub.config import load
from hub.hub import Hub
from hub.plugin import manifest
from hub.plugin.manifest import Extra, Manifest
from hub.plugin.registry import CORE_ROOTS

ABOUT = {"name": "kettle", "title": "Kettle", "summary": "Boils."}


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"data": ["../core.db"]}, "data"),
        ({"data": ["/etc/passwd"]}, "data"),
        ({"data": [".hidden"]}, "data"),
        ({"models": "../../models.toml"}, "models"),
        ({"public_paths": ["/{all:path}"]}, "public_paths"),
        ({"public_paths": ["/{all}"]}, "public_paths"),
        ({"public_paths": ["kettle"]}, "public_paths"),
        ({"public_paths": ["/"]}, "public_paths"),
        ({"permissions": {"microphone": {"why": "Hears.", "enforced": True}}}, "cannot enforce"),
        ({"permissions": {"microphone": {}}}, "why"),
        ({"settings": {"pace": {"type": "integer", "default": "fast"}}}, "pace.default"),
        ({"settings": {"key": {"format": "password", "default": "hunter2"}}}, "secret"),
        ({"commands": {"boil": {"run": "rm -rf /", "about": "x"}}}, "run"),
        ({"commands": {"Boil!": {"run": "hub_kettle:boil", "about": "x"}}}, "commands"),
        ({"extras": {"gpu": {"modules": [], "why": "x"}}}, "modules"),
        ({"start_s": 3_600}, "start_s"),
        ({"stop_s": 0}, "stop_s"),
        ({"wish": 1}, "wish"),
    ],
)
def test_what_cannot_be_is_refused(told: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Manifest.model_validate(ABOUT | told)


def test_all_that_it_may_do_is_shown_as_enforced_or_declared() -> None:
    told = Manifest.model_validate(
        ABOUT
        | {
            "public_paths": ["/.well-known/kettle.json"],
            "events": ["timer.*"],
            "permissions": {
                "microphone": {"why": "Hears the whistle."},
                "tools": {"why": "Boils when you agree.", "enforced": True},
            },
        }
    )
    assert [(one.name, one.enforced) for one in told.asks] == [
        ("public_paths", True), ("events", True), ("microphone", False), ("tools", True),
    ]  # fmt: skip
    assert "timer.*" in told.asks[1].why


def test_the_manifests_of_this_repository_fit_their_published_schema() -> None:
    schema = json.loads(json.dumps(manifest.json_schema()))
    assert schema["$schema"].endswith("2020-12/schema")
    assert set(schema["required"]) == {"name", "title", "summary"}
    assert schema["additionalProperties"] is False
    for name, field in Manifest.model_fields.items():
        assert field.description, f"{name} has no description"
        assert schema["properties"][name]["description"] == field.description
    found = sorted(Path(__file__).parents[3].glob("plugins/*/src/*/hub-plugin.toml"))
    assert found
    for path in found:
        Manifest.model_validate(manifest.tomllib.loads(path.read_text()))


def test_a_missing_module_is_found_without_importing_any(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    package = tmp_path / "hx_part"
    (package / "inner").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('must not be imported')")
    (package / "inner" / "__init__.py").write_text("raise RuntimeError('must not be imported')")
    monkeypatch.syspath_prepend(str(tmp_path))
    extra = Extra(
        modules=("hx_part", "hx_part.inner", "hx_part.outer", "json.decoder", "sys", "hx_gone.x"), why="x"
    )
    assert manifest.missing(extra) == ["hx_part.outer", "hx_gone.x"]
    assert "hx_part" not in sys.modules


async def test_no_path_of_the_api_can_be_taken_by_a_plugin(tmp_path: Path) -> None:
    app: Any = build(Hub(load(data=tmp_path), ()))
    roots = {path.split("/")[1] for path in (app.openapi_url, *app.openapi()["paths"])}
    assert roots <= CORE_ROOTS, roots - CORE_ROOTS
