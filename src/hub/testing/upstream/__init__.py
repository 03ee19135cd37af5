"""A language server to test against: real OpenAI protocol over real sockets, with faults as planned.

``async with Upstream(mixed(seed=1)) as up:`` serves at ``up.url``; as a process:
``python -m hub.testing.upstream --port 9000 --trouble mixed --seed 1``. What was asked, billed and given
up early stands in ``up.ledger``, and in ``GET /ledger`` of a process. It answers in numbered sentences;
two of different ``letter`` say the same numbers in other words, and each goes on after what of the
answer it is given as a beginning, so that `told.judge` can say what was lost, doubled or torn.
"""

from hub.testing.upstream.ledger import Entry, Ledger
from hub.testing.upstream.server import Upstream
from hub.testing.upstream.told import Verdict, judge, sentence
from hub.testing.upstream.troubles import (
    NONE,
    SCHEDULES,
    Schedule,
    Trouble,
    always,
    cuts,
    flapping,
    garbled,
    in_turn,
    mixed,
    named,
    never,
    since,
)

__all__ = [
    "NONE",
    "SCHEDULES",
    "Entry",
    "Ledger",
    "Schedule",
    "Trouble",
    "Upstream",
    "Verdict",
    "always",
    "cuts",
    "flapping",
    "garbled",
    "in_turn",
    "judge",
    "mixed",
    "named",
    "never",
    "sentence",
    "since",
]
