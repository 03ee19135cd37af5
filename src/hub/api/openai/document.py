"""Describe the OpenAI-compatible routes in the OpenAPI document: FastAPI does not see plain ones."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fastapi import FastAPI

_REF = "#/components/schemas/{model}"
_KEY = {"type": "http", "scheme": "bearer", "description": "A key of the page You, or the session's cookie."}
_TEXT, _COUNT = {"type": "string"}, {"type": "integer", "minimum": 0}
_NULL = {"type": "null"}
_EVENT = {
    "type": "object",
    "description": "One server-sent event; its data is JSON, or [DONE] at the end of chat completions.",
    "properties": {"data": _TEXT, "event": _TEXT},
    "required": ["data"],
}


def describe(app: FastAPI) -> None:
    """Add them to the document of ``app`` once it is asked for."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        document = plain()
        if "/v1/models" not in document["paths"]:
            paths, schemas = _described()
            document["paths"] |= paths
            parts = document.setdefault("components", {})
            parts.setdefault("schemas", {}).update(schemas)
            parts.setdefault("securitySchemes", {})["key"] = _KEY
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI's own guide does it


@cache
def _described() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the paths and the schemas."""
    from pydantic.json_schema import models_json_schema  # noqa: PLC0415  only who reads the document needs it

    from hub.api.openai.asked import ChatRequest  # noqa: PLC0415  likewise
    from hub.api.openai.audio import SpeechRequest, TranscriptionRequest  # noqa: PLC0415  likewise
    from hub.api.openai.embeddings import EmbeddingRequest  # noqa: PLC0415  likewise
    from hub.api.openai.responses import ResponsesRequest  # noqa: PLC0415  likewise

    asked = (ChatRequest, ResponsesRequest, EmbeddingRequest, SpeechRequest, TranscriptionRequest)
    bodies = [(model, "validation") for model in asked]
    _, made = models_json_schema(bodies, ref_template=_REF)  # type: ignore[arg-type]  # a list of such pairs
    model = {"name": "model", "in": "path", "required": True, "schema": _TEXT}
    paths = {
        "/v1/models": {"get": _operation("List the models.", "list_models", _ref("ModelList"))},
        "/v1/models/{model}": {
            "get": _operation("Tell of one model.", "get_model", _ref("ModelAbout"), parameters=[model])
        },
        "/v1/chat/completions": {
            "post": _asking("Answer a talk.", "chat", "ChatRequest", "ChatCompletion", streams=True)
        },
        "/v1/responses": {
            "post": _asking("Answer once.", "respond", "ResponsesRequest", "ResponseAbout", streams=True)
        },
        "/v1/embeddings": {
            "post": _asking("Turn texts into vectors.", "embed", "EmbeddingRequest", "EmbeddingList")
        },
        "/v1/audio/transcriptions": {"post": _hearing(made["$defs"]["TranscriptionRequest"])},
        "/v1/audio/speech": {"post": _saying()},
    }  # fmt: skip
    return paths, {**made["$defs"], **_ANSWERS}


def _asking(about: str, name: str, body: str, answer: str, *, streams: bool = False) -> dict[str, Any]:
    made = _operation(about, name, _ref(answer))
    made["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref(body)}}}
    if streams:
        told = made["responses"]["200"]
        told["content"]["text/event-stream"] = {"schema": _EVENT}
        told["headers"] = {
            "x-hub-provider": {"schema": _TEXT, "description": "Who answered."},
            "x-hub-fallbacks": {"schema": _TEXT, "description": "How many were asked in vain before."},
            "x-hub-cost-usd": {"schema": _TEXT, "description": "What it cost; not in a stream."},
            "x-hub-ignored": {"schema": _TEXT, "description": "Fields that changed nothing."},
        }
        commit = {"name": "x-hub-commit", "in": "header", "required": False,
                  "schema": {"enum": ["sentence", "token"]},
                  "description": "What is told at once: whole sentences, or tokens."}  # fmt: skip
        made["parameters"] = [commit]
    return made


def _hearing(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the operation that takes a form with a file."""
    made = _operation("Write down what is said in a file.", "transcribe", _ref("Transcription"))
    file = {"type": "string", "format": "binary", "description": "Any sound file, up to 25 MB."}
    whole = {
        **fields, "properties": {"file": file, **fields["properties"]},
        "required": ["file", *fields["required"]],
    }  # fmt: skip
    made["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": whole}}}
    made["responses"]["200"]["content"] |= {
        "text/plain": {"schema": _TEXT}, "text/event-stream": {"schema": _EVENT},
    }  # fmt: skip
    return made


def _saying() -> dict[str, Any]:
    """Return the operation that answers with sound."""
    made = _asking("Say a text aloud.", "speak", "SpeechRequest", "Transcription")
    sound = {"type": "string", "format": "binary"}
    kinds = ("audio/mpeg", "audio/ogg", "audio/aac", "audio/flac", "audio/wav", "audio/pcm")
    made["responses"]["200"]["content"] = {kind: {"schema": sound} for kind in kinds}
    return made


def _operation(about: str, name: str, answer: dict[str, Any], **more: Any) -> dict[str, Any]:
    error = {
        "description": "Why not, and what to do.",
        "content": {"application/json": {"schema": _ref("Refusal")}},
    }
    plain = {"description": "Another method.", "content": {"text/plain": {"schema": _TEXT}}}
    return {
        "tags": ["openai"], "summary": about, "operationId": f"openai_{name}", "security": [{"key": []}],
        "responses": {
            "200": {"description": about, "content": {"application/json": {"schema": answer}}},
            "401": error, "405": plain, "default": error,
        },
        **more,
    }  # fmt: skip


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": _REF.format(model=name)}


def _object(*, required: bool = True, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": [*properties] if required else []}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, _NULL]}


_CALL = _object(id=_TEXT, type={"const": "function"}, function=_object(name=_TEXT, arguments=_TEXT))
_MESSAGE = _object(role={"const": "assistant"}, content=_or_null(_TEXT))
_MESSAGE["properties"]["tool_calls"] = _list(_CALL)
_ANSWERS: dict[str, Any] = {
    "ModelAbout": _object(id=_TEXT, object={"const": "model"}, created=_COUNT, owned_by=_TEXT),
    "ModelList": _object(object={"const": "list"}, data=_list(_ref("ModelAbout"))),
    "TokensSpent": _object(prompt_tokens=_COUNT, completion_tokens=_COUNT, total_tokens=_COUNT),
    "ChatCompletion": _object(
        id=_TEXT, object={"const": "chat.completion"}, created=_COUNT, model=_TEXT, usage=_ref("TokensSpent"),
        choices=_list(_object(
            index=_COUNT, message=_MESSAGE, finish_reason={"enum": ["stop", "length", "tool_calls"]},
        )),
    ),
    "ResponseAbout": _object(
        id=_TEXT, object={"const": "response"}, created_at=_COUNT, model=_TEXT,
        status={"enum": ["completed", "incomplete", "in_progress"]}, output=_list({"type": "object"}),
    ),
    "EmbeddingList": _object(
        object={"const": "list"}, model=_TEXT, usage=_object(prompt_tokens=_COUNT, total_tokens=_COUNT),
        data=_list(_object(
            object={"const": "embedding"}, index=_COUNT,
            embedding={"anyOf": [_list({"type": "number"}), {"type": "string", "contentEncoding": "base64"}]},
        )),
    ),
    "Transcription": _object(text=_TEXT),
    "Refusal": _object(error=_object(
        message=_TEXT, type=_TEXT, param=_or_null(_TEXT), code=_or_null(_TEXT), fix=_TEXT,
    )),
}  # fmt: skip
