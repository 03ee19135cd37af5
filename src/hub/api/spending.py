"""Tell what the language models used and cost: one's own figures, and to the owner those of the house."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from hub.api.people import needs
from hub.auth.roles import allows
from hub.auth.sessions import Person
from hub.llm.money.limits import By, Period  # noqa: TC001  FastAPI reads it

if TYPE_CHECKING:
    from hub.hub import Hub
    from hub.llm.money.limits import Spent, Standing

OWN = Annotated[Person, needs("take or forget own data")]


class Limit(BaseModel):
    """How a limit stands, in US dollars; ``limit`` 0 is none. ``held``: for what is being asked just now."""

    period: Period
    since: str = Field(description="The first day that counts, YYYY-MM-DD, where the hub stands.")
    spent: float
    held: float
    limit: float
    share: float = Field(description="Spent of the limit, 0 to 1; 0 without a limit.")


class Used(BaseModel):
    """What was used by one ``name``: requests, tokens, minutes of the clock, seconds of work, US dollars.

    ``guessed`` requests told no figures; ``guessed_usd`` of the money is what they cost at most.
    ``paid_minutes``: minutes in which a model answered that costs something.
    """

    name: str
    usd: float
    guessed_usd: float
    requests: int
    guessed: int
    prompt: int
    cached: int
    completion: int
    minutes: int
    paid_minutes: int
    seconds: float


class Spending(BaseModel):
    """The limits and what was used in the ``period``: in ``all``, and ``by`` what was asked for."""

    period: Period
    by: By
    of: str = Field(description="``house``, or ``me``: only one's own.")
    limits: list[Limit]
    all: Used
    used: list[Used]


def router(hub: Hub) -> APIRouter:
    """Return the route."""
    api = APIRouter(prefix="/api", tags=["spending"])

    @api.get("/spending")
    async def spending(
        who: OWN, period: Period = "day", by: By = "provider", mine: bool = False
    ) -> Spending:  # fmt: skip
        """Tell the limits and what was used: of the house to the owner, to all others their own.

        ``mine``: the owner's own, too. By ``person`` the names are ids.
        """
        house = allows(who, "manage people") and not mine
        person = None if house else who.id
        limits = hub.budget.standing("" if house else who.id)
        return Spending(
            period=period, by=by, of="house" if house else "me",
            limits=[_limit(one) for one in limits],
            all=_used(*hub.budget.spent(period, person=person)),
            used=[_used(one) for one in hub.budget.spent(period, by, person)],
        )  # fmt: skip

    return api


def _limit(one: Standing) -> Limit:
    return Limit(**dataclasses.asdict(one), share=one.share)


def _used(one: Spent) -> Used:
    told: dict[str, Any] = dataclasses.asdict(one)
    return Used(**told)
