"""The kinds of language servers that a person can choose from, with what is known of each.

Grok's address and model: docs.x.ai (a model's name is a setting, since names are retired; the list of
those on offer comes from the server itself). Ollama's: its own OpenAI-compatible endpoint.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["xai", "ollama", "openai"]


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
    ),
    "openai": Preset("openai", "other", "Another server", "Anything that speaks the OpenAI protocol."),
}
