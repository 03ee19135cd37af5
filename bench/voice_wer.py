"""Count wrong words: the least insertions, deletions and substitutions between two lists of words."""

from __future__ import annotations

import re

_SAME = {"grey": "gray", "colour": "color", "ok": "okay", "mister": "mr", "1": "one", "2": "two"}


def errors(said: list[str], heard: list[str]) -> int:
    """Return the word errors of ``heard``, by edit distance."""
    said, heard = [_SAME.get(one, one) for one in said], [_SAME.get(one, one) for one in heard]
    line = list(range(len(heard) + 1))
    for row, word in enumerate(said, 1):
        before, line[0] = line[0], row
        for column, other in enumerate(heard, 1):
            before, line[column] = (
                line[column],
                min(line[column] + 1, line[column - 1] + 1, before + (word != other)),
            )
    return line[-1]


def rate(pairs: list[tuple[str, str]]) -> float:
    """Return the word error rate of (said, heard), %."""
    split = [(_words(said), _words(heard)) for said, heard in pairs]
    return 100 * sum(errors(*pair) for pair in split) / max(1, sum(len(said) for said, _ in split))


def _words(text: str) -> list[str]:
    return re.findall(r"[\w']+", text.lower())
