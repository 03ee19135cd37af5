"""Keep in core.db what language models used and cost: a row for each account and day, and what is open.

Money is counted in whole billionths of a US dollar, so that sums are exact. A row of `spending` is what
one model did for one person on one day (the calendar day where the hub stands); a row of `spending_open`
is money put aside for a request that is not over. Whoever changes both does so in one transaction.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Purpose = Literal["asked", "speculative", "hedged"]
"""asked: somebody waits for it; speculative: their words were not final; hedged: in case another is slow."""

NANO = 1_000_000_000
DETAIL_DAYS = 62
"""Days of which all figures are at hand: this month and the one before."""

SUM_DAYS = 800
"""Days of which the sums are: so far back the clock may be set before a limit forgets anything."""


class Account(NamedTuple):
    """Whose figures a row has. ``day``: YYYY-MM-DD; ``person``: "" is nobody, or somebody forgotten."""

    day: str
    provider: str
    model: str
    person: str
    purpose: Purpose


@dataclass(slots=True)
class Tally:
    """What was used: requests, tokens, billionths of a dollar, minutes of the clock, seconds of work.

    ``guessed`` requests told no figures, and ``guessed_nano`` of the money is what they cost at most.
    ``minutes``: those in which the person was answered; ``paid_minutes``: by a model that costs something.
    """

    requests: int = 0
    guessed: int = 0
    prompt: int = 0
    cached: int = 0
    completion: int = 0
    nano: int = 0
    guessed_nano: int = 0
    minutes: int = 0
    paid_minutes: int = 0
    seconds: float = 0.0

    def add(self, more: Tally) -> None:
        """Add ``more`` to this."""
        self.requests += more.requests
        self.guessed += more.guessed
        self.prompt += more.prompt
        self.cached += more.cached
        self.completion += more.completion
        self.nano += more.nano
        self.guessed_nano += more.guessed_nano
        self.minutes += more.minutes
        self.paid_minutes += more.paid_minutes
        self.seconds += more.seconds


class Held(NamedTuple):
    """Money put aside for one request, in billionths of a dollar."""

    account: Account
    nano: int


_FIGURES = tuple(field.name for field in fields(Tally))
_NAMES = (*Account._fields, *_FIGURES)
_COLUMNS = ", ".join(_NAMES)
_ADD = f"ON CONFLICT ({', '.join(Account._fields)}) DO UPDATE SET " + ", ".join(
    f"{name} = {name} + excluded.{name}" for name in _FIGURES
)
# The statements are put together from names that are all ours.
_COUNT = f"INSERT INTO spending ({_COLUMNS}) VALUES ({', '.join('?' * len(_NAMES))}) {_ADD}"  # noqa: S608
_OPEN = "INSERT INTO spending_open VALUES (?, ?, ?, ?, ?, ?, ?)"
_LEFT_OPEN = f"""
    INSERT INTO spending (day, provider, model, person, purpose, requests, guessed, nano, guessed_nano)
    SELECT day, provider, model, person, purpose, count(*), count(*), sum(nano), sum(nano)
    FROM spending_open WHERE TRUE GROUP BY 1, 2, 3, 4, 5 {_ADD}
"""  # noqa: S608
_MOST = 1 << 60
_SUMS = ", ".join(f"sum({name})" for name in _FIGURES)
_LEFT = (
    "person != '' AND person NOT IN"
    " (SELECT id FROM person UNION SELECT id FROM device UNION SELECT id FROM app_key)"
)


def load(db: Any, slots: Sequence[Any] = ()) -> tuple[int, list[tuple[str, str, int]], dict[Account, Tally]]:
    """Count what a crash left open, in rows or ``slots``, in the transaction of ``db``; return what is known.

    How many requests were open; the sums (day, person, billionths) of `SUM_DAYS`; the figures of
    `DETAIL_DAYS`.
    """
    left_open = [one for one in slots if _is_held(one)]
    db.executemany("INSERT OR IGNORE INTO spending_open VALUES (?, ?, ?, ?, ?, ?, ?)", left_open)
    left = int(db.execute("SELECT count(*) FROM spending_open").fetchone()[0])
    if left:
        db.execute(_LEFT_OPEN)
        db.execute("DELETE FROM spending_open")
    _unname(db, _LEFT)  # somebody who was removed as the hub crashed
    days = [row[0] for row in db.execute("SELECT DISTINCT day FROM spending ORDER BY day DESC").fetchall()]
    far, near = (days[:most][-1] if days else "" for most in (SUM_DAYS, DETAIL_DAYS))
    query = "SELECT day, person, sum(nano) FROM spending WHERE day >= ? GROUP BY day, person"
    sums = db.execute(query, (far,)).fetchall()
    rows = db.execute(f"SELECT {_COLUMNS} FROM spending WHERE day >= ?", (near,)).fetchall()  # noqa: S608
    width = len(Account._fields)
    return left, sums, {Account(*row[:width]): Tally(*row[width:]) for row in rows}


def _is_held(one: Any) -> bool:
    """Say whether a slot tells what a row of `spending_open` does: its file may have been damaged."""
    if not (isinstance(one, list) and len(one) == len(Account._fields) + 2):
        return False
    id_, *names, nano = one
    return (
        all(isinstance(name, str) for name in names)
        and names[-1] in get_args(Purpose)
        and all(isinstance(number, int) and 0 <= number < _MOST for number in (id_, nano))
    )


def write(db: Any, fresh: Mapping[Account, Tally], opened: Mapping[int, Held], over: Sequence[int]) -> None:
    """Add ``fresh`` figures, and put aside what was ``opened`` in the place of what is ``over``, by id."""
    db.executemany("DELETE FROM spending_open WHERE id = ?", [(id_,) for id_ in over])
    db.executemany(_OPEN, [(id_, *held.account, held.nano) for id_, held in opened.items()])
    db.executemany(_COUNT, [(*account, *astuple(tally)) for account, tally in fresh.items()])


def of(db: Any, person: str) -> list[dict[str, Any]]:
    """Return the rows of ``person``, the oldest first, with money in US dollars."""
    query = f"SELECT {_COLUMNS} FROM spending WHERE person = ? ORDER BY day"  # noqa: S608
    rows = [dict(zip(_NAMES, row, strict=True)) for row in db.execute(query, (person,)).fetchall()]
    for row in rows:
        row["usd"], row["guessed_usd"] = row.pop("nano") / NANO, row.pop("guessed_nano") / NANO
    return rows


def people(db: Any) -> list[str]:
    """Return the ids of all whose figures are kept."""
    return [
        row[0] for row in db.execute("SELECT DISTINCT person FROM spending WHERE person != ''").fetchall()
    ]


def erase(db: Any, person: str) -> None:
    """Take the name off a person's rows in the transaction of ``db``; the sums stay as they are."""
    there = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'spending'").fetchone()
    if there:  # else a copy from before there was anything to count
        _unname(db, "person = ?", person)


def _unname(db: Any, whose: str, *args: str) -> None:
    nameless = f"SELECT day, provider, model, '', purpose, {_SUMS} FROM spending WHERE {whose}"  # noqa: S608
    db.execute(f"INSERT INTO spending ({_COLUMNS}) {nameless} GROUP BY 1, 2, 3, 5 {_ADD}", args)
    db.execute(f"DELETE FROM spending WHERE {whose}", args)  # noqa: S608
    db.execute(f"UPDATE spending_open SET person = '' WHERE {whose}", args)  # noqa: S608
