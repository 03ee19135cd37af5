"""The kinds of language servers that a person can choose from, with what is known of each.

Addresses: docs.x.ai, platform.openai.com, openrouter.ai/docs, docs.redpill.ai, docs.vllm.ai, and Ollama's
own OpenAI-compatible endpoint. A model's name is a setting, since names are retired; what is known of the
models is in `hub.llm.servers.catalog`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["xai", "ollama", "gpt", "openrouter", "redpill", "vllm", "openai"]


@dataclass(frozen=True, slots=True)
class Preset:
    """What is filled in for a kind of server; ``variables``: where its key is usually found."""

    kind: Kind
    name: str
    title: str
    about: str
    base_url: str = ""
    model: str = ""
    needs_key: bool = False
    variables: tuple[str, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)
    """Fields of the request beyond the common ones; dropped when the server refuses them."""


PRESETS: dict[Kind, Preset] = {
    "xai": Preset(
        "xai",
        "grok",
        "Grok",
        "A large model by xAI. Needs a key; what you say goes to api.x.ai.",
        "https://api.x.ai/v1",
        "grok-4.3",
        needs_key=True,
        variables=("XAI_API_KEY",),
        extra={"reasoning_effort": "none"},  # a spoken answer cannot wait for a model that thinks first
    ),
    "ollama": Preset(
        "ollama",
        "ollama",
        "Ollama",
        "Models on this machine or in your house. Needs no key.",
        "http://localhost:11434/v1",
        extra={"reasoning_effort": "none"},
    ),
    "gpt": Preset(
        "gpt",
        "openai",
        "OpenAI",
        "Large models by OpenAI. Needs a key; what you say goes to api.openai.com.",
        "https://api.openai.com/v1",
        "gpt-5-mini",
        needs_key=True,
        variables=("OPENAI_API_KEY",),
        extra={"reasoning_effort": "minimal"},
    ),
    "openrouter": Preset(
        "openrouter",
        "openrouter",
        "OpenRouter",
        "Many vendors' models behind one key; what you say goes to openrouter.ai.",
        "https://openrouter.ai/api/v1",
        needs_key=True,
        variables=("OPENROUTER_API_KEY",),
    ),
    "redpill": Preset(
        "redpill",
        "redpill",
        "RedPill",
        "Models in sealed machines; what you say goes to api.redpill.ai. Needs a key.",
        "https://api.redpill.ai/v1",
        needs_key=True,
        variables=("REDPILL_API_KEY",),
    ),
    "vllm": Preset(
        "vllm",
        "vllm",
        "vLLM",
        "Models on a graphics card in your house. Needs no key.",
        "http://localhost:8000/v1",
    ),
    "openai": Preset("openai", "other", "Another server", "Anything that speaks the OpenAI protocol."),
}
