"""Tell whether words can stand as a sentence, whatever mark a recogniser put behind them.

No parser: a few closed classes of English words say where a clause begins and what it still wants. Words
in other languages hardly ever match them, and are then left to the mark and to the turn model.
"""

from __future__ import annotations

import re

_SENTENCE = re.compile(r"(?<=[.?!])\s+")
_WORD = re.compile(r"[\w']+")


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FILLING = (
    "let me think|let me see|first of all|to be honest|to begin with|by the way|you know|i mean|"
    "well|so|hmm|hm|um|uh|er|oh|ah|and|but|or|actually|anyway|please|okay|ok|now|then|yes|no"
)
FILLERS = tuple(tuple(text.split()) for text in _FILLING.split("|"))
"""What is said before the sentence comes; none of it is one."""

ANSWERS = _set("yes no okay ok please now then actually so oh")
"""Those of them that are a turn when nothing follows."""

SUBORDINATE = _set(
    "if when while although though because since after before until unless whenever once whereas as"
)
PREPOSITIONS = _set(
    "in on at during after before with without under over from for behind near by inside outside between "
    "through besides despite until since to"
)
AUXILIARIES = _set(
    "is are was were do does did can could will would should shall may might must have has had am isn't "
    "aren't don't doesn't didn't can't couldn't won't wouldn't shouldn't"
)
SUBJECTS = _set(
    "i i'm i'd i'll i've you you're you'll you'd he he's she she's it it's we we're we'll they they're "
    "there there's nobody somebody everybody everyone someone"
)
QUESTIONS = _set("what what's who who's where where's why how which whose")
IMPERATIVES = _set(
    "tell remind send put let give turn play call set please show make read write find add take open close "
    "start stop wake look go come explain describe name"
)
DETERMINERS = _set("the a an my our his her their your this that these those every all some another")
WANTING = _set(
    "explain describe want need wondering wonder know believe think mean give show bring buy put call visit "
    "repair find fetch choose"
)
"""Verbs whose object or clause is still to come."""
DATIVES = _set("tell give show send bring ask remind")
PERSONS = _set("me us him her them")
INTRODUCES = _set("if just when ever since after before in for with as at on during perhaps maybe preferably")
"""Words that an aside begins with."""

_LONG = 9
"""Words after which the opening of a sentence has surely been followed by the rest of it."""


def wants_more(text: str) -> bool:
    """Tell whether ``text`` breaks off where its last sentence is not one yet."""
    last = _SENTENCE.split(text.strip())[-1].lower()
    said, filled = _without_fillers(_WORD.findall(last))
    if not said:
        return bool(filled) and filled[-1] not in ANSWERS
    if said[0] in AUXILIARIES and len(said) in {2, 3} and (said[-1] == "please" or said[1] in DETERMINERS):
        return True  # "could you please"
    if _opens(said, last):
        return True
    return _behind_comma(last) is None and (_awaits_object(said) or _awaits_verb(said, last))


def _without_fillers(said: list[str]) -> tuple[list[str], list[str]]:
    filled: list[str] = []
    while filler := next((one for one in FILLERS if tuple(said[: len(one)]) == one), None):
        filled += filler
        said = said[len(filler) :]
    return said, filled


def _opens(said: list[str], text: str) -> bool:
    """Tell whether it is an opening, "If I leave the windows open", without what it opens."""
    if said[0] == "when" and len(said) > 1 and said[1] in AUXILIARIES:
        return False  # a question
    if said[0] == "as" and "soon" not in said[:2]:
        return False
    clause = said[0] in SUBORDINATE
    if not clause and (said[0] not in PREPOSITIONS or len(said) <= 3):  # noqa: PLR2004  "in the kitchen"
        return False
    if not clause and any(word in AUXILIARIES for word in said[2:-1]):
        return False  # such an opening has no verb of its own
    main = _behind_comma(text) or _main(said, 4 if clause else 2)
    if main is None:
        return len(said) < _LONG
    return len(main) < 3 or _awaits_object(main)  # noqa: PLR2004  "tell me the"


def _behind_comma(text: str) -> list[str] | None:
    """Return the words behind the last comma, if they may be the sentence itself and no aside."""
    said = _WORD.findall(text.rstrip(" .?!,").rpartition(",")[2]) if "," in text.rstrip(" .?!,") else []
    return said if len(said) > 2 and said[0] not in INTRODUCES | {"who", "which", "the"} else None  # noqa: PLR2004


def _main(said: list[str], skip: int) -> list[str] | None:
    """Return the words from where the main clause begins; None when it did not yet."""
    for at in range(skip, len(said) - 1):
        word, following = said[at], said[at + 1 : at + 2]
        asks = word in AUXILIARIES and bool(following) and following[0] in SUBJECTS | DETERMINERS
        if asks or word in QUESTIONS | SUBJECTS | IMPERATIVES:
            return said[at:]
    return None


def _awaits_object(said: list[str]) -> bool:
    """Tell whether it ends on a verb that wants its object, or on an aside right behind one."""
    for at in range(1, len(said)):
        rest = said[at + 1 :]
        if (rest and rest[0] not in INTRODUCES) or not _wanting(said[: at + 1]):
            continue
        if not any(word in QUESTIONS or word in {"whether", "about"} for word in rest) and len(rest) < _LONG:
            return True
    return False


def _wanting(said: list[str]) -> bool:
    """Tell whether ``said`` ends on such a verb: "could you explain", "tell me", "I would like"."""
    before, last = said[-2], said[-1]
    if last in PERSONS:
        return before in DATIVES and not (before == "remind" and len(said) > 3)  # noqa: PLR2004
    if last == "like":
        return before in {"would", "i'd", "you'd"}
    if last in {"think", "know", "mean", "believe"}:
        asked = any(word in QUESTIONS for word in said[:-1])  # "what do you think"
        to_know = before == "to" or said[-3:-1] == ["do", "you"]
        return not asked and (to_know or (before in SUBJECTS and last != "know"))
    return last in WANTING and before in AUXILIARIES | SUBJECTS | {"been", "please", "really", "to"}


def _awaits_verb(said: list[str], text: str) -> bool:
    """Tell whether it is one noun with what belongs to it: "My sister, who lives in the mountains"."""
    if said[0] not in DETERMINERS or not 2 <= len(said) <= _LONG:  # noqa: PLR2004  a word for it
        return False
    if text.rstrip().endswith("?"):
        return False  # "the blue one?"
    inside = re.sub(r",? (who|which|that|whose)\b.*", "", re.sub(r",[^,]*,", " ", text))
    rest = _WORD.findall(inside)[1:]
    return not any(_like_verb(rest, at) for at in range(len(rest)))


def _like_verb(said: list[str], at: int) -> bool:
    """Guess whether the word there is a finite verb."""
    word, following = said[at], said[at + 1 : at + 2]
    if word in AUXILIARIES or word.endswith(("ed", "n't", "'s")):
        return True
    governs = not following or following[0] in DETERMINERS | SUBJECTS | PERSONS | {"to", "very", "too", "so"}
    third = word.endswith("s") and not word.endswith("ss")  # "plays the cello"
    return at > 0 and governs and (third or word in _VERBS)


_VERBS = _set(
    "went came saw said got made took gave found told felt left kept ran sat stood broke knew thought began "
    "go come see say get make take give find feel leave keep run sit stand know think begin need want sound"
)
