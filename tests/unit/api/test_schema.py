"""Anyone is given the schemas of the manifest and of the events, without signing in."""

from __future__ import annotations

import httpx
from fastapi import FastAPI

from hub.api import schema
from hub.plugin import manifest


async def test_the_schema_is_served_as_it_is() -> None:
    app = FastAPI()
    app.include_router(schema.router())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub") as client:
        answer = await client.get("/api/schema/hub-plugin.json")
    assert answer.headers["content-type"] == "application/schema+json"
    assert answer.json() == manifest.json_schema()


async def test_every_event_has_its_schema_there_under_its_class_name() -> None:
    app = FastAPI()
    app.include_router(schema.router())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub") as client:
        told = (await client.get("/api/schema/events.json")).json()["$defs"]
    seeds = {
        "AudioFrame": {"type", "codec", "sampleRate", "channels", "data", "timestamp"},
        "PartialTranscript": {"transcript", "text", "isFinal", "confidence", "speaker"},
        "Interruption": {"source", "timestamp"},
        "ToolCallIntent": {"type", "id", "name", "arguments", "confidence"},
        "ToolCallResult": {"type", "id", "success", "output", "error"},
        "SessionControl": {"control", "action", "config"},
    }  # S0-17 to S0-23
    for name, fields in seeds.items():
        assert fields <= set(told[name]["properties"]), name
    for name in (
        "RecordingStarted", "TranscriptionComplete", "LlmRequestStarted", "LlmResponseReceived",
        "SynthesisStarted", "PlaybackStarted", "PlaybackComplete", "SessionError",
    ):  # S4-11  # fmt: skip
        assert name in told
