"""What /metrics tells is true, bounded and documented, and not for everyone."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse

from hub import events
from hub.ports import Timed
from hub.telemetry.follow import Follower
from hub.telemetry.gauges import GAUGES
from hub.telemetry.metrics import METRICS, SERIES, Metrics

DOCS = Path(__file__).parents[3] / "docs" / "reference" / "metrics.md"


async def scrape(served, **options) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    async with served.stranger.get(f"{served.url}/metrics", **options) as answer:
        assert answer.status == 200, await answer.text()
        text = await answer.text()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in parse(text)
        for sample in family.samples
    }


async def test_real_traffic_is_counted(served) -> None:
    async with served.client.post(f"{served.url}/api/talks") as talk:
        id_ = (await talk.json())["id"]
    for _ in range(3):
        async with served.client.post(
            f"{served.url}/api/talks/{id_}/turns", json={"text": "what is 2 plus 2"}
        ) as _:
            pass
    async with served.client.ws_connect(f"{served.url}/ws/session/x") as socket:
        await socket.send_str('{"type": "hello"}')
        await socket.receive(timeout=60)
        found = await scrape(served)
        assert found["timmy_ws_connections", ()] == 1
    route = (("method", "POST"), ("route", "/api/talks/{talk}/turns"), ("status", "200"))
    assert found["hub_request_duration_seconds_count", route] == 3
    assert found["hub_request_duration_seconds_sum", route] > 0
    turns = (("outcome", "done"), ("provider", "exact"), ("source", "api"))
    assert found["hub_turns_total", turns] == 3
    assert found["hub_info", (("version", served.hub.version),)] == 1
    assert found["hub_plugin_state", (("plugin", "voice"), ("state", "disabled"))] == 1
    assert found["process_resident_memory_bytes", ()] > 1e7
    assert found["hub_llm_breaker_state", (("provider", "embedded"), ("state", "closed"))] == 1
    assert found["hub_llm_spent_usd", (("period", "day"),)] == 0
    assert ("hub_llm_limit_usd", (("period", "day"),)) not in found
    assert not any(id_ in str(labels) for _, labels in found)
    async with asyncio.timeout(60):  # the socket is still on its way out
        while (await scrape(served))["timmy_ws_connections", ()] != 0:
            await asyncio.sleep(0.02)


async def test_counts_that_parts_keep_are_counters_here(served) -> None:
    served.hub.privacy.hidden.update({"email": 2})
    served.hub.replies.hits = 3
    found = await scrape(served)
    assert found["hub_llm_redactions_total", (("kind", "email"),)] == 2
    served.hub.privacy.hidden.update({"email": 1, "key": 1})
    for _ in range(2):
        found = await scrape(served)
    assert found["hub_llm_redactions_total", (("kind", "email"),)] == 3
    assert found["hub_llm_redactions_total", (("kind", "key"),)] == 1
    assert found["hub_llm_cache_hits_total", ()] == 3


async def test_both_formats_are_spoken(served) -> None:
    wanted = {"accept": "application/openmetrics-text; version=1.0.0, text/plain;q=0.5"}
    async with served.stranger.get(f"{served.url}/metrics", headers=wanted) as answer:
        assert answer.content_type == "application/openmetrics-text"
        text = await answer.text()
    assert text.endswith("# EOF\n")
    names = {family.name for family in parse_openmetrics(text)}
    assert {"hub_info", "hub_request_duration_seconds", "personaplex_interruptions"} <= names
    async with served.stranger.get(f"{served.url}/metrics") as answer:
        assert answer.content_type == "text/plain"
        plain = await answer.text()
    if promtool := shutil.which(
        "promtool"
    ):  # an extra where Prometheus is installed: the parsers above decide
        checked = subprocess.run(
            [promtool, "check", "metrics"], input=plain, capture_output=True, text=True, check=False
        )
        assert checked.returncode == 0, checked.stdout + checked.stderr


async def test_who_is_elsewhere_needs_the_token(served, monkeypatch) -> None:
    proxied = {"x-forwarded-for": "203.0.113.7"}

    async def asked(client, **headers) -> int:
        async with client.get(f"{served.url}/metrics", headers=proxied | headers) as answer:
            if answer.status == 401:
                assert answer.headers["www-authenticate"].startswith("Bearer")
                assert (await answer.json())["fix"]
            return answer.status

    assert await asked(served.stranger) == 401
    assert await asked(served.stranger, authorization="Bearer ") == 401
    assert await asked(served.client) == 200  # the owner
    monkeypatch.setenv("HUB_METRICS_TOKEN", "scrape-me-if-you-can")
    assert await asked(served.stranger, authorization="Bearer wrong") == 401
    assert await asked(served.stranger, authorization="Basic scrape-me-if-you-can") == 401
    assert await asked(served.stranger, authorization="Bearer scrape-me-if-you-can") == 200
    monkeypatch.delenv("HUB_METRICS_TOKEN")
    await served.hub.secrets.set("metrics-token", "kept-in-the-store")
    assert await asked(served.stranger, authorization="Bearer kept-in-the-store") == 200


async def test_what_was_recorded_before_the_library_was_there_counts() -> None:
    metrics = Metrics()
    metrics.record("personaplex_interruptions_total", 1)
    metrics.record("timmy_llm_tokens_total", 40, "xai", "input")
    await metrics.load()
    metrics.record("timmy_llm_tokens_total", 2, "xai", "input")
    registry = metrics._registry
    assert registry.get_sample_value("personaplex_interruptions_total") == 1
    assert (
        registry.get_sample_value("timmy_llm_tokens_total", {"provider": "xai", "direction": "input"}) == 42
    )


async def test_each_step_of_a_spoken_turn_is_observed_once() -> None:
    metrics = Metrics()
    await metrics.load()
    follower = Follower(events.Bus(), metrics)
    steps = {"tail": 90.0, "text": 180.0, "endpoint": 360.0, "sent": 370.0}
    follower.take(events.SpeechTimed(session="s", timed=Timed("t", sure=True, **steps)))
    follower.take(events.SpeechTimed(session="s", timed=Timed("t", sure=True, **steps, played=430.0)))
    follower.take(events.SpeechCounted(session="s", what="echo", times=3))
    follower.take(events.SpeechCounted(session="s", what="something else"))
    follower.take(events.SpeechInterrupted(session="s", ms=640.0))
    follower.take(events.SpeechSessions(open=2))
    value = metrics._registry.get_sample_value
    assert value("hub_voice_vad_tail_seconds_count") == value("hub_voice_first_audio_seconds_count") == 1
    assert value("hub_voice_first_audio_seconds_sum") == 0.37
    assert value("hub_voice_first_played_seconds_sum") == 0.43
    assert value("hub_voice_llm_first_seconds_count") == 0
    assert value("hub_voice_turns_total", {"sure": "yes"}) == 1
    assert value("hub_voice_echo_dropped_total") == 3
    assert value("hub_voice_barge_in_stop_seconds_sum") == 0.64
    assert value("hub_voice_sessions") == 2


async def test_series_are_bounded() -> None:
    metrics = Metrics()
    await metrics.load()
    for number in range(SERIES + 500):
        metrics.record("personaplex_tool_calls_total", 1, f"tool_{number}")
    registry = metrics._registry
    assert len(metrics._series) <= SERIES
    assert registry.get_sample_value("personaplex_tool_calls_total", {"tool": "other"}) == 500


async def test_events_become_the_figures_of_the_seeds() -> None:
    metrics = Metrics()
    await metrics.load()
    follower = Follower(events.Bus(), metrics)
    for event in (
        events.SpeechTaken(session="s", ms=180.5, waiting=3),
        events.SpeechHeard(session="s", ms=420.0, waiting=2),
        events.SpeechInterrupted(session="s"),
        events.ToolCalled(tool="clock", owner="hub", outcome="done", ms=1.0),
        events.ToolCalled(tool="clock", owner="hub", outcome="failed", ms=1.0),
        events.LanguageAsked(
            provider="xai", model="grok-4", outcome="done", seconds=1.5, prompt_tokens=30, completion_tokens=7
        ),
        events.LanguageAsked(
            provider="ollama",
            model="qwen",
            outcome="cut",
            seconds=2.0,
            prompt_tokens=50,
            completion_tokens=5,
            first_s=0.25,
            left_s=0.65,
            cost=0.25,
            cached_tokens=40,
            hedged=True,
            resumed=True,
            fallback_from="xai",
            why="trip",
            stations_s=0.0001,
        ),
        events.BreakerChanged(provider="xai", state="open"),
        events.ChildChanged(child="speech", state="restarting", reason="killed"),
        events.ChildChanged(child="speech", state="ready"),
        events.JobChanged(job="j", kind="timer", title="Tea", state="done"),
        events.HubRecovered(down=1.0),
    ):
        follower.take(event)
    value = metrics._registry.get_sample_value
    assert value("personaplex_audio_latency_ms", {"direction": "inbound"}) == 180.5
    assert value("personaplex_audio_latency_ms", {"direction": "outbound"}) == 420.0
    assert value("personaplex_buffer_depth", {"buffer": "input"}) == 3
    assert value("personaplex_interruptions_total") == 1
    assert value("personaplex_tool_calls_total", {"tool": "clock"}) == 2
    assert value("hub_tool_failures_total", {"tool": "clock"}) == 1
    about = {"provider": "xai", "model": "grok-4"}
    assert value("timmy_llm_request_duration_seconds_sum", about) == 1.5
    assert value("timmy_llm_tokens_total", {"provider": "xai", "direction": "output"}) == 7
    assert value("hub_llm_requests_total", about | {"outcome": "done"}) == 1
    other = {"provider": "ollama"}
    assert value("hub_llm_time_to_first_chunk_seconds_sum", other | {"model": "qwen"}) == 0.25
    assert value("hub_llm_time_to_first_chunk_seconds_count", about) is None  # it was not told
    assert value("hub_llm_deadline_left_seconds_sum", other) == 0.65
    assert value("hub_llm_overhead_seconds_bucket", {"le": "0.0001"}) == 1
    assert value("hub_llm_cost_usd_total", other | {"model": "qwen"}) == 0.25
    assert value("hub_llm_cached_tokens_total", other) == 40
    assert value("hub_llm_fallback_total", {"from": "xai", "to": "ollama", "reason": "trip"}) == 1
    assert value("hub_llm_midstream_resume_total", other) == 1
    assert value("hub_llm_extra_requests_total", other | {"purpose": "hedged"}) == 1
    assert value("hub_llm_breaker_changes_total", {"provider": "xai", "state": "open"}) == 1
    assert value("hub_child_restarts_total", {"child": "speech"}) == 1
    assert value("timmy_tasks_total", {"status": "done", "persona": "hub"}) == 1
    assert value("hub_recoveries_total") == 1


def test_every_metric_is_documented_and_every_documented_one_exists() -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \| (\w+) \| ([\w, ]*) ?\|", DOCS.read_text(), re.MULTILINE)
    documented = {
        name: (kind, tuple(filter(None, labels.strip().split(", ")))) for name, kind, labels in rows
    }
    exists = {metric.name: (metric.kind, metric.labels) for metric in METRICS}
    exists |= {gauge.name: ("gauge", gauge.labels) for gauge in GAUGES}
    assert documented == exists


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_names_follow_the_conventions(metric) -> None:
    """https://prometheus.io/docs/practices/naming/: counters end in _total, nothing else does."""
    assert metric.name.endswith("_total") == (metric.kind == "counter")
    assert metric.name.startswith(("hub_", "timmy_", "personaplex_"))
    assert (metric.kind == "histogram") == bool(metric.buckets)
