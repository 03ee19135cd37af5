"""How far each person's words may go: the house decides, and a person may only stay closer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from hub.auth.roles import require
from hub.errors import HubError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.auth.sessions import Person
    from hub.llm.provider import Tier
    from hub.store.database import Database

TIERS: Final[tuple[Tier, ...]] = ("local", "redacted", "full")
"""The tightest first."""

ACT: Final = "choose own privacy"


def tightest(*tiers: Tier) -> Tier:
    """Return the one that lets the least out."""
    return min(tiers, key=TIERS.index)


class Tiers:
    """The tier of each person, in memory; ``house`` returns the one that the owner set for all."""

    def __init__(self, core: Database, house: Callable[[], Tier]) -> None:
        self._core, self._house = core, house
        self._own: dict[str, Tier] = {}

    async def open(self) -> None:
        """Read what people chose."""
        rows = await self._core.rows("SELECT person, tier FROM privacy")
        self._own = {person: cast("Tier", tier) for person, tier in rows}

    @property
    def house(self) -> Tier:
        """What holds for all."""
        return self._house()

    def of(self, person: str) -> Tier:
        """Return what holds for a person; for nobody in particular, the tightest that anybody has."""
        if not person:
            return tightest(self.house, *self._own.values())
        own = self._own.get(person)
        return self.house if own is None else tightest(own, self.house)

    def own(self, person: str) -> Tier | None:
        """Return what a person chose; None: as the house has it."""
        return self._own.get(person)

    async def choose(self, by: Person, tier: str) -> Tier:
        """Have ``by``'s own words go no further than ``tier``; "" goes back to what holds for all.

        Return what holds then. Raises `HubError` when that is no tier or further than the house allows.
        """
        require(by, ACT)
        if not tier:
            await self._core.write(lambda db: db.execute("DELETE FROM privacy WHERE person = ?", (by.id,)))
            self._own.pop(by.id, None)
            return self.of(by.id)
        if tier not in TIERS:
            raise HubError("There is no such choice.", fix="Choose local, redacted or full.")
        chosen = TIERS[TIERS.index(tier)]
        if tightest(chosen, self.house) != chosen:
            raise HubError("The owner lets words go less far.", fix="Choose what stays closer.")
        await self._core.write(
            lambda db: db.execute(
                "INSERT INTO privacy (person, tier) VALUES (?, ?)"
                " ON CONFLICT (person) DO UPDATE SET tier = excluded.tier",
                (by.id, chosen),
            )
        )
        self._own[by.id] = chosen
        return chosen

    async def forget(self) -> None:
        """Drop from memory who is gone; their row went with them."""
        await self.open()
