from __future__ import annotations

from types import SimpleNamespace

import pytest

from hub.events import ChildChanged, PluginChanged, TurnEnded
from hub.plugin.hookspecs import Tile
from hub.plugin.lifecycle import Plugin
from hub.plugin.manifest import Manifest
from hub.ports import NullSpeech, Speech
from hub.web import status, tiles


class Voice:
    """Stands for a voice that is there; only its presence matters here."""

    async def open(self, session, audio):
        raise NotImplementedError


def plugin(name="voice", state="ready", *, built=True, models="", reason="", fix="", beats=()) -> Plugin:
    made = Plugin(Manifest(name=name, title=name.title(), summary="It helps.", built=built, models=models))
    made.state, made.reason, made.fix = state, reason, fix
    made.beats.extend(beats)
    return made


def models(*states: tuple[str, str, int, int]) -> SimpleNamespace:
    """Model files as (title, state, done, total)."""
    files = [SimpleNamespace(name=str(i), title=row[0]) for i, row in enumerate(states)]
    known = {
        str(i): SimpleNamespace(state=s, done=d, total=t, reason="no network", fix="wait")
        for i, (_, s, d, t) in enumerate(states)
    }
    return SimpleNamespace(files=files, state=known.__getitem__)


class Some(list[Plugin]):
    """Plugins that were never started, and so have missed nothing."""

    pump = SimpleNamespace(lost=lambda _: 0)


@pytest.fixture
def show(hub, monkeypatch):
    """Put plugins and models into a real hub."""

    def put(*plugins: Plugin, models: SimpleNamespace | None = None, voice: object = None):
        monkeypatch.setattr(hub, "plugins", Some(plugins))
        if models:
            monkeypatch.setattr(hub, "models", models)
        hub.provide(Speech, voice or NullSpeech())
        return hub

    return put


async def test_when_all_is_well_it_says_so(show) -> None:
    hub = show(plugin(), plugin("memory", "disabled", built=False, reason="Not built yet"), voice=Voice())
    assert status.faults(hub) == []
    assert status.calm(hub) == "All well. I run on this machine only."
    assert status.ears(hub).state == "ready"


async def test_what_is_off_by_choice_or_not_built_is_no_fault(show) -> None:
    hub = show(plugin("nostr", "disabled", built=False, reason="Not built yet", fix="Later."))
    assert status.faults(hub) == []
    assert tiles.tiles(hub)[0].reason == "Not built yet."
    assert tiles.tiles(hub)[0].tone == "off"


async def test_what_is_not_well_comes_first_the_worst_before_all(show) -> None:
    degraded = plugin("memory", "degraded", reason="Memory searches by words only.", fix="Restart it.")
    broken = plugin("voice", "disabled", reason="No engine.", fix="Install it.")
    found = status.faults(show(degraded, broken))
    assert [fault.headline for fault in found] == ["Voice: no engine", "Memory searches by words only"]
    assert [fault.anchor for fault in found] == ["plugin-voice", "plugin-memory"]
    assert status.ears(show(broken)) == status.Ears("off", "Off", "No engine. Install it.")


async def test_a_long_reason_stays_on_the_tile(show) -> None:
    long = plugin("voice", "degraded", reason="x" * 80)
    assert status.faults(show(long))[0].headline == "Voice is degraded"


async def test_the_ring_fills_by_the_bytes_of_what_comes_first(show) -> None:
    coming = models(
        ("words", "ready", 0, 90_000_000), ("ears", "fetching", 9_000_000, 30_000_000),
        ("ears", "ready", 0, 21_000_000), ("voice", "missing", 0, 60_000_000),
    )  # fmt: skip
    hub = show(plugin("voice", "starting"), models=coming)
    ears = status.ears(hub)
    assert (ears.state, ears.word, ears.done, ears.total) == (
        "fetching",
        "Getting my ears",
        30_000_000,
        51_000_000,
    )
    assert status.calm(hub).replace("\N{NO-BREAK SPACE}", " ").startswith("Getting my ears, 30 of 51 MB")


async def test_a_voice_that_waits_for_its_models_is_no_fault(show) -> None:
    waiting = plugin("voice", "degraded", models="models.toml", reason="My ears have not arrived.")
    hub = show(waiting, models=models(("ears", "fetching", 1, 2)), voice=Voice())
    assert status.faults(hub) == []
    assert status.ears(hub).state == "fetching"


async def test_a_model_that_cannot_be_had_is_a_fault_with_a_fix(show) -> None:
    fault = status.faults(show(plugin(), models=models(("ears", "failed", 0, 2))))[0]
    assert (fault.headline, fault.reason, fault.fix) == ("I could not get my ears", "no network", "wait")


async def test_a_language_model_that_does_not_answer_is_a_fault(show) -> None:
    down = {
        "name": "embedded",
        "title": "the small model",
        "ok": False,
        "reason": "It stopped.",
        "fix": "Wait.",
    }
    assert status.faults(show(plugin()), [down])[0].title == "The small model is not ready"


async def test_events_say_a_thing_once_newest_first_and_no_plans(show) -> None:
    hub = show()
    for event in (
        PluginChanged(plugin="nostr", title="Nostr", state="disabled", reason="Not built yet"),
        PluginChanged(plugin="voice", title="Voice", state="ready"),
        PluginChanged(plugin="voice", title="Voice", state="ready"),
        ChildChanged(child="speech", state="restarting", reason="killed"),
    ):
        hub.bus.publish(event)
    lines = status.events(hub)
    assert [line.line for line in lines][-1] == "Voice is ready"
    assert [line.care for line in lines] == [True, False]


async def test_the_first_word_is_the_median_of_what_models_said(show) -> None:
    hub = show()
    assert status.first_word(hub) == "not measured yet"
    for seconds, quality in ((0.2, "basic"), (0.4, "basic"), (9.0, "basic"), (0.0, "exact")):
        hub.bus.publish(
            TurnEnded(conversation="c", turn="t", state="done", answer="", quality=quality, seconds=seconds)
        )
    assert status.first_word(hub) == "0.4 s"


def test_a_heartbeat_is_thirty_ticks_with_the_newest_on_the_right() -> None:
    paths = dict(tiles.ticks(["ready"] * 3 + ["degraded"]))
    assert sum(path.count("M") for path in paths.values()) == 30
    assert paths["c"] == "M176 6v8"
    assert paths["w"].startswith("M158 2v12")
    assert tiles.checks(["ready", "degraded"]) == "1 of 2 checks well"
    assert tiles.checks([]) == "Not running: no checks"


async def test_a_tile_shows_its_reason_instead_of_its_last_event(show) -> None:
    well, ill = plugin(beats=["ready"]), plugin("memory", "degraded", reason="Words only")
    well.show = ill.show = lambda: Tile("3", "things", "At noon")
    shown = tiles.tiles(show(well, ill))
    assert [tile.note for tile in shown] == ["At noon", ""]
    assert [tile.reason for tile in shown] == ["", "Words only."]


@pytest.mark.parametrize(
    ("seconds", "text"), [(5, "under a minute"), (60, "1 minute"), (7_300, "2 hours"), (90_000, "1 day")]
)
def test_spans_of_time(seconds, text) -> None:
    assert status.span(seconds) == text
