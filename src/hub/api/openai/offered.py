"""Say which models there are, and who is meant by ``hub/auto``, ``hub/voice``, ``hub/local`` or one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from hub.api.openai.errors import Refused
from hub.llm.routing.deadlines import TEXT, THINKING, VOICE

if TYPE_CHECKING:
    from hub.api.openai.question import Question
    from hub.hub import Hub
    from hub.llm.provider import Provider
    from hub.llm.routing.deadlines import Deadlines

AUTO, VOICED, LOCAL = "hub/auto", "hub/voice", "hub/local"
ALIASES = {
    AUTO: "The best that answers now.",
    VOICED: "The same, in time for a talk: short, and the next is asked sooner.",
    LOCAL: "Only what runs in this house: no word leaves it.",
}
_EXACT = "exact"
_THINKS = frozenset({"high", "xhigh"})
_NAMED = 12
SPOKEN_TOKENS = 160


@dataclass(frozen=True, slots=True)
class Choice:
    """Who may be asked. ``only``: providers by name."""

    question: Question
    only: frozenset[str]
    models_only: bool
    deadlines: Deadlines


class Offered:
    """The models of one hub, as they are now."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def models(self) -> dict[str, Provider]:
        """Return the language models by id, in the order in which they are asked."""
        providers = self._hub.router.providers
        return {name(one): one for one in providers if one.caps.quality in {"full", "basic"}}

    def choose(self, model: str, question: Question) -> Choice:
        """Return who may answer ``question``, asked of ``model``. Raises `Refused`."""
        models = self.models()
        if model in ALIASES:
            return self._alias(model, question, models)
        one = models.get(model) or _short(model, models)
        if one is None:
            raise unknown(model, models)
        able = _able([one], question)
        return Choice(question, able, models_only=True, deadlines=_patience(question))

    def _alias(self, model: str, question: Question, models: dict[str, Provider]) -> Choice:
        asked = [*models.values()]
        instructed = any(message.role == "system" for message in question.messages)
        plain = not (instructed or question.tools) and question.messages[-1].role == "user"
        if model == LOCAL:
            asked = [one for one in asked if one.caps.distance != "world"]
        question = replace(
            question, own=None if instructed else self._hub.settings.system_prompt, trims=True,
            tier="local" if model == LOCAL else question.tier,
            max_tokens=question.max_tokens or (SPOKEN_TOKENS if model == VOICED else 0),
        )  # fmt: skip
        able = _able(asked, question)
        patience = VOICE if model == VOICED else _patience(question)
        # What can be computed is computed, unless the client says who is to answer, and how.
        return Choice(question, able | {_EXACT} if plain else able, not plain, patience)


def name(provider: Provider) -> str:
    """Return the id of a provider's model, the same that a turn keeps."""
    return f"{provider.name}/{provider.caps.model}" if provider.caps.model else provider.name


def unknown(model: str, models: dict[str, Provider]) -> Refused:
    """Return the refusal of a model that there is not."""
    there = ", ".join([*ALIASES, *models][:_NAMED])
    return Refused(
        HTTPStatus.NOT_FOUND, f"There is no model {model[:100]!r} here.", f"Ask one of: {there}.",
        code="model_not_found", param="model",
    )  # fmt: skip


def _short(model: str, models: dict[str, Provider]) -> Provider | None:
    """Return the one provider that ``model`` means without saying where it runs."""
    found = [one for one in models.values() if model and model in {one.name, one.caps.model}]
    return found[0] if len(found) == 1 else None


def _able(asked: list[Provider], question: Question) -> frozenset[str]:
    """Return the names of those who have room for it and can do what it wants. Raises `Refused`."""
    if question.tools and not (asked := [one for one in asked if one.caps.tools]):
        raise Refused(
            HTTPStatus.BAD_REQUEST, "None of these models can call tools.",
            "Switch on a larger one under Language, or ask without tools.",
            code="tools_unsupported", param="tools",
        )  # fmt: skip
    need = question.least if question.trims else question.size
    able = frozenset([one.name for one in asked if one.caps.prompt_tokens >= need])
    if not able:
        most = max((one.caps.prompt_tokens for one in asked), default=0)
        raise Refused(
            HTTPStatus.BAD_REQUEST, f"That is about {need:,} tokens; there is room for {most:,}.",
            "Send less, or ask a larger model.", code="context_length_exceeded", param="messages",
        )  # fmt: skip
    return able


def _patience(question: Question) -> Deadlines:
    return THINKING if question.think in _THINKS else TEXT
