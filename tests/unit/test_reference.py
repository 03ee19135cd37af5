"""The docs cannot lie: every page of docs/reference is what the code says now, and nothing is left out."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import json
import re
import tomllib
from pathlib import Path

import pytest

from hub import cli, config, events, reference
from hub.plugin import hookspecs, manifest
from hub.reference import events as told_events
from hub.reference import hooks as told_hooks
from hub.telemetry import metrics
from hub.telemetry.gauges import GAUGES

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs" / "reference"
GUIDE = ROOT / "docs" / "guide" / "plugins.md"
HELLO = ROOT / "examples" / "plugin-hello"


@pytest.mark.parametrize("name", reference.PAGES)
def test_a_page_is_what_the_code_says(name: str) -> None:
    told = (DOCS / name).read_text(encoding="utf-8") if (DOCS / name).exists() else ""
    assert told == reference.PAGES[name](), f"docs/reference/{name} is stale: run scripts/reference"


def test_no_page_is_left_over() -> None:
    assert sorted(path.name for path in DOCS.iterdir()) == sorted(reference.PAGES)


def test_what_is_new_changed_or_too_much_is_found_and_mended(tmp_path: Path, monkeypatch) -> None:
    assert set(reference.write(tmp_path)) == set(reference.PAGES)
    assert reference.stale(tmp_path) == []
    more = (*metrics.METRICS, metrics.Metric("counter", "hub_wishes_total", "Wishes that came true."))
    monkeypatch.setattr("hub.reference.metrics.METRICS", more)
    (tmp_path / "hooks.md").unlink()
    (tmp_path / "cli.md").write_text("# Made up\n")
    (tmp_path / "old.md").write_text("# Gone\n")
    assert set(reference.stale(tmp_path)) == {"metrics.md", "hooks.md", "cli.md", "old.md"}
    reference.write(tmp_path)
    assert reference.stale(tmp_path) == []
    assert "| `hub_wishes_total` | counter |" in (tmp_path / "metrics.md").read_text()


def test_a_new_hook_event_setting_command_and_field_make_their_pages_stale(monkeypatch) -> None:
    class WishMade(events.Event):
        """Somebody made a wish."""

        name = "wish.made"

    WishMade.__module__ = "hub.events.wishes"

    @hookspecs.hookspec
    def hub_wish(hub) -> None:
        """Grant a wish."""

    class Wishing(config.Settings):
        wishes: int = 3

    class Wishful(manifest.Manifest):
        wish: str = ""

    monkeypatch.setattr(hookspecs, "hub_wish", hub_wish, raising=False)
    monkeypatch.setattr("hub.reference.settings.Settings", Wishing)
    monkeypatch.setattr("hub.reference.manifest.Manifest", Wishful)
    monkeypatch.setitem(cli.COMMANDS, "wish", "Make a wish.")
    monkeypatch.setattr(cli.hub, "get_command", lambda _, name: cli.hub if name == "wish" else None)
    for page, said in (
        ("events.md", "| `wish.made` | `WishMade` | Somebody made a wish. |"),
        ("hooks.md", "| [`hub_wish`](#hub_wish) | Grant a wish. |"),
        ("settings.md", "| `wishes` | `HUB_WISHES` | `3` |"),
        ("manifest.md", '| `wish` | text | `""` |'),
    ):
        assert said in reference.PAGES[page](), page
    with pytest.raises(AssertionError, match="hub serve is listed and not there"):
        reference.PAGES["cli.md"]()


def test_every_hook_says_when_how_long_and_is_typed() -> None:
    hooks = told_hooks.specifications()
    written = {
        node.name
        for node in ast.parse(inspect.getsource(hookspecs)).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("hub_")
    }
    assert set(hooks) == written
    for name, spec in hooks.items():
        told = inspect.getdoc(spec) or ""
        assert re.search(r"\d+ m?s\b", told), f"{name} says no time"
        notes = inspect.get_annotations(spec)
        assert "return" in notes, name
        assert set(inspect.signature(spec).parameters) <= set(notes), name


def test_every_event_can_be_imported_by_a_plugin() -> None:
    for name, kind in told_events.named().items():
        if kind.__module__ != "hub.events.wishes":
            assert getattr(events, kind.__name__, None) is kind, name
            assert kind.__name__ in events.__all__, name
            assert (inspect.getdoc(kind) or "") != inspect.getdoc(events.Event), (
                f"{name} says nothing of itself"
            )


def test_every_setting_field_and_figure_says_what_it_is() -> None:
    models = (config.Settings, config.ProviderSettings, manifest.Manifest, manifest.Permission)
    for model in (*models, manifest.Extra, manifest.Command):
        silent = [name for name, field in model.model_fields.items() if not field.description]
        assert not silent, f"{model.__name__}: {silent} need a description"
    for figure in (*metrics.METRICS, *GAUGES):
        assert figure.about.endswith("."), figure.name
    hooks = (DOCS / "hooks.md").read_text()
    for value in told_hooks.VALUES:
        for field in dataclasses.fields(value):
            assert f"| `{field.name}` | `" in hooks, f"{value.__name__}.{field.name}"


def test_the_schema_takes_the_manifests_that_come_with_the_hub_and_no_others() -> None:
    schema = json.loads((DOCS / "hub-plugin.schema.json").read_text())
    assert schema["additionalProperties"] is False
    assert {"name", "title", "summary"} <= set(schema["required"])
    for path in [
        *ROOT.glob("plugins/*/src/*/hub-plugin.toml"),
        *ROOT.glob("examples/*/src/*/hub-plugin.toml"),
    ]:
        assert set(tomllib.loads(path.read_text())) <= set(schema["properties"]), path


def test_the_guide_prints_the_very_files_of_the_sample() -> None:
    blocks = re.findall(r"^```\w+\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    package = HELLO / "src" / "hub_hello"
    for path in (
        package / "__init__.py",
        package / "hub-plugin.toml",
        package / "templates" / "hello.html",
        HELLO / "pyproject.toml",
        HELLO / "tests" / "test_hello.py",
    ):
        assert path.read_text(encoding="utf-8") in blocks, (
            f"{path.name} is not in docs/guide/plugins.md as it is"
        )


def test_the_sample_is_at_most_thirty_lines_of_python() -> None:
    lines = [path.read_text(encoding="utf-8").splitlines() for path in (HELLO / "src").rglob("*.py")]
    assert sum(map(len, lines)) <= 30


def test_the_guide_links_to_what_exists_and_names_real_hooks_and_commands() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#:]+)\)", guide)
    assert [link for link in links if not (GUIDE.parent / link).exists()] == []
    assert set(re.findall(r"\bhub_[a-z_]+\b", guide)) <= {
        *told_hooks.specifications(),
        "hub_hello",
        "hub_with",
    }
    commands = (DOCS / "cli.md").read_text()
    for command in re.findall(r"^hub plugins ([a-z]+)", guide, re.MULTILINE):
        assert f"hub plugins {command}" in commands, command
