"""Say what people are told of the models: what each is for, how it stands, whose it is, what goes with it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from hub.models.manifest import About, Upstream, ordered
from hub.terminal import time_left

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hub.models.manifest import ModelFile
    from hub.models.state import Models, State

PURPOSES = {
    "hearing": "Hears you",
    "turns": "Knows when you are done",
    "language": "Thinks",
    "speaking": "Speaks",
    "other": "Does other work",
}
"""What models are for, in the order of a talk."""

_LOSS = {
    "hearing": "Without it I cannot hear you; writing still works.",
    "turns": "Without it I do not know when you are done, and talking stops; writing still works.",
    "language": "I can no longer think with it.",
    "speaking": "Without it I have no voice; I answer in writing.",
    "other": "What needs it stops working.",
}
_WORST_FIRST: tuple[State, ...] = ("failed", "checking", "fetching", "missing", "off", "ready")
_WORDS = {
    "failed": "failed",
    "checking": "checking",
    "fetching": "fetching",
    "missing": "waits",
    "ready": "here",
}


@dataclass(frozen=True, slots=True)
class Card:
    """One model, summed up over its files; sizes in bytes, ``rate`` in bytes a second.

    ``reachable``: whether a source answers from here, as far as is known; None when nobody has looked.
    """

    id: str
    label: str
    purpose: str
    summary: str
    optional: bool
    state: State
    word: str
    size: int
    download: int
    held: int
    done: int
    total: int
    rate: float
    left: str
    reason: str
    fix: str
    licence: str
    licence_url: str
    origin: str
    attribution: str
    notice: str
    sources: tuple[str, ...]
    reachable: bool | None

    def plain(self) -> dict[str, Any]:
        """Return it for a machine."""
        return asdict(self)


def describe(models: Models) -> list[Card]:
    """Return a card for each model, in the order of `PURPOSES`, then of the manifests."""
    cards = [_card(models, files) for files in _by_model(models.files).values()]
    order = list(PURPOSES)
    return sorted(cards, key=lambda card: (order.index(card.purpose), card.optional))


def _card(models: Models, files: list[ModelFile]) -> Card:
    about = files[0].about or About(files[0].model, files[0].file)
    states = [models.state(file.name) for file in files]
    worst = min(states, key=lambda state: _WORST_FIRST.index(state.state))
    done = sum(state.total if state.state == "ready" else state.done for state in states)
    total, rate = sum(state.total for state in states), sum(state.rate for state in states)
    shown = worst.state in {"failed", "off"} and not (worst.state == "off" and about.optional)
    return Card(
        id=about.id, label=about.label, purpose=about.purpose, summary=about.summary, optional=about.optional,
        state=worst.state, word=_word(worst.state, optional=about.optional),
        size=sum(file.size for file in files), download=sum(_downloads(files).values()),
        held=sum(models.disk.held.get(file.name, 0) for file in files), done=done, total=total, rate=rate,
        left=time_left(total - done, rate) if rate and worst.state == "fetching" else "",
        reason=worst.reason if shown else "", fix=worst.fix if shown else "",
        licence=", ".join(dict.fromkeys(file.licence for file in files)), licence_url=about.licence_url,
        origin=about.origin, attribution=about.attribution, notice=about.notice,
        sources=_places(files), reachable=_reachable(models, files),
    )  # fmt: skip


def _word(state: State, *, optional: bool) -> str:
    if state == "off":
        return "offered" if optional else "removed"
    return _WORDS.get(state, state)


def licences(files: Iterable[ModelFile]) -> list[dict[str, Any]]:
    """Return for each model its licence, where that can be read, whose it is, and what is not settled."""
    told = []
    for group in _by_model(files).values():
        about = group[0].about or About(group[0].model, group[0].file)
        told.append({
            "id": about.id, "label": about.label,
            "licence": ", ".join(dict.fromkeys(file.licence for file in group)),
            "licence_url": about.licence_url, "origin": about.origin, "attribution": about.attribution,
            "notice": about.notice, "sources": _places(group),
        })  # fmt: skip
    return told


def loss(file: ModelFile) -> str:
    """Say what stops working without ``file``."""
    return _LOSS[file.about.purpose if file.about else "other"]


def _by_model(files: Iterable[ModelFile]) -> dict[str, list[ModelFile]]:
    found: dict[str, list[ModelFile]] = {}
    for file in files:
        found.setdefault(file.model, []).append(file)
    return found


def _downloads(files: Iterable[ModelFile]) -> dict[str, int]:
    """Return the bytes to download, by archive."""
    firsts = ((file, ordered(file)[0]) for file in files)
    return {
        first.archive: file.size if isinstance(first, Upstream) else file.download_size
        for file, first in firsts
    }


def _places(files: Iterable[ModelFile]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(source.place for file in files for source in ordered(file)))


def _reachable(models: Models, files: Sequence[ModelFile]) -> bool | None:
    """Say whether all files can be had; packages come from an index that nobody need look at first."""
    said = [
        max(
            (models.reach.said(one.host) if isinstance(one, Upstream) else True for one in file.sources),
            key=lambda there: (there is True, there is None),
        )
        for file in files
    ]
    if any(there is False for there in said):
        return False
    return None if any(there is None for there in said) else True
