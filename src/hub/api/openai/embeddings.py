"""Answer ``/v1/embeddings`` by whatever embedder there is; without one it says what would give it one."""

from __future__ import annotations

import base64
import struct
from typing import TYPE_CHECKING, Annotated, Literal

import orjson
from pydantic import Field, ValidationError

from hub.api.openai.asked import Lenient, passed_over
from hub.api.openai.errors import Refused, unreadable, wrong
from hub.ports import Embedder

if TYPE_CHECKING:
    from hub.api.openai.door import Call
    from hub.hub import Hub

MOST, LONGEST = 256, 32_000
"""Texts of one request, and characters of one text."""

USUAL = frozenset({"hub/auto", "hub/local", "hub/embedding"})
"""Names that leave the choice of the model to the embedder."""

Text = Annotated[str, Field(min_length=1, max_length=LONGEST)]


class EmbeddingRequest(Lenient):
    """The body of ``POST /v1/embeddings``; numbers of tokens are not understood."""

    model: str = Field(min_length=1, max_length=200)
    input: Text | Annotated[list[Text], Field(min_length=1, max_length=MOST)]
    encoding_format: Literal["float", "base64"] | None = None
    dimensions: int | None = Field(None, description="Only what the model has.")


class Embeddings:
    """The endpoint of one hub."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def __call__(self, call: Call) -> None:
        """Answer one request. Raises `Refused`, and `Unavailable` when there is no embedder."""
        try:
            request = EmbeddingRequest.model_validate_json(call.body)
        except ValidationError as error:
            raise unreadable(error) from None
        texts = [request.input] if isinstance(request.input, str) else request.input
        model = "" if request.model in USUAL else request.model
        embedder = self._hub.port(Embedder)  # type: ignore[type-abstract]  # a Protocol is the key
        found = await embedder.embed(texts, model)
        if len(found.vectors) != len(texts):
            raise Refused(502, "The embedder gave back too few vectors.", "Ask once more.")
        length = len(found.vectors[0])
        if request.dimensions not in {None, length}:
            raise wrong("dimensions", f"{found.model} has {length} dimensions.", "Leave dimensions out.")
        encoded = request.encoding_format == "base64"
        data = [
            {"object": "embedding", "index": place, "embedding": _base64(one) if encoded else one}
            for place, one in enumerate(found.vectors)
        ]
        spent = {"prompt_tokens": found.tokens, "total_tokens": found.tokens}
        told = {"object": "list", "data": data, "model": found.model, "usage": spent}
        await call.answer(orjson.dumps(told), passed_over(request))


def _base64(vector: tuple[float, ...]) -> str:
    """Return a vector as little-endian 32-bit floats in base64, as OpenAI's packages ask for it."""
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
