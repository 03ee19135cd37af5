"""Say a formula: the signs of LaTeX that people meet, by name."""

from __future__ import annotations

import re

NAMED = {
    "times": "times", "cdot": "times", "div": "divided by", "pm": "plus or minus", "approx": "is about",
    "neq": "is not", "ne": "is not", "leq": "is at most", "le": "is at most", "geq": "is at least",
    "ge": "is at least", "lt": "is less than", "gt": "is more than", "infty": "infinity", "sum": "the sum of",
    "prod": "the product of", "int": "the integral of", "to": "to", "rightarrow": "to", "Rightarrow": "so",
    "implies": "so", "in": "in", "cup": "or", "cap": "and", "degree": "degrees", "circ": "degrees",
    "ldots": "", "dots": "", "cdots": "", "quad": " ", "left": "", "right": "", "text": "",
    "mathrm": "", "mathbf": "", "displaystyle": "", "partial": "d", "forall": "for all", "exists": "there is",
    "equiv": "is",
}  # fmt: skip
"""What a command is called; one that is not here keeps its own name, as alpha or sin do."""

_SPACED = re.compile(r"\\[,;:! ]|\\\\|[{}$&]")


def formula(text: str) -> str:
    """Return the words of one formula; what has no words is left out."""
    for _ in range(4):  # fractions within fractions, not without end
        text = re.sub(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}", r" \1 over \2 ", text)
        text = re.sub(r"\\sqrt\s*\{([^{}]*)\}", r" the square root of \1 ", text)
    text = re.sub(r"\^\s*\{?\\circ\}?", " degrees ", text)
    text = re.sub(r"\^\s*\{?2\}?(?!\d)", " squared ", text)
    text = re.sub(r"\^\s*\{?3\}?(?!\d)", " cubed ", text)
    text = re.sub(
        r"\^\s*(?:\{([^{}]*)\}|(\w))", lambda m: f" to the power of {m.group(1) or m.group(2)} ", text
    )
    text = re.sub(r"_\s*(?:\{([^{}]*)\}|(\w))", lambda m: f" {m.group(1) or m.group(2)} ", text)
    text = re.sub(r"\\([A-Za-z]+)\*?", lambda m: f" {NAMED.get(m.group(1), m.group(1))} ", text)
    text = _SPACED.sub(" ", text)
    for sign, words in (
        ("=", "equals"),
        ("+", "plus"),
        ("<", "is less than"),
        (">", "is more than"),
        ("/", "over"),
        ("*", "times"),
    ):
        text = text.replace(sign, f" {words} ")
    text = re.sub(r"-(?=\s|[\w(])", " minus ", text)
    return re.sub(r"\s+", " ", re.sub(r"[\\^_{}|]", " ", text)).strip()
