"""The memory's own fixture: talks of six made-up homes over ten months, and questions with their answers.

``python bench/memory_fixture.py [FOLDER]`` says how much there is and writes both as JSON lines.

No model wrote any of it and nobody in it is real. `memory_fixture/hand.txt` holds dialogues that were written
one by one; from the patterns in `memory_fixture/made.txt` more are made, always the same ones: every choice
follows from a hash of what it is made for. The questions were written before any retriever was run on them.
Both files read so::

    @ HOMES WHEN LABEL       a dialogue. HOMES: a name, "*" (all), "*4" (four of the six), "?" (the next one);
                             WHEN: a date and a time, or "~A-B": some day, counted from 5 January 2026.
    $ a b = x; y | z; w      names for values; each home takes one alternative, LABEL/1 and LABEL/2 the same
    u|h|t|w TEXT             a turn of the user, the hub, a tool or a web page; {a|b} is one of them, "u*" is
                             misheard, and "~" at its end says that no memory should keep it
    ? CATEGORY [ASKED[/AS OF]]: TEXT = GOLD...   a question and the turns that answer it (numbers here,
                             LABEL.N elsewhere); "!3": no longer so, ranks below; "x3": must never be found
    + u TEXT / h TEXT        an exchange about nothing, put between the turns of the others

Three homes are for tuning (`DEV`), three for telling how good it is (`TEST`).
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER = Path(__file__).with_suffix("")
ZONE = ZoneInfo("Europe/Berlin")
DEV, TEST = ("mara", "noor", "ilse"), ("joost", "pavel", "tomas")
HOMES = tuple(home for pair in zip(DEV, TEST, strict=True) for home in pair)
START, END = datetime(2026, 1, 5, tzinfo=ZONE), datetime(2026, 11, 2, 9, tzinfo=ZONE)
ORIGINS = {"u": "user_text", "h": "assistant", "t": "tool", "w": "web"}
TURN_S = 20
POOLS = {
    "n": [str(n) for n in range(2, 12)],
    "food": ["milk", "bread", "tea", "onions", "rice", "butter", "apples", "olive oil", "salt", "yoghurt"],
    "gadget": ["charger", "headset", "torch", "doormat", "mixer", "umbrella", "keyboard"],
    "name": ["Bram", "Petra", "Henk", "Salma", "Radek", "Fenna", "Lena", "Milan", "Greta", "Yusuf", "Roos"],
}
HEARD = {"four": "for", "where": "wear", "week": "weak", "two": "to", "know": "no", "their": "there",
         "hour": "our", "buy": "by", "right": "write", "kept": "capped", "lives": "leaves"}  # fmt: skip
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn. ``at``: Unix seconds; ``origin`` as in the port; ``junk``: a memory should not keep it."""

    id: str
    person: str
    session: str
    sequence: int
    origin: str
    text: str
    at: float
    junk: bool


@dataclass(frozen=True, slots=True)
class Question:
    """One question and the ids of the turns that answer it: none of them when nobody ever said it.

    ``stale``: what held before and has to rank below; ``never``: what must not be found at all.
    """

    id: str
    person: str
    category: str
    text: str
    asked: float
    gold: tuple[str, ...]
    stale: tuple[str, ...]
    never: tuple[str, ...]
    as_of: float | None


@dataclass(frozen=True, slots=True)
class Fixture:
    """All turns, the oldest first, and all questions."""

    turns: tuple[Turn, ...]
    questions: tuple[Question, ...]


@dataclass(slots=True)
class _Block:
    homes: tuple[str, ...]
    when: str
    label: str
    values: list[tuple[list[str], list[list[str]]]] = field(default_factory=list)
    turns: list[tuple[str, str]] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)

    @property
    def family(self) -> str:
        return self.label.split("/")[0]


@cache
def load() -> Fixture:
    """Return the fixture."""
    hand, _ = _blocks((FOLDER / "hand.txt").read_text(encoding="utf-8"))
    made, filler = _blocks((FOLDER / "made.txt").read_text(encoding="utf-8"))
    turns, questions = list[Turn](), list[Question]()
    for home in HOMES:
        values: dict[str, str] = {}
        for block in (block for block in hand + made if home in block.homes):
            values |= _values(block, home)
            turns += _turns(block, home, values, filler)
            questions += _questions(block, home, values)
    _check(turns, questions)
    return Fixture(tuple(sorted(turns, key=lambda turn: (turn.at, turn.id))), tuple(questions))


def _check(turns: Sequence[Turn], questions: Sequence[Question]) -> None:
    known = {turn.id for turn in turns}
    lost = {ref for one in questions for ref in one.gold + one.stale + one.never} - known
    odd = [one.id for one in questions if bool(one.gold) == (one.category == "abstain")]
    spoken = [one for one in turns if one.origin != "tool"]
    raw = [one.id for one in (*spoken, *questions) if re.search(r"[{}$|]", one.text)]
    if lost or odd or raw or len(known) < len(turns):
        raise ValueError(f"no such turns {sorted(lost)}, no answer or too many {odd}, not filled in {raw}")


def visible(turns: Sequence[Turn], question: Question) -> list[Turn]:
    """Return the turns that the one who asks may be told of: his own, till then, and no tool's or page's."""
    until = question.asked if question.as_of is None else question.as_of
    return [
        turn
        for turn in turns
        if turn.person == question.person and turn.at <= until and turn.origin not in {"tool", "web"}
    ]


def _pick(options: Sequence[T], *key: object) -> T:
    return options[_draw(*key) % len(options)]


def _draw(*key: object) -> int:
    return int.from_bytes(hashlib.sha256("\0".join(map(str, key)).encode()).digest()[:8], "big")


def _blocks(text: str) -> tuple[list[_Block], list[list[tuple[str, str]]]]:
    blocks, filler, homes = list[_Block](), list[list[tuple[str, str]]](), dict[str, tuple[str, ...]]()
    for line in text.splitlines():
        mark, _, rest = line.partition(" ")
        if mark == "@":
            who, *when, label = rest.split()
            family = label.split("/")[0]
            if who != "?" or family not in homes:
                homes[family] = _homes(who, family, len(homes))
            blocks.append(_Block(homes[family], " ".join(when), label))
        elif mark == "$":
            names, _, options = rest.partition(" = ")
            blocks[-1].values.append((names.split(), [one.strip().split("; ") for one in options.split("|")]))
        elif mark == "?":
            blocks[-1].questions.append(rest)
        elif mark == "+":
            filler.append([(turn[0], turn[2:]) for turn in rest.split(" / ")])
        elif mark and mark[0] in ORIGINS:
            blocks[-1].turns.append((mark, rest))
    return blocks, filler


def _homes(who: str, family: str, order: int) -> tuple[str, ...]:
    if who == "?":
        return (HOMES[order % len(HOMES)],)
    if not who.startswith("*"):
        return (who,)
    count, first = int(who[1:] or len(HOMES)), _draw("homes", family)
    return tuple(HOMES[(first + step) % len(HOMES)] for step in range(count))


def _values(block: _Block, home: str) -> dict[str, str]:
    values = {}
    for names, options in block.values:
        turned = _draw("values", block.family, *names) + HOMES.index(home)
        values |= dict(zip(names, options[turned % len(options)], strict=True))
    return values


def _start(block: _Block, home: str) -> datetime:
    if not block.when.startswith("~"):
        return datetime.fromisoformat(block.when).replace(tzinfo=ZONE)
    first, last = map(int, (block.when[1:] or "5-290").split("-"))
    day = first + _draw("day", home, block.label) % (last - first + 1)
    return START + timedelta(days=day, minutes=7 * 60 + _draw("minute", home, block.label) % (15 * 60))


def _turns(
    block: _Block, home: str, values: dict[str, str], filler: list[list[tuple[str, str]]]
) -> list[Turn]:
    exchanges: list[list[tuple[str, str, str]]] = []  # (id, mark, text); filler goes before a user's turn
    for number, (mark, text) in enumerate(block.turns, 1):
        if mark[0] == "u" or not exchanges:
            exchanges.append([])
        exchanges[-1].append((str(number), mark, _expanded(text, values, home, block.label, number)))
    for extra in range(1 + _draw("filler", home, block.label) % 3):
        key = (home, block.label, "filler", extra)
        pools = {name: _pick(pool, *key, name) for name, pool in POOLS.items()}
        one = [
            (f"f{extra}{mark}", mark, _expanded(text, pools, *key, mark))
            for mark, text in _pick(filler, *key)
        ]
        exchanges.insert(_draw("place", *key) % (len(exchanges) + 1), one)
    start, session = _start(block, home), f"{home}/{block.label}"
    made = []
    for sequence, (name, mark, text) in enumerate(turn for exchange in exchanges for turn in exchange):
        said = _misheard(text, session, name) if mark.endswith("*") else text
        at = (start + timedelta(seconds=TURN_S * sequence)).timestamp()
        junk = said.endswith(" ~")
        origin = ORIGINS[mark[0]]
        made.append(
            Turn(f"{session}.{name}", home, session, sequence, origin, said.removesuffix(" ~"), at, junk)
        )
    return made


def _expanded(text: str, values: dict[str, str], *key: object) -> str:
    chosen = re.sub(r"\{([^{}]*)\}", lambda m: _pick(m[1].split("|"), *key, m.start()), text)
    filled = re.sub(r"\$([a-z]+)", lambda m: values.get(m[1], m[0]), chosen)
    return filled[:1].upper() + filled[1:] if text[:1] in "{$" else filled


_QUESTION = re.compile(
    r"(?P<category>\w+)(?P<misheard>\*?)(?: @?(?P<asked>[\d-]+(?: [\d:]+)?)(?:/(?P<as_of>[\d-]+))?)?: "
    r"(?P<text>.*?)(?: = (?P<refs>.*))?"
)


def _questions(block: _Block, home: str, values: dict[str, str]) -> list[Question]:
    made = []
    for number, line in enumerate(block.questions, 1):
        match = _QUESTION.fullmatch(line)
        if match is None:
            raise ValueError(f"not a question: {line}")
        id_ = f"{home}/{block.label}?{number}"
        text = _expanded(match["text"], values, id_)
        refs = (match["refs"] or "").split()
        gold, stale, never = (
            tuple(_ref(ref, mark, home, block.label) for ref in refs if _mark(ref) == mark)
            for mark in ("", "!", "x")
        )
        said = _misheard(text, id_) if match["misheard"] else text
        as_of = _moment(match["as_of"], END) + 86_399 if match["as_of"] else None  # the end of that day
        asked = _moment(match["asked"], END)
        made.append(Question(id_, home, match["category"], said, asked, gold, stale, never, as_of))
    return made


def _mark(ref: str) -> str:
    return ref[0] if ref[0] == "!" or re.fullmatch(r"x\d+", ref) else ""


def _ref(ref: str, mark: str, home: str, label: str) -> str:
    name = ref.removeprefix(mark)
    return f"{home}/{name}" if "." in name else f"{home}/{label}.{name}"


def _moment(written: str | None, default: datetime) -> float:
    moment = datetime.fromisoformat(written).replace(tzinfo=ZONE) if written else default
    return moment.timestamp()


def _misheard(text: str, *key: object) -> str:
    """Return ``text`` as bad typing or hearing has it: no punctuation, other words of that sound, slips."""
    words = re.sub(r"[^\w\s'-]", "", text.lower()).split()
    return " ".join(_slipped(word, *key, place) for place, word in enumerate(words))


def _slipped(word: str, *key: object) -> str:
    if word in HEARD and _draw(*key, "heard") % 2:
        return HEARD[word]
    if len(word) < 5 or _draw(*key, "slip") % 4:
        return word
    at = 1 + _draw(*key, "at") % (len(word) - 2)
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return _pick((swapped, word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:]), *key, "kind")


def main(folder: str = "") -> None:
    """Print what there is; write it to ``folder``."""
    fixture = load()
    dialogues = {turn.session for turn in fixture.turns}
    by_hand = len(_blocks((FOLDER / "hand.txt").read_text(encoding="utf-8"))[0])
    print(f"{len(dialogues)} dialogues ({by_hand} by hand), {len(fixture.turns)} turns,", end=" ")
    print(f"{len(fixture.questions)} questions")
    for half in (DEV, TEST):
        print(dict(Counter(one.category for one in fixture.questions if one.person in half)))
    if folder:
        for name, rows in (("dialogues", fixture.turns), ("questions", fixture.questions)):
            lines = (json.dumps(asdict(one), ensure_ascii=False) for one in rows)
            Path(folder, f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
