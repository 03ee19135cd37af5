"""Say how the language models stand: each with its state and its changes, and all of them in one sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from hub.llm.money.pricing import price_of
from hub.llm.routing.candidates import is_model

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hub.hub import Hub
    from hub.llm.figures.timeline import Change
    from hub.llm.provider import Provider
    from hub.llm.stations import Refusal

DOING = {
    "open": "is away",
    "half": "is coming back",
    "held": "asked for a pause",
    "config": "needs you",
    "spent": "is over the limit",
    "closed": "is not ready",
}
"""What one does who is not asked, by the state of its breaker."""


class Snapshot(Protocol):
    """How a breaker stands: its state, and when it is tried again, in Unix seconds."""

    @property
    def state(self) -> str:
        """closed, open, half, held or config."""
        ...

    @property
    def since(self) -> float:
        """Unix seconds."""
        ...

    @property
    def until(self) -> float | None:
        """Unix seconds; None: nobody can tell."""
        ...

    @property
    def why(self) -> str:
        """A sentence."""
        ...

    @property
    def fix(self) -> str:
        """What a person can do, "" when it heals by itself."""
        ...


@runtime_checkable
class Watching(Protocol):
    """Breakers that can tell how they stand."""

    def state(self, name: str) -> Snapshot:
        """Return how the breaker of a provider stands."""
        ...

    def history(self, name: str) -> Iterable[Change]:
        """Return its changes, the oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class Standing:
    """One language model. ``state`` as its breaker's, or spent; ``ok``: it could answer, as far as is known.

    ``since`` and ``until``: Unix seconds. ``why`` and ``fix``: sentences, "" where all is well.
    """

    name: str
    title: str
    model: str
    distance: str
    quality: str
    state: str = "closed"
    ok: bool = True
    since: float | None = None
    until: float | None = None
    why: str = ""
    fix: str = ""
    changes: tuple[Change, ...] = ()

    @property
    def doing(self) -> str:
        """What it does, in words, after its title."""
        return "answers" if self.ok else DOING.get(self.state, "is not ready")


def standings(hub: Hub, probed: Iterable[Mapping[str, Any]] = ()) -> list[Standing]:
    """Return how each language model stands, in the order of asking; ``probed``: by `Router.status`."""
    known = {one["name"]: one for one in probed}
    breakers = hub.router.stations.breakers
    watching, over = breakers if isinstance(breakers, Watching) else None, hub.budget.over()
    return [
        _standing(one, known.get(one.name, {}), watching, over if price_of(one.caps) else None)
        for one in hub.router.providers
        if is_model(one.caps)
    ]


def _standing(
    provider: Provider, probed: Mapping[str, Any], watching: Watching | None, over: Refusal | None
) -> Standing:  # fmt: skip
    caps, title = provider.caps, provider.caps.title or provider.name
    about = provider.name, title[:1].upper() + title[1:], caps.model, caps.distance, caps.quality
    changes = tuple(watching.history(provider.name)) if watching else ()
    now = watching.state(provider.name) if watching else None
    if now is not None and now.state != "closed":
        ok = now.state == "half"
        return Standing(*about, now.state, ok, now.since, now.until, now.why, now.fix, changes)
    if over is not None:
        return Standing(*about, "spent", False, None, over.until, over.why, over.fix, changes)
    since = now.since if now else None
    ok, why, fix = probed.get("ok", True), probed.get("reason", ""), probed.get("fix", "")
    return Standing(*about, "closed", ok, since, None, "" if ok else why, "" if ok else fix, changes)


def sentence(stands: Sequence[Standing]) -> str:
    """Return in one sentence who answers, and who does not though it comes first."""
    answering = next((one for one in stands if one.ok), None)
    absent = stands[0] if stands and not stands[0].ok else None
    if answering is None:
        return f"{absent.title} {absent.doing}; a fixed line answers." if absent else "A fixed line answers."
    if absent is None:
        return f"{answering.title} answers."
    return f"{absent.title} {absent.doing}; {within(answering.title)} answers."


def within(title: str) -> str:
    """Return a title as it stands within a sentence."""
    return title[:1].lower() + title[1:] if title.startswith(("The ", "A ")) else title
